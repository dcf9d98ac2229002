import Testing

@testable import HCL

@Suite("Messages do not repeat values")
struct SecretTests {
    private static let variables: ValueMap = [
        "s": .string("hunter2"), "n": .integer(987_654_321),
        "c": .string("hunter2,hunter2\n1,2\n"), "y": .string("a: *hunter2\n"),
        "r": .string("a: &hunter2 [*hunter2]\n"),
        "o": .object(["a": .integer(1)]), "l": .tuple([.integer(1)]),
    ]

    @Test(
        "that are not spelt out at the place",
        arguments: [
            "parseint(s, 10)", "{a = 1}[s]", "o[s]", "l[n]", "{for x in [1, 2] : s => x}",
            "timeadd(s, \"1h\")", "timeadd(\"2020-01-02T03:04:05Z\", s)", "timecmp(s, s)",
            "formatdate(s, \"2020-01-02T03:04:05Z\")",
            "cidrhost(s, 1)", "cidrhost(\"10.0.0.0/8\", n)", "cidrsubnet(s, 1, 1)",
            "cidrsubnet(\"10.0.0.0/8\", n, 1)", "cidrsubnet(\"10.0.0.0/8\", 1, n)",
            "cidrnetmask(s)", "cidrsubnets(s, 1)", "cidrsubnets(\"10.0.0.0/8\", n)",
            "yamldecode(y)", "yamldecode(r)", "csvdecode(c)", "uuidv5(s, \"a\")",
            "lookup(o, s)", "lookup(tomap(o), s)", "textencodebase64(\"a\", s)",
            "pow(n, \"1e400\")", "indent(n / 2, \"a\")", "tonumber(s)",
            "base64decode(s)", "jsondecode(s)", "regex(\"z\", s)", "index([1], s)",
        ])
    func hidden(text: String) throws {
        for failure in try failures(text, Self.variables) {
            let shown = "\(failure.detail) \(failure.hint ?? "")"
            #expect(!shown.contains("hunter2") && !shown.contains("987654321"), "\(shown)")
            #expect(!shown.contains("493827160"))
        }
    }

    @Test(
        "but name a key that the file spells out",
        arguments: [
            "{alpha = 1}[\"alpah\"]", "lookup({alpha = 1}, \"alpah\")", "{alpha = 1}.alpah",
        ])
    func shown(text: String) throws {
        let failure = try #require(failures(text).first)
        #expect(failure.detail.contains("\"alpah\""))
        #expect(failure.hint == "Did you mean \"alpha\"?")
    }
}

@Suite("Hints about similar names")
struct LazyHintTests {
    @Test(
        "are not looked for when the error is ignored",
        arguments: [
            "[for x in range(500) : true ? 1 : o.attributf_zz]",
            "[for x in range(500) : true || o.attributf_zz]",
            "[for x in range(500) : try(lookup(o, \"attributf_zz\"), 1)]",
        ])
    func ignored(text: String) throws {
        let names = (0..<1_000).map { (key: "attribute_\($0)", value: Value.integer($0)) }
        let start = ContinuousClock.now
        _ = try evaluate(text, ["o": .object(ValueMap(names))])
        #expect(ContinuousClock.now - start < .seconds(8))
    }

    @Test("are there when the error counts")
    func chosen() throws {
        let failure = try #require(
            failures("true ? o.alpah : 1", ["o": .object(["alpha": .integer(1)])]).first)
        #expect(failure.hint == "Did you mean \"alpha\"?")
    }
}

@Suite("Whole numbers at the ends of their range")
struct ExtremeNumberTests {
    private static let numbers = [
        "9223372036854775807", "-9223372036854775808", "-9223372036854775807",
        "9223372036854775808", "-1", "0", "63", "1e300",
    ]

    @Test("crash no function", arguments: StandardFunctions.names)
    func noCrash(name: String) {
        let others = ["[1, 2, 3]", "\"abc\"", "\"10.0.0.0/8\"", "\"fd00::/64\""]
        let time = "\"2020-01-02T03:04:05Z\""
        for first in Self.numbers {
            _ = outcome("\(name)(\(first))")
            _ = outcome("\(name)(\(time), \"\(first)ns\")")
            _ = outcome("\(name)(\(time), \"\(first)h\")")
            _ = outcome("\(name)(\"%\(first)d %.\(first)f %[\(first)]s\", 1)")
            for second in Self.numbers {
                _ = outcome("\(name)(\(first), \(second))")
                for other in others where name != "range" {
                    _ = outcome("\(name)(\(other), \(first), \(second))")
                }
            }
            for other in others {
                _ = outcome("\(name)(\(other), \(first))")
                _ = outcome("\(name)(\(first), \(other))")
            }
        }
        #expect(outcome("1") == "1 : number")
    }
}

@Suite("Numbers out of range")
struct NumberRangeTests {
    @Test(
        "are errors, not infinity or zero",
        arguments: [
            Case("1e12042 == 1e13000", "! Invalid number literal 1:1-1:8"),
            Case("1e14000", "! Invalid number literal 1:1-1:8"),
            Case("1e-14000", "! Invalid number literal 1:1-1:9"),
            Case("1e12000 * 1e12000", "! Operation failed 1:1-1:18"),
            Case("1e-12000 * 1e-12000", "! Operation failed 1:1-1:20"),
            Case("1e12000 / 1e-12000", "! Operation failed 1:1-1:19"),
            Case("yamldecode(\"1e14000\")", "unknown : dynamic"),
        ])
    func errors(example: Case) { #expect(outcome(example.input) == example.expected) }

    @Test("leave division by zero infinite")
    func division() throws {
        #expect(outcome("1 / 0 == 1 / 0") == "true : bool")
        let value = try evaluate("[1 / 0, {a = -1 / 0}, 1, null]")
        #expect(value.jsonWithInfinities == #"[{"$inf":1},{"a":{"$inf":-1}},1,null]"#)
        #expect(value.json == #"[null,{"a":null},1,null]"#)
        #expect(message("1e12000 * 1e12000").contains("too large"))
        #expect(message("0 / 0").contains("not a number"))
        #expect(outcome("jsondecode(\"1e14000\")").hasPrefix("! "))
        #expect(outcome("tonumber(\"1e14000\")").hasPrefix("! "))
    }
}
