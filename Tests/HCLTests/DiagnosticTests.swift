import Testing

@testable import HCL

@Suite("Messages")
struct DiagnosticTests {
    private func failure(_ text: String) throws -> Diagnostic {
        let error = #expect(throws: (any Error).self) {
            _ = try evaluate(text, ["locals": .object([:])])
        }
        if let diagnostics = error as? Diagnostics { return diagnostics.items[0] }
        return try #require(error as? Diagnostic)
    }

    @Test("show place, line, caret and hint")
    func rendering() throws {
        let source = SourceFile(
            path: "common/versions.hcl", text: "locals {\n\tté = \"a\" \"b\"\n}\n")
        let error = #expect(throws: Diagnostics.self) { _ = try Body.parse(source) }
        let rendered = try #require(error).rendered().split(separator: "\n").map(String.init)
        #expect(rendered[0].hasPrefix("common/versions.hcl:2:11: Missing newline after argument: "))
        #expect(rendered[1] == "  2 | \tté = \"a\" \"b\"")
        #expect(rendered[2] == "    | \t         ^")
    }

    @Test("underline all that they are about, but not beyond the line")
    func underline() throws {
        let lines = try failure("1 +\n  locals.nope").rendered().split(separator: "\n")
        #expect(lines[2].hasSuffix("^^^^^") && !lines[2].hasSuffix("^^^^^^"))
        let long = try failure("\(String(repeating: " ", count: 5_000))nope")
        #expect(long.rendered().utf8.count < 1_000)
    }

    @Test("suggest the nearest name")
    func suggestions() throws {
        #expect(try failure("local.a").hint == "Did you mean \"locals\"?")
        #expect(try failure("formta(1)").hint == "Did you mean \"format\"?")
        #expect(
            try failure("{talos_version = 1}.talos_verson").hint?.contains("talos_version") == true)
        #expect(try failure("{a = 1}.zzz").hint == nil)
    }

    @Test(
        "suggest only what a slip of the hand can explain",
        arguments: [
            ("talos_verison", "talos_version"), ("TALOS", nil), ("lenght", "length"), ("x", nil),
            ("kubernetes", nil), ("", nil),
        ])
    func nearest(name: String, expected: String?) {
        let names = ["length", "talos_version", "talos", "yy", "y"]
        #expect(NearestName.suggestion(for: name, among: names) == expected)
    }

    @Test("count columns in characters and bytes from zero")
    func positions() {
        let source = SourceFile(path: "a", text: "é👩‍👩‍👧x\r\n\tb")
        #expect(source.position(at: 20) == SourcePosition(line: 1, column: 3, byte: 20))
        #expect(source.position(at: 24) == SourcePosition(line: 2, column: 2, byte: 24))
        #expect(source.position(at: 999).line == 2)
        #expect(source.line(containing: 0) == "é👩‍👩‍👧x")
        #expect(SourceFile(path: "", text: "").position(at: 0).column == 1)
    }
}
