/// A piece of a template before its directives have been matched with one another.
enum TemplatePart {
    /// What ends or divides a directive.
    enum Closer: String {
        case otherwise = "else"
        case endIf = "endif"
        case endFor = "endfor"
    }

    case text(String, ByteRange)
    case interpolation(ExpressionNode, height: Int)
    case ifStart(ExpressionNode, height: Int, ByteRange)
    case forStart(Parser.ForNames, ExpressionNode, height: Int, ByteRange)
    case closer(Closer, ByteRange)
    case end(ByteRange)
}

extension TemplatePart {
    /// Removes white space before or after a strip marker.
    static func trimmingStart(_ text: String) -> String {
        String(text.unicodeScalars.drop { $0.properties.isWhitespace })
    }

    static func trimmingEnd(_ text: String) -> String {
        var scalars = Substring.UnicodeScalarView(text.unicodeScalars)
        while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
        return String(scalars)
    }

    /// Removes the common indentation from the lines of a heredoc that begins with `<<-`.
    ///
    /// Indentation is counted in grapheme clusters. Lines of white space only do not count and
    /// are left alone; a line that begins with a sequence counts as not indented.
    static func flush(_ parts: inout [TemplatePart]) {
        var least = Int.max
        var lines: [Int] = []
        var isAtLineStart = true
        for (index, part) in parts.enumerated() {
            if isAtLineStart {
                isAtLineStart = false
                if case .end = part { break }
                if case .text(let text, _) = part {
                    let rest = trimmingStart(text)
                    if !(rest.isEmpty && text.utf8.last == UInt8(ascii: "\n")) {
                        let indentation = text.unicodeScalars.dropLast(rest.unicodeScalars.count)
                        least = min(least, String(indentation).count)
                        lines.append(index)
                    }
                } else {
                    least = 0
                }
            }
            if case .text(let text, _) = part, text.utf8.last == UInt8(ascii: "\n") {
                isAtLineStart = true
            }
        }
        for index in lines {
            guard case .text(let text, let range) = parts[index] else { continue }
            let rest = String(text.dropFirst(least))
            let removed = text.utf8.count - rest.utf8.count
            parts[index] = .text(rest, ByteRange(range.start + removed, range.end))
        }
    }

    /// Joins texts that follow one another.
    static func meld(_ parts: [TemplatePart]) -> [TemplatePart] {
        var result: [TemplatePart] = []
        var pending: (text: String, range: ByteRange)?
        for part in parts {
            if case .text(let text, let range) = part {
                let start = pending?.range.start ?? range.start
                let before = pending?.text
                pending = nil
                pending = (before.map { $0 + text } ?? text, ByteRange(start, range.end))
                continue
            }
            if let (text, range) = pending { result.append(.text(text, range)) }
            pending = nil
            result.append(part)
        }
        return result
    }
}
