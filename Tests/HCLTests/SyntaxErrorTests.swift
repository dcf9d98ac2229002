import Testing

@testable import HCL

@Suite("Syntax errors are placed as the reference implementation places them")
struct SyntaxErrorTests {
    static let bodies = [
        Case("talos = \n", "! Invalid expression 1:9-2:1"),
        Case("talos\n", "! Argument or block definition required 1:1-1:6"),
        Case("\"talos\" = 1\n", "! Invalid argument name 1:1-1:2"),
        Case("a = 1 2\n", "! Missing newline after argument 1:7-1:8"),
        Case("a = 1, b = 2\n", "! Unexpected comma after argument 1:6-1:7"),
        Case("é = 1\né = 2 = 3\n", "! Missing newline after argument 2:7-2:8"),
        Case("v = 1\nv = 2\n", "! Attribute redefined 2:1-2:2"),
        Case("locals {\n  a = 1\n", "! Unclosed configuration block 1:8-1:9"),
        Case("locals { a = 1 b = 2 }\n", "! Invalid single-argument block definition 1:16-1:17"),
        Case("locals { a {} }\n", "! Argument definition required 1:10-1:13"),
        Case("locals {} x\n", "! Missing newline after block definition 1:11-1:12"),
        Case("locals\n{}\n", "! Argument or block definition required 1:1-1:7"),
        Case("locals = {}\n}\n", "! Argument or block definition required 2:1-2:2"),
        Case("unit \"a\" = {}\n", "! Invalid block definition 1:10-1:11"),
        Case("unit \"a\"\n{}\n", "! Invalid block definition 1:9-2:1"),
        Case("unit \"a${b}\" {}\n", "! Invalid string literal 1:8-1:10"),
    ]

    static let expressions = [
        Case("a = [1 2]\n", "! Missing item separator 1:8-1:9"),
        Case("a = [1, 2\n", "! Unterminated tuple constructor expression 1:5-1:6"),
        Case("a = {b = 1 c = 2}\n", "! Missing attribute separator 1:12-1:13"),
        Case("a = {b 1}\n", "! Missing key/value separator 1:8-1:9"),
        Case("a = {b\n}\n", "! Missing attribute value 1:7-2:1"),
        Case("a = {b = 1", "! Unterminated object constructor expression 1:5-1:6"),
        Case("a = {b = 1\n, c = 2}\n", "! Invalid expression 2:1-2:2"),
        Case("a = (1\n", "! Unbalanced parentheses 2:1-2:1"),
        Case("a = f(1 2)\n", "! Missing argument separator 1:9-1:10"),
        Case("a = f(1,\n", "! Missing expression 2:1-2:1"),
        Case("a = f(b..., c)\n", "! Missing closing parenthesis 1:8-1:11"),
        Case("a = b ? 1\n  : 2\n", "! Missing false expression in conditional 1:10-2:1"),
        Case("a = 1 +\n2\n", "! Invalid expression 1:8-2:1"),
        Case("a = b.\n", "! Invalid attribute name 1:7-2:1"),
        Case("a = b.0.1\n", "! Invalid legacy index syntax 1:7-1:10"),
        Case("a = b.*.c.*.d\n", "! Nested splat expression not allowed 1:11-1:12"),
        Case("a = b[1\n", "! Missing close bracket 2:1-2:1"),
        Case("a = b[\n*\n]\n", "! Invalid expression 2:1-2:2"),
        Case("a = [for b in c b]\n", "! Invalid 'for' expression 1:17-1:18"),
        Case("a = [for b in c : b => b]\n", "! Invalid 'for' expression 1:19-1:20"),
        Case("a = {for b in c : b}\n", "! Invalid 'for' expression 1:19-1:20"),
        Case("a = [for 1 in c : b]\n", "! Invalid 'for' expression 1:10-1:11"),
        Case("a = 1.5.6\n", "! Invalid number literal 1:5-1:10"),
        Case("a = 0x1F\n", "! Missing newline after argument 1:6-1:9"),
        Case("a = b::c\n", "! Missing open parenthesis 1:9-2:1"),
    ]

