import Testing

@testable import HCL

@Suite("Evaluation errors")
struct EvaluationErrorTests {
    static let several: [(String, [String])] = [
        ("{a = x1, b = 1, c = y1}", ["1:6-1:8", "1:21-1:23"]),
        ("{(x1) = y1}", ["1:3-1:5", "1:9-1:11"]),
        ("[x1, [y1], z1]", ["1:2-1:4", "1:7-1:9", "1:12-1:14"]),
        ("format(x1, y1)", ["1:8-1:10", "1:12-1:14"]),
        ("abs(\"a\") + abs([])", ["1:6-1:7", "1:16-1:17"]),
        ("x1 + y1 + z1", ["1:1-1:3", "1:6-1:8", "1:11-1:13"]),
        ("\"${x1} and ${y1}${[]}\"", ["1:4-1:6", "1:14-1:16", "1:19-1:21"]),
        ("x1[y1]", ["1:1-1:3", "1:4-1:6"]),
        ("[for v in [1, 2] : x1]", ["1:20-1:22"]),
        ("true ? {a = x1, b = y1} : z1", ["1:13-1:15", "1:21-1:23"]),
        ("[x1 ? 1 : y1, z1]", ["1:2-1:4", "1:15-1:17"]),
        ("[false && x1, try(y1, 1), z1]", ["1:27-1:29"]),
        ("[upper(upper(x1)), x1.a]", ["1:14-1:16", "1:20-1:22"]),
    ]

    @Test("of parts that do not depend on one another are all found, in order", arguments: several)
    func independent(text: String, places: [String]) throws {
        let found = try failures(text).map { String(describe($0).split(separator: " ").last ?? "") }
        #expect(found == places)
    }

    @Test("are bounded in number, and a limit ends the search")
    func bounded() throws {
        let many = "[" + (0..<500).map { "x\($0)" }.joined(separator: ",") + "]"
        #expect(try failures(many).count == Diagnostic.mostCompanions)
        let costly = try failures("[x1, [for a in range(1000) : range(1000)], y1]", units: 20_000)
        #expect(costly.map(\.summary) == ["Evaluation takes too much work"])
    }

    static let wrong = [
        "x1", "f1()", "null.a", "1.5[0]", "\"a\"[0]", "[1][1]", "[][0]", "{}[\"a\"]", "{a = 1}.b",
        "{(null) = 1}", "{[] = 1}", "{a.b = 1}", "-\"a\"", "!1", "-null", "1 + null", "null < 1",
        "0 / 0", "1 + {}", "\"${null}-\"", "\"a${[]}\"", "null ? 1 : 2", "\"a\" ? 1 : 2",
        "true ? 1 : []", "[for v in null : v]", "[for v in 1 : v]", "[for v in \"a\" : v]",
        "[for v in [1] : v if null]", "[for v in [1] : v if []]", "{for v in [1, 1] : v => v}",
        "{for v in [1] : null => v}", "{for v in [1] : [] => v}", "upper()", "upper(1, 2)",
        "upper(null)", "upper([])", "upper(1...)", "upper(null...)", "toset([1])[0]", "[1].a",
        "[1][\"a\"]", "[1][null]", "{a = 1}[null]", "try()", "try(x1)", "can()", "range(0, 1, 0)",
        "element([], 0)", "regex(\"(\", \"\")", "jsondecode(\"{\")", "tolist(1)",
        "setproduct()", "tonumber(\"a\")", "base64decode(\"*\")", "format(\"%d\", 1.5)",
    ]

    @Test("say in sentences what is wrong, and have one hint", arguments: wrong)
    func sentences(text: String) throws {
        for failure in try failures(text) {
            #expect(failure.detail.last == ".", "\(failure)")
            #expect(failure.detail.first?.isLowercase == false, "\(failure)")
            #expect(failure.hint?.isEmpty == false, "\(failure)")
            #expect(failure.range != nil, "\(failure)")
        }
    }

    @Test("show no values")
    func values() throws {
        for text in [
            "1 + secret", "secret ? 1 : 2", "secret.a", "secret[0]", "upper([secret])",
            "[for v in secret : v]", "tonumber(secret)", "jsondecode(secret)",
        ] {
            for failure in try failures(text, ["secret": .string("hunter2")]) {
                #expect(!failure.description.contains("hunter2"))
                #expect(failure.hint?.contains("hunter2") != true)
            }
        }
    }
}
