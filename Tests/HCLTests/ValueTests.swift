import Testing

@testable import HCL

@Suite("Values")
struct ValueTests {
    @Test("Maps are ordered by bytes and keep the last of several equal names")
    func maps() {
        let map = ValueMap([
            (key: "b", value: .integer(1)), (key: "é", value: .integer(2)),
            (key: "B", value: .integer(3)), (key: "b", value: .integer(4)),
        ])
        #expect(map.keys == ["B", "b", "é"])
        #expect(map["b"] == .integer(4) && map["é"] == .integer(2) && map["c"] == nil)
    }

    @Test("Sets hold each element once, in one order")
    func sets() {
        let set = Value.makeSet(.number, [.integer(10), .integer(9), .number(Number(10))])
        #expect(set.json == "[9,10]")
        let mixed = Value.makeSet(.dynamic, [.null(.string), .tuple([.integer(2)]), .tuple([])])
        #expect(mixed.json == "[[2],[],null]")
    }

    @Test("Text is normalised, also as a name")
    func normalisation() throws {
        #expect(Value.text("e\u{301}").stringValue?.utf8.count == 2)
        #expect(try evaluate("{\"e\u{301}\" = 1}").attributes?.keys[0].utf8.count == 2)
        #expect(try Value(json: "\"e\u{301}\"").stringValue?.utf8.count == 2)
        #expect(try Value(json: "\"e\u{301}\"", normalizes: false).stringValue?.utf8.count == 3)
    }

    static let conversions: [(Value, ValueType, String?)] = [
        (.integer(1), .string, "\"1\""), (.string("1.50"), .number, "1.5"),
        (.string("1"), .bool, "true"), (.integer(1), .bool, nil), (.bool(true), .number, nil),
        (.tuple([.integer(1), .string("a")]), .list(.string), "[\"1\",\"a\"]"),
        (.tuple([.integer(1), .bool(true)]), .list(.dynamic), nil),
        (.tuple([]), .list(.dynamic), "[]"), (.null(.dynamic), .list(.string), "null"),
        (.null(.number), .bool, nil), (.object(["a": .integer(1)]), .map(.string), "{\"a\":\"1\"}"),
        (.object(["a": .integer(1), "b": .integer(2)]), .object(["a": .string]), "{\"a\":\"1\"}"),
        (.object([:]), .object(["a": .string]), nil), (.string("a"), .list(.string), nil),
        (.tuple([.integer(1)]), .tuple([.string]), "[\"1\"]"),
        (.tuple([.integer(1)]), .tuple([]), nil),
        (.tuple([.string("b"), .string("a"), .string("b")]), .set(.string), "[\"a\",\"b\"]"),
    ]

    @Test("are converted where the language does so", arguments: conversions)
    func conversion(value: Value, type: ValueType, expected: String?) {
        #expect((try? value.converted(to: type))?.json == expected)
    }

    @Test(
        "JSON that is not quite JSON is refused",
        arguments: [
            "", "{", "[1,]", "{\"a\" 1}", "{a: 1}", "01", "1.", "+1", "\"\n\"", "\"\\x\"", "nul",
            "[1] 2", "\"\\u12\"", String(repeating: "[", count: 500),
        ])
    func badJSON(text: String) {
        #expect(throws: JSONFailure.self) { _ = try Value(json: text) }
    }

    @Test(
        "JSON comes back as it was",
        arguments: [
            "null", "true", "[1,-2.5,\"a\\\"\\\\\\n\\u0001\"]", "{\"a\":{\"b\":[]},\"c\":{}}",
            "123456789012345678901234567890", "\"\\u2028\\u003c\"",
        ])
    func roundTrip(text: String) throws {
        #expect(try Value(json: text).json == text)
    }

    @Test("Types are written in Terraform's notation and in words")
    func types() throws {
        let value = try evaluate("{a = tolist([1]), b = [true, null], c = toset([\"x\"])}")
        #expect(
            value.type.description
                == "object({a=list(number),b=tuple([bool,dynamic]),c=set(string)})")
        #expect(try evaluate("tomap({a = [1]})").type.friendlyName == "map of tuple")
    }
}

@Suite("Marks on letters")
struct MarkTests {
    @Test("are put in order however many there are", arguments: [1, 40, 300, 5_000])
    func order(count: Int) throws {
        // Below and above: those below have the lower class, and those of one class stay in order.
        let mixed = "x" + String(repeating: "\u{301}\u{323}", count: count) + "q\u{323}\u{307}"
        let below = String(repeating: "\u{323}", count: count)
        let above = String(repeating: "\u{301}", count: count)
        let value = try #require(Value.text(mixed).stringValue)
        #expect(
            value.unicodeScalars.elementsEqual("x\(below)\(above)q\u{323}\u{307}".unicodeScalars))
    }
}
