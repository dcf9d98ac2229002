import Testing

@testable import HCL

@Suite("Hostile input")
struct LimitTests {
    private static func repeated(_ text: String, _ count: Int) -> String {
        String(repeating: text, count: count)
    }

    static let nested: [(String, String)] = [
        ("brackets", repeated("[", 3_000)),
        ("closed brackets", repeated("[", 3_000) + repeated("]", 3_000)),
        ("parentheses", repeated("(", 3_000) + "1" + repeated(")", 3_000)),
        ("objects", repeated("{a=", 3_000) + "1" + repeated("}", 3_000)),
        ("templates", repeated("\"${", 3_000) + "1" + repeated("}\"", 3_000)),
        ("heredocs", repeated("<<A\n${", 3_000) + "1" + repeated("}\nA\n", 3_000)),
        ("directives", "\"" + repeated("%{if true}", 3_000) + repeated("%{endif}", 3_000) + "\""),
        ("signs", repeated("-", 3_000) + "1"), ("calls", repeated("f(", 3_000)),
        ("sums", "1" + repeated(" + 1", 3_000)),
        ("conditions", repeated("true ? 1 : ", 3_000) + "1"),
        ("indexes", "x" + repeated("[y]", 3_000)), ("splats", "x" + repeated("[*]", 3_000)),
        ("chains in parentheses", repeated("(", 90) + "1" + repeated(repeated("+1", 90) + ")", 90)),
    ]

