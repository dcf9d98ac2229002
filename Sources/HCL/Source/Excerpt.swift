/// The lines of source that a message shows, with a mark under what it is about.
struct Excerpt {
    /// The widest part of a line that is shown, in columns of a terminal.
    private static let widest = 120
    /// How much of a longer line is shown before the mark.
    private static let lead = 60
    /// The bytes around a place that are looked at; no more can be shown.
    private static let window = 4_096

    /// A character as it is shown, and its columns.
    private struct Cell {
        let text: String
        let width: Int
    }

    private let range: SourceRange
    private let start: SourcePosition
    private let end: SourcePosition

    init(_ range: SourceRange) {
        self.range = range
        start = range.start
        end = range.end
    }

    /// The lines, indented and numbered.
    var lines: [String] {
        let number = String(start.line)
        let (text, mark) = marked
        var shown = [(number, text), ("", mark)]
        if text.allSatisfy(\.isWhitespace), let before = lineBefore { shown.insert(before, at: 0) }
        return shown.map { label, text in
            let margin = String(repeating: " ", count: max(0, number.count - label.count))
            return "  \(margin)\(label) |\(text.isEmpty ? "" : " ")\(text)"
        }
    }

    private var bytes: [UInt8] { range.source.bytes }
    private var place: Int { min(range.bytes.start, lineEnd) }

    /// The start of the line, or a place in it that is far enough before the mark.
    private var lineStart: Int {
        range.source.lineStart(before: range.bytes.start, within: Self.window)
    }

    private var lineEnd: Int {
        range.source.lineEnd(after: range.bytes.start, within: Self.window)
    }

    private var marked: (text: String, mark: String) {
        let before = cells(from: lineStart, to: place)
        let after = cells(from: place, to: lineEnd)
        let markEnd = min(max(range.bytes.end, place), lineEnd)
        let width = columns(of: cells(from: place, to: markEnd)[...])
        var first = before.count
        var lead = 0
        let total = columns(of: before[...]) + columns(of: after[...])
        while first > 0, total <= Self.widest || lead + before[first - 1].width <= Self.lead {
            first -= 1
            lead += before[first].width
        }
        var text = before[first...].map(\.text).joined()
        if first > 0 || lineStart > 0 && bytes[lineStart - 1] != 0x0A {
            text = "…" + text
            lead += 1
        }
        var room = Self.widest - lead
        var marks = 0
        for cell in after {
            room -= cell.width
            if room < 0 { break }
            marks += cell.width
            text += cell.text
        }
        if room < 0 { text += "…" }
        let carets = max(1, min(width, marks))
        let mark = String(repeating: " ", count: lead) + String(repeating: "^", count: carets)
        return (text, mark + goesOn)
    }

    /// What follows the mark of a range that goes on in other lines.
    private var goesOn: String {
        let last = end.column == 1 ? end.line - 1 : end.line
        return last > start.line ? " to line \(last)" : ""
    }

    /// The nearest line before the mark that has any text: an empty one tells nothing.
    private var lineBefore: (String, String)? {
        var first = range.source.lineStart(before: range.bytes.start, within: .max)
        var number = start.line
        while first > 0 {
            let last = first - 1
            first = range.source.lineStart(before: last, within: .max)
            number -= 1
            let end = range.source.lineEnd(after: first, within: Self.window)
            let cells = cells(from: first, to: min(end, last)).prefix(Self.widest)
            let text = cells.map(\.text).joined()
            if !text.allSatisfy(\.isWhitespace) { return (String(number), text) }
        }
        return nil
    }

    private func columns(of cells: ArraySlice<Cell>) -> Int {
        cells.reduce(0) { $0 + $1.width }
    }

    private func cells(from first: Int, to last: Int) -> [Cell] {
        let text = String(decoding: bytes[first..<max(first, last)], as: UTF8.self)
        return text.compactMap { character in
            if character == "\u{FEFF}" { return nil }
            let width = DisplayWidth.of(character)
            if character == "\t" {
                return Cell(text: String(repeating: " ", count: width), width: width)
            }
            let shown = SafeText.printable(String(character))
            return Cell(text: shown, width: shown == String(character) ? width : 1)
        }
    }
}