    static let characters = [
        Case("a = 'b'\n", "! Invalid character 1:5-1:6"),
        Case("a = b & c\n", "! Unsupported operator 1:7-1:8"),
        Case("a = 1;\n", "! Invalid character 1:6-1:7"),
        Case("a\u{A0}= 1\n", "! Invalid character 1:2-1:3"),
        Case("a = 1\r", "! Invalid character 1:6-1:7"),
        Case("a = \u{201C}b\u{201D}\n", "! Invalid character 1:5-1:6"),
    ]

    static let templates = [
        Case("a = \"b\n", "! Invalid multi-line string 1:7-2:1"),
        Case("a = \"👍🏽 \\q\"\n", "! Invalid escape sequence 1:8-1:10"),
        Case("a = \"\\u12\"\n", "! Invalid escape sequence 1:6-1:10"),
        Case("a = \"\\uD83D\"\n", "! Invalid escape sequence 1:6-1:12"),
        Case("a = \"${b\"\n", "! Invalid multi-line string 1:10-2:1"),
        Case("a = \"${b c}\"\n", "! Extra characters after interpolation expression 1:10-1:11"),
        Case("a = \"%{ if b }c\"\n", "! Unexpected end of template 1:16-1:17"),
        Case("a = \"%{ else }\"\n", "! Unexpected else directive 1:6-1:15"),
        Case(
            "a = \"%{ if b }%{ endfor }\"\n", "! Unexpected endfor directive 1:15-1:26"),
        Case("a = \"%{ iff b }\"\n", "! Invalid template control keyword 1:9-1:12"),
        Case("a = <<EOT\nb\n  EOT\nc = d e\n", "! Missing newline after argument 4:7-4:8"),
        Case("a = <<EOT\nb\nEOT", "! Unterminated template string 3:4-3:4"),
        Case("a = <<EOT\nb\nEOT, 1\n", "! Unterminated template string 4:1-4:1"),
        Case("a = << EOT\n", "! Invalid expression 1:5-1:6"),
    ]

    @Test(
        "in bodies, expressions, characters and templates",
        arguments: bodies + expressions + characters + templates)
    func place(example: Case) {
        #expect(problems(example.input).first == example.expected)
    }

    @Test(
        "and what looks similar is no error",
        arguments: [
            "for = 1\nif = 2\nnull = 3\n", "a = {\"for\" = 1, x = for}\n", "a = [x, for]\n",
            "a = (b\n? 1\n: 2)\n", "a = [1\n, 2,\n]\n", "a = {b = 1 # c\nd = 2}\n",
            "a = b ? {\nc = 1\n} : null\n", "a = 1 /*\n*/ + 2", "b {\n}", "b \"x\" y { c = 1 }\n",
            "\u{FEFF}a = 1\n", "a = [\r\n1,\r\n]\r\n", "a-b = a--b\n", "a = f(b...)\n", "",
            "# only a comment", "a = b::c::d(1)\n", "a = \"$\"\nb = \"%\"\nc = \"$${x}\"\n",
        ])
    func validity(text: String) {
        #expect(problems(text) == [])
    }