    @Test("that is nested or chained without end is one error", arguments: nested)
    func nesting(name: String, text: String) throws {
        let errors = problems("a = \(text)\n")
        #expect(
            errors.count == 1 && errors[0].hasPrefix("! Nested too deeply"), "\(name): \(errors)")
    }

    static let endless: [(String, Int)] = [
        ("[", 1_000_000), ("(", 200_000), ("!", 200_000), ("-", 1_000_000), ("{a=", 100_000),
        ("\"${", 100_000), ("<<A\n${", 50_000), ("x?1:", 50_000), ("1+", 50_000),
        ("[for x in ", 50_000), ("f(", 50_000), ("x[", 50_000), ("x[*][", 50_000),
        ("[\n{\na=", 50_000),
    ]

    /// The rendered errors of a file: what a failing test prints must not be the file itself.
    private func rendered(_ bytes: [UInt8]) -> [String] {
        do throws(Diagnostics) {
            _ = try Body.parse(SourceFile(path: "test.hcl", bytes: bytes))
            return []
        } catch {
            return error.items.map { $0.rendered() }
        }
    }

    @Test("that is nested a million times is one error that names the limit", arguments: endless)
    func endlessNesting(piece: String, count: Int) {
        let text = "a = " + Self.repeated(piece, count) + "\n"
        let errors = rendered(Array(text.utf8))
        #expect(errors.count == 1 && errors[0].contains("Nested too deeply"))
        #expect(errors[0].contains("100 levels") && errors[0].contains("400 operators"))
        #expect(errors[0].utf8.count < 2_000)
    }

    @Test("that has a million blocks inside one another is one error")
    func endlessBlocks() {
        let errors = problems(Self.repeated("b {\n", 100_000))
        #expect(errors.count == 1 && errors[0].hasPrefix("! Nested too deeply"))
    }

    @Test("with an error in each of many lines ends at the limit of errors")
    func endlessErrors() {
        for line in ["a b\n", "a =\n", "}\n", "a = \"\n", "a = 'b'\n", "a = \"\\q\"\n", "a = 1\n"] {
            let errors = problems(Self.repeated(line, 5_000))
            #expect((1...ParseLimits().mostDiagnostics).contains(errors.count), "\(line)")
        }
    }

    @Test("just below the limits is evaluated")
    func belowLimits() throws {
        #expect(try evaluate("1" + Self.repeated(" + 1", 390)) == .integer(391))
        let nested = try evaluate(Self.repeated("[", 90) + Self.repeated("]", 90))
        #expect(nested.nesting == 90)
        #expect(
            try evaluate(
                "x" + Self.repeated(".a", 5),
                [
                    "x": .object([
                        "a": .object([
                            "a": .object(["a": .object(["a": .object(["a": .integer(1)])])])
                        ])
                    ])
                ]) == .integer(1))
    }

    static let expensive = [
        "[for a in range(1000) : [for b in range(1000) : [for c in range(1000) : 1]]]",
        "setproduct(range(999), range(999), range(999), range(999))", "indent(1e9, \"a\\nb\")",
        "format(\"%90000s\", \"\") == \"\" ? 1 : replace(\"aaa\", \"a\", join(\"\", [for x in range(99) : format(\"%90000s\", \"\")]))",
        "can([for a in range(1000) : [for b in range(1000) : [for c in range(1000) : 1]]])",
        "try([for a in range(1000) : [for b in range(1000) : 1]], 2)",
        "regex(\"(a*)*b\", join(\"\", [for x in range(99) : \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"]))",
    ]

    @Test(
        "that takes too much work is refused, and neither try nor can hides it",
        arguments: expensive)
    func work(text: String) throws {
        let expression = try Expression.parse(SourceFile(path: "test.hcl", text: text))
        let error = #expect(throws: Diagnostic.self) {
            _ = try expression.evaluate(
                in: StandardEnvironment(), budget: EvaluationBudget(units: 20_000))
        }
        #expect(error?.summary == "Evaluation takes too much work")
    }

    static let growing = [
        repeated("jsonencode(", 90) + "\"\\\"\"" + repeated(")", 90),
        repeated("replace(", 60) + "\"xxxxxxxx\"" + repeated(", \"x\", \"xx\")", 60),
        "[" + repeated("[for a in range(1000) : ", 4) + "1" + repeated("]", 4) + "]",
    ]

    @Test("that makes ever larger values is refused", arguments: growing)
    func growth(text: String) throws {
        let found = try failures(text, units: 200_000)
        #expect(found.map(\.summary) == ["Evaluation takes too much work"])
        #expect(found.first?.detail.contains("200000") == true)
    }

    @Test("for a loop over a thousand million elements is refused")
    func longRange() throws {
        #expect(try failures("[for i in range(1e9) : i]")[0].detail.contains("1024"))
        #expect(try failures("1e999999999")[0].summary == "Invalid number literal")
        #expect(try evaluate("pow(10, 1e9)").numberValue?.isInfinite == true)
    }

    @Test("of a hundred megabytes is refused at once, with the limit")
    func hugeFile() {
        let errors = rendered([UInt8](repeating: UInt8(ascii: "["), count: 100_000_000))
        #expect(errors.count == 1 && errors[0].contains("File too large"))
        #expect(errors[0].contains("100000000") && errors[0].contains("8388608"))
    }

    @Test("that is too large is refused before it is read")
    func size() {
        let error = #expect(throws: Diagnostics.self) {
            _ = try Body.parse(
                SourceFile(path: "test.hcl", text: "a = 1\n"), limits: ParseLimits(largestFile: 5))
        }
        #expect(error?.items.map(\.summary) == ["File too large"])
    }

    @Test("that is no text at all gives a bounded number of errors")
    func binary() {
        var bytes: [UInt8] = []
        var state: UInt32 = 1
        for _ in 0..<20_000 {
            state = state &* 1_664_525 &+ 1_013_904_223
            bytes.append(UInt8(state >> 24))
        }
        let error = #expect(throws: Diagnostics.self) {
            _ = try Body.parse(SourceFile(path: "test.hcl", bytes: bytes))
        }
        #expect((1...ParseLimits().mostDiagnostics).contains(error?.items.count ?? 0))
        #expect(error?.rendered().isEmpty == false)
    }

    @Test("made of random pieces never stops the parser or the evaluator")
    func randomPieces() {
        let pieces = [
            "a", "=", "1", "\"", "${", "%{", "}", "{", "[", "]", "(", ")", "\n", ",", "for", "in",
            ":",
            "=>", "...", ".", "*", "x", " ", "if", "else", "endif", "endfor", "<<-E\n", "E\n", "~",
            "?",
            "null", "-", "!", "&&", "==", "\\", "$", "#", "/*", "*/", "é", "\u{301}", "try", "can",
            "0.1",
        ]
        var state: UInt64 = 42
        func next(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
        var parsed = 0
        for _ in 0..<3_000 {
            let text =
                "a = " + (0..<next(12) + 1).map { _ in pieces[next(pieces.count)] }.joined() + "\n"
            guard let body = try? Body.parse(SourceFile(path: "test.hcl", text: text)) else {
                continue
            }
            parsed += 1
            for attribute in body.attributes {
                _ = try? attribute.expression.evaluate(in: StandardEnvironment())
            }
        }
        #expect(parsed > 50)
    }
}
