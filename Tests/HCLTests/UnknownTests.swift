import Testing

@testable import HCL

@Suite("Unknown values")
struct UnknownTests {
    private let variables: ValueMap = [
        "u": .unknown("run_cmd, which is never executed", at: nil),
        "s": .unknown("a secret", at: nil, type: .string),
        "l": .unknown("a list", at: nil, type: .list(.number)),
    ]

    private func reasons(_ text: String) throws -> [String] {
        let value = try evaluate(text, variables)
        return value.unknownReasons.map(\.text)
    }

    @Test(
        "make what depends on them unknown, with the reason and the type",
        arguments: [
            ("u + 1", "number"), ("\"a${s}\"", "string"), ("!u", "bool"), ("u == 1", "bool"),
            ("s ? 1 : 2", "number"), ("u ? 1 : \"a\"", "string"), ("u.a[0].b", "dynamic"),
            ("[for x in u : x]", "dynamic"), ("[for x in [1] : x if u]", "dynamic"),
            ("{(s) = 1}", "dynamic"), ("{for x in [1] : s => x}", "dynamic"), ("u[*].a", "dynamic"),
            ("upper(s)", "string"), ("join(\",\", [s])", "string"),
            ("jsonencode({a = u})", "string"),
            ("try(u, 1)", "dynamic"), ("can(u.a)", "bool"), ("max(u...)", "dynamic"),
            ("l[0]", "number"), ("length(l)", "number"), ("[1, 2][u]", "dynamic"),
            ("u && true", "bool"),
            ("tolist(u)", "dynamic"), ("toset([s])", "set(string)"), ("-u", "number"),
            ("flatten([u])", "dynamic"), ("\"%{ for x in l }a%{ endfor }\"", "string"),
            ("u < 1", "bool"),
        ])
    func propagation(text: String, type: String) throws {
        let value = try evaluate(text, variables)
        #expect(value.isUnknown && value.type.description == type)
        #expect(value.unknownReasons.count == 1)
    }

    @Test("are no obstacle where they do not decide")
    func irrelevance() throws {
        #expect(try evaluate("u && false", variables) == .bool(false))
        #expect(try evaluate("true || u", variables) == .bool(true))
        #expect(try evaluate("true ? 1 : u", variables) == .integer(1))
        #expect(try evaluate("[u, 2][1]", variables) == .integer(2))
        #expect(try evaluate("{a = u, b = 3}.b", variables) == .integer(3))
        #expect(try evaluate("length([u, u])", variables) == .integer(2))
        #expect(try evaluate("merge({a = u}, {a = 1})", variables).json == "{\"a\":1}")
        #expect(try evaluate("contains([1, u], 1)", variables) == .bool(true))
        #expect(try evaluate("[for x in [u, 1] : x][1]", variables) == .integer(1))
    }

    @Test("collect every reason once, in order")
    func collecting() throws {
        #expect(try reasons("u + l[0] + u") == ["run_cmd, which is never executed", "a list"])
        #expect(try reasons("[s, {a = u}, s]") == ["a secret", "run_cmd, which is never executed"])
    }

    @Test("carry the place of the function that made them")
    func place() throws {
        let value = try evaluate("\"v${timestamp()}\"")
        let reason = try #require(value.unknownReasons.first)
        #expect(reason.range?.text == "timestamp()")
        #expect(reason.text.contains("timestamp"))
        #expect(value.type == .string && value.json == nil)
    }

    @Test("do not hide errors that are certain")
    func errors() {
        #expect(outcome("l.a", variables) == "! Unsupported attribute 1:2-1:4")
        #expect(
            outcome("[for x in s : x]", variables)
                == "! Iteration over non-iterable value 1:11-1:12")
        #expect(outcome("tolist(s)", variables) == "! Invalid function argument 1:8-1:9")
    }
}
