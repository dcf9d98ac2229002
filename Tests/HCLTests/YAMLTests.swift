import Testing

@testable import HCL

@Suite("YAML")
struct YAMLTests {
    private func decode(_ text: String) -> String {
        do throws(YAMLDoubt) {
            return try YAMLSubset.value(of: text).json ?? ""
        } catch {
            return "? \(error.construct)"
        }
    }

    static let certain = [
        Case("a: 1\nb: [x, y, -2.5]\nc: ~\n", #"{"a":1,"b":["x",true,-2.5],"c":null}"#),
        Case(
            "---\n# c\na:\n  b:\n    - 1\n    - c: d # e\n      f: 'it''s'\n  g: \"h\\n\"\n",
            #"{"a":{"b":[1,{"c":"d","f":"it's"}],"g":"h\n"}}"#),
        Case("a:\n- 1\n-\n  - 2\n- - 3\n  - 4\nb:\n", #"{"a":[1,[2],[3,4]],"b":null}"#),
        Case(
            "a: |\n  x\n   y\n\n  z\n\nb: |-\n  x\nc: d\n", #"{"a":"x\n y\n\nz\n","b":"x","c":"d"}"#
        ),
        Case("{a: {b: [1, \"x, y\"]}, 'c d': no}\n", #"{"a":{"b":[1,"x, y"]},"c d":false}"#),
        Case(
            "v: v1.12.1\nw: 1.2.3\nu: http://a:8080/b#c\n",
            #"{"u":"http://a:8080/b#c","v":"v1.12.1","w":"1.2.3"}"#),
        Case("- []\n- {}\n- Yes\n- OFF\n- yEs\n", #"[[],{},true,false,"yEs"]"#),
        Case("", "null"), Case("just text", #""just text""#),
    ]

    @Test("that every reader reads alike is decoded", arguments: certain)
    func decoding(example: Case) { #expect(decode(example.input) == example.expected) }

    @Test(
        "that readers might read differently is not guessed at",
        arguments: [
            "a: &x 1\n", "a: *x\n", "a: !!str 1\n", "a: 1\n---\nb: 2\n", "a: one\n  two\n",
            "a: >\n  b\n",
            "a: 010\n", "a: 0x1F\n", "a: 2020-01-02\n", "a: 1_000\n", "a: .inf\n", "a: 1e3\n",
            "a: 12:30\n",
            "a: 1\na: 2\n", "<<: {a: 1}\n", "? a\n: b\n", "a: [1,\n  2]\n", "a: \"b\n  c\"\n",
            "1: a\n",
            "\ta: 1\n", "a: b: c\n", "a: [1] x\n", "a: \"\\x41\"\n", "a: 1\n   b: 2\n", "yes: 1\n",
            String(repeating: "[", count: 500), String(repeating: "- ", count: 500),
        ])
    func doubt(text: String) { #expect(decode(text).hasPrefix("? ")) }

    @Test("that is in doubt makes an unknown value with the reason")
    func unknown() throws {
        let value = try evaluate("yamldecode(\"a: &x 1\")")
        #expect(value.unknownReasons.first?.text.contains("an anchor") == true)
        #expect(try evaluate("yamldecode(\"a: [1]\").a[0]") == .integer(1))
    }
}
