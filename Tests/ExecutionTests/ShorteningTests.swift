import Execution
import Testing

@Suite("Texts of any length")
struct ShorteningTests {
    @Test("A text that fits stays, and a longer one ends between two characters")
    func shortened() {
        #expect("abc".shortened(to: 3) == "abc")
        #expect("abcdefg".shortened(to: 6) == "abc\u{2026}")
        let family = "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}"
        #expect("a\(family)b".shortened(to: 10) == "a\u{2026}")
        let pile = "a" + String(repeating: "\u{301}", count: 10_000)
        #expect("x\(pile)".shortened(to: 100) == "x\u{2026}")
    }

    @Test("Of many sentences the first are listed, and the others counted")
    func listed() {
        #expect(["a", "b"].listed == "a; b")
        let many = (1...23).map { "\($0)" } + [String(repeating: "z", count: 1000)]
        #expect(many.listed.hasSuffix("; 20; and 4 more"))
        #expect([String(repeating: "z", count: 1000)].listed.utf8.count == 300)
    }

    @Test("No line of the log is longer than its bound, whatever is put into it")
    func record() {
        let text = String(repeating: "\u{1b}[31m", count: 100_000)
        let record = LogRecord(
            time: 0, level: .info, event: .progress, message: text, fields: ["hint": text])
        #expect(record.message.utf8.count <= LogRecord.longestText)
        #expect(record.fields["hint"]?.utf8.count ?? .max <= LogRecord.longestText)
    }
}
