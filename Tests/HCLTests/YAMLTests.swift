import Testing

@testable import HCL

@Suite("YAML is read")
struct YAMLTests {
    private func decode(_ text: String) -> String {
        do throws(YAMLFailure) {
            return try YAMLReader.value(of: text, work: 10_000).0.json ?? ""
        } catch {
            switch error {
            case .doubt(let construct): return "? \(construct)"
            case .error(let problem): return "! \(problem)"
            case .exhausted: return "exhausted"
            }
        }
    }

    static let blocks = [
        Case("a: 1\nb: [x, y, -2.5]\nc: ~\n", #"{"a":1,"b":["x",true,-2.5],"c":null}"#),
        Case(
            "---\n# c\na:\n  b:\n    - 1\n    - c: d # e\n      f: 'it''s'\n  g: \"h\\n\"\n",
            #"{"a":{"b":[1,{"c":"d","f":"it's"}],"g":"h\n"}}"#),
        Case("a:\n- 1\n-\n  - 2\n- - 3\n  - 4\nb:\n", #"{"a":[1,[2],[3,4]],"b":null}"#),
        Case(
            "a: |\n  x\n   y\n\n  z\n\nb: |-\n  x\nc: d\n", #"{"a":"x\n y\n\nz\n","b":"x","c":"d"}"#
        ),
        Case("a: |+\n  x\n\nb: >\n  p\n  q\n\n  r\n   s\n", #"{"a":"x\n\n","b":"p q\nr\n s\n"}"#),
        Case("a: |2\n    x\n   y\nb: >-\n  u\n  v", #"{"a":"  x\n y\n","b":"u v"}"#),
        Case("a: one\n  two\n\n  three\n", #"{"a":"one two\nthree"}"#),
        Case("? a\n: b\n? c\n", #"{"a":"b","c":null}"#),
        Case("- []\n- {}\n- Yes\n- OFF\n- yEs\n", #"[[],{},true,false,"yEs"]"#),
        Case("just text\n...\n", #""just text""#), Case("---\n", "null"),
        Case("a:\r\n  - b\r\n", #"{"a":["b"]}"#),
    ]

    static let flows = [
        Case("{a: {b: [1, \"x, y\"]}, 'c d': no}\n", #"{"a":{"b":[1,"x, y"]},"c d":false}"#),
        Case("[a,\n  b, {c: d}, e: f,\n]\n", #"["a","b",{"c":"d"},{"e":"f"}]"#),
        Case("{a, b: , \"c\":d}", #"{"a":null,"b":null,"c":"d"}"#),
        Case("\"a\\\n   b\\x41\\u00e9\n\n  c\"", #""abAé\nc""#), Case("'a\n\n\n b'", #""a\n\nb""#),
        Case(
            "v: v1.12.1\nw: 1.2.3\nu: http://a:8080/b#c\n",
            #"{"u":"http://a:8080/b#c","v":"v1.12.1","w":"1.2.3"}"#),
    ]

    static let scalars = [
        Case("[010, 0o17, 0x1F, +3, 1e3, .5, 1., -0]", #"[10,15,31,3,1000,0.5,1,-0]"#),
        Case("[0b1, 0x, 12:30, 1.2.3, ., +]", #"["0b1","0x","12:30","1.2.3",".","+"]"#),
        Case(
            "[2020-1-2, 2001-12-14t21:59:43.10-05:00, 2020-01-02 03:04:05, 2020-13-01]",
            #"["2020-01-02T00:00:00Z","2001-12-14T21:59:43-05:00","2020-01-02T03:04:05Z","2020-13-01"]"#
        ),
        Case("[!!str 010, !!int \"5\", !!float 1.5, !!null x]", #"["010","5",1.5,null]"#),
        Case("a: |-\n  1.10\nb: >-\n  true\n", #"{"a":"1.1","b":"true"}"#),
        Case("1.10: a\nyes: b\n\"no\": c\n", #"{"1.1":"a","no":"c","true":"b"}"#),
        Case("a: 1\na: 2\n", #"{"a":2}"#),
    ]

    static let anchors = [
        Case("a: &x [1]\nb: *x\nc: &x 2\nd: *x\n", #"{"a":[1],"b":[1],"c":2,"d":2}"#),
        Case(
            "base: &b\n  p: 1\n  q: 2\nc:\n  p: 0\n  <<: *b\n  q: 3\n",
            #"{"base":{"p":1,"q":2},"c":{"p":1,"q":3}}"#),
        Case("a: &x !!str 1\nb: !!str &y 2\nc: *y\n", #"{"a":"1","b":"2","c":"2"}"#),
        Case("- <<\n", #"["\u003c\u003c"]"#),
    ]

    @Test("in blocks", arguments: blocks)
    func inBlocks(example: Case) { #expect(decode(example.input) == example.expected) }
    @Test("in flow collections and quotes", arguments: flows)
    func inFlows(example: Case) { #expect(decode(example.input) == example.expected) }
    @Test("with the numbers, words and times of version 1.1", arguments: scalars)
    func resolving(example: Case) { #expect(decode(example.input) == example.expected) }
    @Test("with anchors, tags and merges", arguments: anchors)
    func referring(example: Case) { #expect(decode(example.input) == example.expected) }

    @Test(
        "but not where versions of the reference implementation differ or limits are reached",
        arguments: [
            "a: 1_000\n", "a: -0x1F\n", "<<: [{a: 1}, {b: 2}]\n", "!!merge x: {a: 1}\n",
            "%TAG ! tag:x,2000:\n---\na: 1\n", "a: \u{FEFF}b\n", "[!a%41 b]", "[.5p3]",
            String(repeating: "[", count: 500), String(repeating: "- ", count: 500),
        ])
    func doubt(text: String) { #expect(decode(text).hasPrefix("? ")) }

    @Test(
        "but not when it is wrong",
        arguments: [
            Case("", "! on line 1, column 1: missing start of document"),
            Case("# c\n", "! on line 2, column 1: missing start of document"),
            Case(
                "a: b: c\n", "! on line 1, column 5: mapping values are not allowed in this context"
            ),
            Case(
                "a: 1\n   b: 2\n",
                "! on line 2, column 5: mapping values are not allowed in this context"),
            Case("\ta: 1\n", "! on line 1, column 1: found character that cannot start any token"),
            Case("a: *x\n", "! on line 1, column 4: reference to an undefined anchor"),
            Case(
                "a: &x [*x]\n",
                "! on line 1, column 8: cannot refer to an anchor from inside its own definition"
            ),
            Case(
                "a: 1\n---\nb: 2\n", "! on line 2, column 1: unexpected extra content after value"),
            Case("a: [1] x\n", "! on line 1, column 8: did not find expected key"),
            Case("[a", "! on line 1, column 3: did not find expected ',' or ']'"),
            Case("\"a", "! on line 1, column 3: found unexpected end of stream"),
            Case("\"\\q\"", "! on line 1, column 3: found unknown escape character"),
            Case("%YAML 1.2\n---\na\n", "! on line 1, column 1: found incompatible YAML document"),
            Case("[a]: b\n", "! on line 1, column 1: only strings are allowed as mapping keys"),
            Case("~: b\n", "! on line 1, column 1: mapping key cannot be null"),
            Case("<<: 1\n", "! on line 1, column 1: cannot merge number into mapping"),
            Case("!x y", "! unsupported tag \"!x\""),
            Case("!!bool x", "! cannot parse \"x\" as tag:yaml.org,2002:bool"),
            Case("a: .nan\n", "! floating point NaN is not supported"),
            Case("a: \u{7}\n", "! control characters are not allowed"),
        ])
    func error(example: Case) { #expect(decode(example.input) == example.expected) }

    @Test("by the function of the language")
    func function() throws {
        let value = try evaluate("yamldecode(\"a: 1_000\")")
        #expect(value.unknownReasons.first?.text.contains("1_000") == true)
        #expect(try evaluate("yamldecode(\"a: [1]\").a[0]") == .integer(1))
        #expect(outcome("yamldecode(\"[\")") == "! Error in function call 1:1-1:12")
        #expect(outcome("yamldecode(null)") == "! Invalid function argument 1:12-1:16")
        let variables: ValueMap = ["u": .unknown("a file", at: nil, type: .string)]
        #expect(try evaluate("yamldecode(u)", variables).isUnknown)
    }

    @Test("without letting aliases or merges grow without bounds")
    func bombs() throws {
        var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...30 {
            let alias = "*a\(level - 1)"
            bomb +=
                "a\(level): &a\(level) [\(repeatElement(alias, count: 10).joined(separator: ","))]\n"
        }
        let value = try YAMLReader.value(of: bomb, work: 0).0
        #expect(value.weight == .max || value.weight > EvaluationBudget.heaviestValue)
        #expect(
            outcome("yamldecode(text)", ["text": .string(bomb)]).hasPrefix("! Value is too large"))

        var nest = "a0: &a0 []\n"
        for level in 1...1_000 { nest += "a\(level): &a\(level) [*a\(level - 1)]\n" }
        #expect(
            decode(nest) == "? more than \(EvaluationBudget.deepestValue) levels of nesting")

        let names = (0..<200).map { "k\($0): 1" }.joined(separator: ", ")
        let merges = (0..<200).map { "m\($0): {<<: *b}" }.joined(separator: "\n")
        #expect(decode("b: &b {\(names)}\n\(merges)\n") == "exhausted")
    }
}

@Suite("YAML is written")
struct YAMLWriterTests {
    static let values = [
        Case("null", "null\n...\n"), Case("1.5", "1.5\n...\n"), Case("\"true\"", "\"true\"\n"),
        Case("[]", "[]\n"), Case("{}", "{}\n"),
        Case("[1, [2, []], {a = 3}]", "- 1\n- - 2\n  - []\n- \"a\": 3\n"),
        Case(
            "{b = [1, {c = true}], a = {d = null}}",
            "\"a\":\n  \"d\": null\n\"b\":\n- 1\n- \"c\": true\n"),
        Case("{a = \"x\\ny\\n\"}", "\"a\": |\n  x\n  y\n"), Case("\"x\\ny\"", "|-\n  x\n  y\n"),
        Case("[\" x\\n\\n\"]", "- |2+\n   x\n\n"), Case("\"x \\ny\"", "\"x \\ny\"\n"),
        Case("\"é\\t\\\"\\u0085😀\"", "\"é\\t\\\"\\N\\U0001F600\"\n"),
        Case("{\"a\\nb\" = [1]}", "? |-\n  a\n  b\n: - 1\n"),
        Case("toset([\"b\", \"a\"])", "- \"a\"\n- \"b\"\n"), Case("1/0", "+Inf\n...\n"),
    ]

    @Test("in blocks, with quoted text", arguments: values)
    func writing(example: Case) throws {
        #expect(try evaluate("yamlencode(\(example.input))") == .string(example.expected))
    }

    @Test("with long text folded at spaces and long keys before their own line")
    func folding() throws {
        let text = repeatElement("word", count: 20).joined(separator: " ")
        let written = try evaluate("yamlencode(t)", ["t": .string(text)]).stringValue
        let lines = written?.split(separator: "\n").map(\.count)
        #expect(lines == [85, 17])
        #expect(try evaluate("yamldecode(yamlencode(t))", ["t": .string(text)]) == .string(text))
        let key = String(repeating: "k", count: 129)
        let map = try evaluate("yamlencode({(k) = 1})", ["k": .string(key)]).stringValue
        #expect(map == "? \"\(key)\"\n: 1\n")
    }

    @Test("only when all of it is known")
    func unknown() throws {
        let value = try evaluate("yamlencode([u])", ["u": .unknown("a file", at: nil)])
        #expect(value.isUnknown && value.type == .string)
    }
}
