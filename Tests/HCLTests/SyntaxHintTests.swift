import Testing

@testable import HCL

@Suite("Hints of syntax errors")
struct SyntaxHintTests {
    private func first(_ text: String) throws -> Diagnostic {
        let error = #expect(throws: Diagnostics.self) {
            _ = try Body.parse(SourceFile(path: "test.hcl", text: text))
        }
        return try #require(error?.items.first)
    }

    static let hints = [
        Case("a = {\n  b = c ? 1\n    : 2\n}\n", "Move the \":\" to the end of this line"),
        Case("a = b\n  ? 1 : 2\n", "must be in parentheses"),
        Case("a = b ?\n  1 : 2\n", "Put the rest on this line"),
        Case("a = 1 +\n2\n", "Put the rest on this line"),
        Case("a =\n1\n", "line of the equals sign"),
        Case("a = [1 2]\n", "Add a comma"),
        Case("a = {b = 1 c = 2}\n", "or add a comma"),
        Case("a = {b = 1\n, c = 2}\n", "end of the line before"),
        Case("a = {b => 1}\n", "Write ="),
        Case("a = {\"b\", \"c\"}\n", "[ … ] for a list"),
        Case("a: 1\n", "instead of the colon"),
        Case("a == 1\n", "Write a single ="),
        Case("a.b = 1\n", "NAME = { … }"),
        Case("a = 'b'\n", "Use \"…\" instead"),
        Case("a = `b`\n", "Use \"…\""),
        Case("a = v1.2.3\n", "\"v1.2.3\""),
        Case("a = 1.2.3\n", "in quotes"),
        Case("a = [v1.35.0-alpha.3]\n", "\"v1.35.0-alpha.3\""),
        Case("a = 10Gi\n", "\"10Gi\""),
        Case("a = 10.0.0.1/24\n", "in quotes"),
        Case("a = /etc/hosts\n", "\"/etc/hosts\""),
        Case("a = ./modules/x\n", "\"./modules/x\""),
        Case("a = some text\n", "in quotes"),
        Case("a = \"${b\"\n", "Close the quotes"),
        Case("a = \"${b c}\"\n", "$${"),
        Case("a = \"b\n", "heredoc"),
        Case("a = \"\\q\"\n", "backslash"),
        Case("a = << EOT\nb\nEOT\n", "directly after <<"),
        Case("a = <<\"EOT\"\nb\nEOT\n", "without quotes"),
        Case("a = <<EOT # b\nEOT\n", "Nothing may follow the marker"),
        Case("a = <<EOT\nb\nEOT,\n", "Write EOT alone on a line"),
        Case("a = <<-END\nb\nEND", "Write END alone on a line"),
        Case("a = “b”\n", "plain ones"),
        Case("a\u{A0}= 1\n", "plain one"),
        Case("a = 1\u{200B}\n", "invisible"),
        Case("a = 1 – 2\n", "hyphen"),
        Case("a = 1;\n", "new line"),
        Case("a = b & c\n", "&&"),
        Case("a = 1\na = 2\n", "in line 1"),
        Case("a\n{\n}\n", "Write the { on this line"),
        Case("a \"b\" = {}\n", "Remove the \"=\""),
        Case("\"a\" = 1\n", "without quotes"),
        Case("- a\n", "YAML"),
        Case("}\n", "too many"),
        Case("a {\n  b {\n    c = 1\n}\n", "Look at line 2"),
        Case("a = {\n  b = {\n    c = 1\n}\n", "Look at line 2"),
        Case("a = b.\n", "after the dot"),
        Case("a = b.0.1\n", "Write [0][1]"),
        Case("a = \"%{ iff b }\"\n", "\"if\""),
        Case("a = {for b in c : b}\n", "KEY => VALUE"),
    ]

    @Test("name what people really do", arguments: hints)
    func hint(example: Case) throws {
        let hint = try #require(try first(example.input).hint)
        #expect(hint.contains(example.expected), "\(hint)")
    }

    @Test("Every syntax error is a sentence with one hint")
    func complete() throws {
        let all =
            SyntaxErrorTests.bodies + SyntaxErrorTests.expressions
            + SyntaxErrorTests.characters + SyntaxErrorTests.templates + Self.hints
        for example in all {
            let diagnostic = try first(example.input)
            #expect(diagnostic.hint?.isEmpty == false, "\(diagnostic)")
            #expect(diagnostic.detail.last == ".", "\(diagnostic)")
        }
    }
}
