import Testing

@testable import HCL

@Suite("Functions stay within their bounds")
struct FunctionLimitTests {
    @Test("when a text nearly contains another everywhere")
    func searching() throws {
        let text = String(repeating: "a", count: 200_000)
        let variables: ValueMap = [
            "t": .string(text), "p": .string(String(text.dropFirst(100_000)) + "b"),
        ]
        #expect(try evaluate("strcontains(t, p)", variables) == .bool(false))
        #expect(try evaluate("length(split(p, t))", variables) == .integer(1))
        #expect(Pieces.occurrences(of: Array("aab".utf8), in: Array("aaabaabab".utf8)) == [1, 4])
        #expect(Pieces.occurrences(of: Array("aa".utf8), in: Array("aaaaa".utf8)) == [0, 2])
    }

    @Test("when indentation makes much of little")
    func indentation() {
        var value = Value.tuple(ValueList((0..<10_000).map { _ in .integer(1) }))
        for _ in 0..<450 { value = .tuple([value]) }
        #expect(
            outcome("yamlencode(v)", ["v": value]).hasPrefix("! Evaluation takes too much work"))
    }

    @Test("when a class of a pattern is large")
    func classes() throws {
        let scalars = (0..<20_000).compactMap { Unicode.Scalar(UInt32(0x10000 + 2 * $0)) }
        let members = String(String.UnicodeScalarView(scalars))
        let variables: ValueMap = [
            "p": .string("[\(members)]+"), "t": .string(String(members.reversed())),
        ]
        #expect(try evaluate("regex(p, t) == t", variables) == .bool(true))
        let parts = String(repeating: "\\W", count: 200)
        #expect(outcome("regex(p, \"\")", ["p": .string("[\(parts)]")]).hasPrefix("! Invalid"))
    }

    @Test("when a product of sets is empty after all")
    func emptyProduct() {
        let thousand = "[for i in range(1000) : i]"
        let sets = repeatElement(thousand, count: 4).joined(separator: ", ")
        #expect(outcome("length(setproduct(\(sets), []))") == "0 : number")
    }

    @Test(
        "when results would be huge",
        arguments: [
            "[for i in range(1000) : format(\"%100000s\", \"\")]",
            "setproduct([for i in range(1000) : i], [for i in range(1000) : i], [1, 2, 3, 4, 5, 6])",
            "replace(join(\"\", [for i in range(1000) : \"aaaaaaaaaa\"]), \"a\", format(\"%10000s\", \"\"))",
            "[for i in range(1000) : indent(100000, \"a\\nb\")]",
            "[for i in range(1000) : [for j in range(1000) : cidrsubnets(\"10.0.0.0/8\", range(1, 9)...)]]",
        ])
    func results(text: String) {
        #expect(outcome(text).hasPrefix("! Evaluation takes too much work"))
    }
}