    @Test("Several independent errors of a file are all reported")
    func severalErrors() {
        let text = "a = \nb = 2\nc d = 3\ne {\n  f = 1,\n}\ng = 4\ng = 5\n"
        #expect(
            problems(text) == [
                "! Invalid expression 1:5-2:1", "! Invalid block definition 3:5-3:6",
                "! Unexpected comma after argument 5:8-5:9",
                "! Attribute redefined 8:1-8:2",
            ])
    }

    static let independent: [(String, [String])] = [
        ("a = {\n  b = 1 2\n  c = [1, 2]\n  d =\n  e = f(1\n}\n", ["2:9", "4:6", "6:1"]),
        ("a {\n  b = \"c\n  d = \"e\"\n  f = 'g'\n}\nh i\n", ["2:9", "4:7", "6:4"]),
        ("a = \"${b\"\n\nc = \"d\ne = 1\n", ["1:10", "3:7"]),
        ("a = merge(b, {\n  c = 1 2\n  d = \n})\ne = 1 2\n", ["2:9", "3:7", "5:7"]),
        ("\"a\" = 1\nb = 2 3\nd: 4\n- c\n", ["1:1", "2:7", "3:1"]),
        ("a = [\n  1\n  2,\n]\nb = (1\nc = 2\n\"d\" = 3\n", ["3:3", "6:1", "7:1"]),
    ]

    @Test(
        "Errors that have nothing to do with one another are all reported", arguments: independent)
    func independence(text: String, places: [String]) {
        let found = problems(text).map {
            String($0.split(separator: " ").last?.prefix { $0 != "-" } ?? "")
        }
        #expect(found == places)
    }

    @Test(
        "What is only a consequence of an error is not reported",
        arguments: [
            "locals\n  a = 1\n}\nb {\n  c = 1\n}\n", "a = \"b\nc = \"d\"\ne = \"f\"\n",
            "a {\n  b = [1\n  c = 2\n}\nd {}\n", "a = 'b' + 'c'\n", "a = {\n  b = (1\n}\nc = 2\n",
            "a {\n  b = {\n    c = 1\n}\nd {\n  e = 2\n}\n", "a {\n  b = 1\n}}\nc = 2\n",
            "a = f(1,\nb = 2\nc = 3\n", "a {{\n  b = 1\n  c = 2\n}\nd = 3\n",
            "a = <<EOT\nb\nEOT, 1\nc = 2\n", "a = \"%{ if b }c\"\nd = 1\n", "a = [1, 2)\nb = 3\n",
            "a = b\n  ? 1\n  : 2\nc = 3\n", "a =\n  1\nb = 2\n", "a = b ? 1\n  : 2\nc = 3\n",
        ])
    func consequences(text: String) {
        let found = problems(text)
        #expect(found.count == 1, "\(found)")
    }

    static let wholeFiles: [(String, [UInt8])] = [
        (
            "File in UTF-16",
            [0xFF, 0xFE] + "a = 1\n".utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        ),
        ("Binary file", [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1, 0, 0, 0]),
        ("Encrypted file", [0] + Array("GITCRYPT\0\u{1}".utf8)),
        (
            "Git LFS pointer",
            Array("version https://git-lfs.github.com/spec/v1\noid sha256:1\n".utf8)
        ),
        ("JSON instead of HCL", Array("{\n  \"locals\": {\"a\": 1}\n}\n".utf8)),
        (
            "Unresolved merge conflict",
            Array("a = {\n<<<<<<< HEAD\n  b = 1\n=======\n  b = 2\n>>>>>>> c\n}\n".utf8)
        ),
        (
            "Unresolved merge conflict",
            Array("<<<<<<< HEAD\na = 1\n=======\na = 2\n>>>>>>> b\n".utf8)
        ),
    ]

    @Test("A cause that spoils the whole file is the only error", arguments: wholeFiles)
    func brokenFiles(summary: String, bytes: [UInt8]) throws {
        let error = #expect(throws: Diagnostics.self) {
            _ = try Body.parse(SourceFile(path: "test.hcl", bytes: bytes))
        }
        #expect(error?.items.map(\.summary) == [summary])
        #expect(error?.items.first?.hint != nil)
    }

    @Test("Invalid UTF-8 is one error, except in a comment, where nobody minds")
    func invalidEncoding() throws {
        let broken: [UInt8] = Array("a = \"".utf8) + [0xFF, 0xFE] + Array("\"\n".utf8)
        let error = #expect(throws: Diagnostics.self) {
            _ = try Body.parse(SourceFile(path: "test.hcl", bytes: broken))
        }
        #expect(try #require(error).items[0].summary == "Invalid character encoding")
        let comment: [UInt8] = Array("# ".utf8) + [0xFF] + Array("\na = 1\n".utf8)
        #expect(
            try Body.parse(SourceFile(path: "test.hcl", bytes: comment)).attributes.count == 1)
    }
}
