import Testing

@testable import HCL

@Suite("Messages")
struct DiagnosticTests {
    /// The excerpt of a diagnostic about the first occurrence of a text.
    private func excerpt(_ text: String, at marked: String) throws -> [String] {
        let bytes = Array(text.utf8)
        let wanted = Array(marked.utf8)
        let start = try #require(
            bytes.indices.first { bytes[$0...].starts(with: wanted) })
        let range = SourceRange(
            source: SourceFile(path: "test.hcl", bytes: bytes),
            bytes: ByteRange(start, start + wanted.count))
        let diagnostic = Diagnostic(summary: "S", detail: "D.", range: range, hint: "H.")
        let lines = diagnostic.rendered().split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.first?.hasPrefix("test.hcl:") == true && lines.last == "  hint: H.")
        return lines.dropFirst().dropLast().map(String.init)
    }

    @Test("show place, line, caret and hint")
    func rendering() throws {
        let source = SourceFile(
            path: "common/versions.hcl", text: "locals {\n\tté = \"a\" \"b\"\n}\n")
        let error = #expect(throws: Diagnostics.self) { _ = try Body.parse(source) }
        let rendered = try #require(error).rendered().split(separator: "\n").map(String.init)
        #expect(rendered[0].hasPrefix("common/versions.hcl:2:11: Missing newline after argument: "))
        #expect(rendered[1] == "  2 |     té = \"a\" \"b\"")
        #expect(rendered[2] == "    |              ^")
        #expect(rendered[3].hasPrefix("  hint: "))
        #expect(rendered.count == 4)
    }

    @Test("put the mark under what they are about, however wide the characters are")
    func width() throws {
        #expect(try excerpt("a = x\ty", at: "y") == ["  1 | a = x    y", "    |          ^"])
        #expect(
            try excerpt("a = \"日本\" x", at: "x") == ["  1 | a = \"日本\" x", "    |            ^"])
        #expect(try excerpt("日本", at: "日本") == ["  1 | 日本", "    | ^^^^"])
        #expect(try excerpt("e\u{301}👩‍👩‍👧 x", at: "x") == ["  1 | e\u{301}👩‍👩‍👧 x", "    |     ^"])
        #expect(try excerpt("\u{FEFF}ab", at: "b") == ["  1 | ab", "    |  ^"])
        #expect(try excerpt("a\r\nbc\r\nd", at: "c") == ["  2 | bc", "    |  ^"])
        #expect(try excerpt("a\r\n", at: "\r\n") == ["  1 | a", "    |  ^"])
    }

    @Test("show where a range of several lines goes on")
    func severalLines() throws {
        #expect(
            try excerpt("a = [\n  1,\n]\n", at: "[\n  1,\n]") == [
                "  1 | a = [", "    |     ^ to line 3",
            ])
        #expect(try excerpt("a = 1\nb", at: "\n") == ["  1 | a = 1", "    |      ^"])
    }

    @Test("show the last line with text when the file ends too early")
    func endOfFile() throws {
        let end = SourceFile(path: "test.hcl", text: "a = [\n\n")
        let range = SourceRange(source: end, bytes: ByteRange(7, 7))
        let diagnostic = Diagnostic(summary: "S", detail: "D.", range: range)
        let lines = diagnostic.rendered().split(separator: "\n").dropFirst()
        #expect(lines == ["  1 | a = [", "  3 |", "    | ^"])
    }

    @Test("cut long lines around the mark")
    func longLines() throws {
        let long = String(repeating: "x", count: 30_000)
        for text in [long + "!" + long, "!" + long, long + "!"] {
            let lines = try excerpt(text, at: "!")
            #expect(lines[0].count < 140)
            let column = lines[1].distance(
                from: lines[1].startIndex, to: try #require(lines[1].firstIndex(of: "^")))
            #expect(Array(lines[0])[column] == "!")
        }
        let whole = try excerpt(long + "é", at: long)
        #expect(whole[1].count < 140)
    }

    @Test("let nothing from a file control the terminal, or fill it")
    func harmless() throws {
        let lines = try excerpt("a = \"\u{1B}[2J\u{202E}\" \u{7F}x", at: "x")
        #expect(lines == ["  1 | a = \"\u{FFFD}[2J\u{FFFD}\" \u{FFFD}x", "    |              ^"])
        let name = String(repeating: "n", count: 100_000)
        #expect(
            try failures("\(name)(1) + \(name) + {}.\(name)").allSatisfy {
                $0.rendered().utf8.count < 3_000
            })
        let key = try failures("{\"\u{1B}[2J\" = 1}[\"\u{1B}\"]")[0]
        #expect(!key.rendered().unicodeScalars.contains("\u{1B}"))
    }

    @Test("come in the order of the file")
    func order() throws {
        let source = SourceFile(path: "test.hcl", text: "a = b ? 1\n  : 2\nc = [1 2]\nd = 'e'\n")
        let error = try #require(throws: Diagnostics.self) { _ = try Body.parse(source) }
        #expect(error.items.map { $0.range?.start.line } == [4, 1, 3])
        #expect(error.inFileOrder.map { $0.range?.start.line } == [1, 3, 4])
    }

    @Test("underline all that they are about, but not beyond the line")
    func underline() throws {
        let lines = try failures("1 +\n  locals.nope")[0].rendered().split(separator: "\n")
        #expect(lines[2].hasSuffix("^^^^^") && !lines[2].hasSuffix("^^^^^^"))
    }

    @Test("suggest the nearest name, or say which names there are")
    func suggestions() throws {
        #expect(try failures("local.a")[0].hint == "Did you mean \"locals\"?")
        #expect(try failures("formta(1)")[0].hint == "Did you mean \"format\"?")
        let typo = try failures("{talos_version = 1}.talos_verson")[0]
        #expect(typo.hint == "Did you mean \"talos_version\"?")
        #expect(try failures("{b = 1, a = 2}.zzz")[0].hint == "Known names are a, b.")
        #expect(try failures("[1, 2][7]")[0].hint?.contains("the last is 1") == true)
        #expect(try failures("var.x")[0].hint?.contains("Terraform") == true)
        #expect(try failures("templatestring(\"\", {})")[0].hint?.contains("Newer") == true)
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
