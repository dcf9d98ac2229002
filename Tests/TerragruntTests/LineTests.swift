import Testing

@testable import Terragrunt

@Suite("Lines and masks")
struct LineTests {
    private func lines(_ chunks: [String], mask: SecretMask = SecretMask([]), limit: Int = 100)
        -> [String]
    {
        var assembler = LineAssembler(mask: mask, limit: limit)
        var result: [String] = []
        for chunk in chunks { result += assembler.append(chunk.utf8) }
        if let last = assembler.finish() { result.append(last) }
        return result
    }

    @Test("LF, CR and CRLF end a line, wherever the pieces are cut")
    func lineEnds() {
        #expect(lines(["a\nb\r", "\nc\rd", "\n\ne"]) == ["a", "b", "c", "d", "", "e"])
        #expect(lines(["\r\r\n"]) == [""])
        #expect(lines([]) == [])
    }

    @Test("A long line is cut, and says how much is left out")
    func longLines() {
        let text = String(repeating: "x", count: 130)
        #expect(
            lines([text, "\nnext\n"])
                == ["\(String(repeating: "x", count: 100)) [30 bytes left out]", "next"])
    }

    @Test("Invalid UTF-8 is repaired")
    func repairs() {
        var assembler = LineAssembler(mask: SecretMask([]))
        #expect(assembler.append([0x61, 0xFF, 0x62, 0x0A]) == ["a\u{FFFD}b"])
    }

    @Test("A secret that straddles the limit is hidden whole")
    func straddling() {
        let mask = SecretMask(["0123456789"])
        let text = String(repeating: "x", count: 95) + "0123456789" + "tail"
        let shown = lines([text], mask: mask)
        #expect(shown == ["\(String(repeating: "x", count: 95))*** [9 bytes left out]"])
        // Hiding one secret must not move part of another one into view.
        let two = "0123456789" + String(repeating: "x", count: 88) + "0123456789"
        #expect(lines([two], mask: mask)[0].contains("012") == false)
    }

    @Test("Overlapping secrets leave no part visible")
    func overlapping() {
        #expect(SecretMask(["abcd", "cdef"])("xabcdefx") == "x***x")
        #expect(SecretMask(["abc", "abcdef"])("abcdefabc") == "***" + "***")
        #expect(SecretMask(["aa"])("baaab") == "b***b")
    }

    @Test("The lines of a secret and its JSON spelling are hidden")
    func spellings() {
        let mask = SecretMask(["line-one\nline \"two\"\n}\n"])
        #expect(mask("line-one") == "***")
        #expect(mask("see line \"two\" here") == "see *** here")
        #expect(mask(#"{"key": "line-one\nline \"two\"\n}"}"#) == #"{"key": "***"}"#)
        #expect(mask("}") == "}")
    }

    @Test("Empty values hide nothing")
    func empty() {
        #expect(SecretMask(["", " ", "\n"])("a b") == "a b")
    }
}
