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
        #expect(try evaluate("true ? \"a\" : u", variables) == .string("a"))
        #expect(try evaluate("true ? 1 : l[0]", variables) == .integer(1))
        #expect(try evaluate("true ? {a = \"b\"} : {a = u}", variables).json == "{\"a\":\"b\"}")
        #expect(try evaluate("true ? [u, 1][1] : 2", variables) == .integer(1))
        #expect(
            try evaluate("true ? {a = u, b = 1} : null", variables).attributes?["b"]?.json == "1")
        #expect(try evaluate("coalesce(\"a\", u)", variables) == .string("a"))
        #expect(try evaluate("tolist([1, null])[0]", variables) == .integer(1))
        #expect(try evaluate("[u, 2][1]", variables) == .integer(2))
        #expect(try evaluate("{a = u, b = 3}.b", variables) == .integer(3))
        #expect(try evaluate("length([u, u])", variables) == .integer(2))
        #expect(try evaluate("merge({a = u}, {a = 1})", variables).json == "{\"a\":1}")
        #expect(try evaluate("contains([1, u], 1)", variables) == .bool(true))
        #expect(try evaluate("[for x in [u, 1] : x][1]", variables) == .integer(1))
    }

    @Test(
        "of no known type keep open what they would change by becoming text or a collection",
        arguments: [
            "(true ? 1 : u) == 1", "(false ? u : true) == true", "try(true ? 1 : u, \"f\")",
            "can(true ? 1 : u)", "can(true ? \"a\" : u)", "try(true ? \"a\" : u, \"f\")",
            "try((true ? {a = u, b = \"c\"} : {a = \"d\", b = \"e\"}).b, \"f\")",
            "can(false ? u : null)", "(s == \"\" ? (true ? \"a\" : u) : 1) == 1",
            "coalesce(u, 1) == \"a\"", "jsonencode(true ? {a = 1} : u)",
            "jsonencode(true ? [] : u)", "(true ? {a = 1} : {a = u}).a == 1",
            "(true ? [1] : [u])[0] == 1", "(true ? [1] : [u, u])[0] == 1",
            "(true ? [{a = u}, {a = 1}] : [])[1].a == 1",
            "(false ? (true ? \"a\" : u) : 1) == 1", "(false ? (true ? null : u) : 1) == 1",
            "coalesce(true ? null : u, 1) == 1", "(true ? l[0] : u) == \"1\"",
            "tolist([1, u])[0] == 1", "tolist([{a = 1}, {a = u}])[0].a == 1",
            "tolist([{a = 1}, u])[0].a == 1", "try(tolist([1, u])[0], \"f\")",
            "try(tolist([\"a\", u])[0], \"f\")", "can(tolist([1, true, u]))",
            "tomap({a = 1, b = u}).a == 1", "chunklist([1, u], 1)[0][0] == 1",
            "index(tolist([1, u]), 1)", "coalesce(1, u) == 1", "try(coalesce(\"a\", u), \"f\")",
            "coalesce([1], u) == [1]", "can(coalesce(1, true, u))",
            "setunion([1], u) == toset([\"1\"])", "toset([1, u]) == toset([\"1\", \"2\"])",
            "concat(tolist([1]), tolist(u)) == tolist([\"1\", \"2\"])",
        ])
    func openTypes(text: String) throws {
        let value = try evaluate(text, variables)
        #expect(value.isUnknown && !value.unknownReasons.isEmpty, "\(value)")
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
