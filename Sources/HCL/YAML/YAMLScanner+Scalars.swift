/// White space and line ends between the words of a scalar, and how they are folded.
private struct YAMLGap {
    var blanks: [UInt8] = []
    var firstBreak: [UInt8] = []
    var moreBreaks: [UInt8] = []
    var hasBreak = false

    /// One line end becomes a space and several lose the first, unless it is one of Unicode's.
    var folded: [UInt8] {
        guard hasBreak else { return blanks }
        guard firstBreak == [0x0A] else { return firstBreak + moreBreaks }
        return moreBreaks.isEmpty ? [0x20] : moreBreaks
    }

    mutating func read(_ input: inout YAMLInput) {
        if !input.isBreak() {
            if hasBreak { input.skip() } else { input.read(into: &blanks) }
        } else if hasBreak {
            input.readBreak(into: &moreBreaks)
        } else {
            input.readBreak(into: &firstBreak)
            hasBreak = true
        }
    }
}

extension YAMLScanner {
    mutating func scanPlain() throws(YAMLFailure) {
        let mark = input.mark
        var text: [UInt8] = []
        var gap = YAMLGap()
        while !input.isDocumentIndicator && !input.isNext("#") {
            while !input.isBlankOrEnd() && !isPlainEnd {
                text += gap.folded
                gap = YAMLGap()
                input.read(into: &text)
            }
            guard input.isBlank() || input.isBreak() else { break }
            while input.isBlank() || input.isBreak() {
                if gap.hasBreak, input.mark.column <= indentation, input.isNext("\t") {
                    throw failure("found a tab character that violates indentation")
                }
                gap.read(&input)
            }
            if flowLevel == 0 && input.mark.column <= indentation { break }
        }
        if gap.hasBreak { isKeyAllowed = true }
        append(.scalar(String(decoding: text, as: UTF8.self), .plain), at: mark)
    }

    private var isPlainEnd: Bool {
        if input.isNext(":") && input.isBlankOrEnd(at: 1) { return true }
        return flowLevel > 0 && ",?[]{}".unicodeScalars.contains { input.isNext($0) }
    }

    mutating func scanQuoted(isSingle: Bool) throws(YAMLFailure) {
        let mark = input.mark
        let quote: Unicode.Scalar = isSingle ? "'" : "\""
        input.skip()
        var text: [UInt8] = []
        while true {
            guard !input.isDocumentIndicator else {
                throw failure("found unexpected document indicator")
            }
            guard !input.isAtEnd else { throw failure("found unexpected end of stream") }
            var gap = YAMLGap()
            try scanQuotedWord(isSingle: isSingle, into: &text, &gap)
            if input.isNext(quote) { break }
            while input.isBlank() || input.isBreak() { gap.read(&input) }
            text += gap.folded
        }
        input.skip()
        append(.scalar(String(decoding: text, as: UTF8.self), .quoted), at: mark)
    }

    /// Reads up to the next white space or the closing quote.
    private mutating func scanQuotedWord(
        isSingle: Bool, into text: inout [UInt8], _ gap: inout YAMLGap
    ) throws(YAMLFailure) {
        while !input.isBlankOrEnd() {
            if isSingle && input.isNext("'") {
                guard input.isNext("'", at: 1) else { return }
                input.skip()
            } else if !isSingle && input.isNext("\"") {
                return
            } else if !isSingle && input.isNext("\\") {
                if input.isBreak(at: 1) {
                    // An escaped line end disappears with the indentation of the next line.
                    input.skip()
                    input.skipBreak()
                    gap.hasBreak = true
                    return
                }
                try scanEscape(into: &text)
                continue
            }
            input.read(into: &text)
        }
    }

    private mutating func scanEscape(into text: inout [UInt8]) throws(YAMLFailure) {
        input.skip()
        let selector = Unicode.Scalar(input.peek())
        if let scalar = YAMLEscapes.scalars[selector] {
            input.skip()
            text += String(Character(scalar)).utf8
            return
        }
        let lengths: [Unicode.Scalar: Int] = ["x": 2, "u": 4, "U": 8]
        guard let length = lengths[selector] else {
            throw failure("found unknown escape character")
        }
        input.skip()
        var value: UInt32 = 0
        for _ in 0..<length {
            guard let digit = Character(Unicode.Scalar(input.peek())).hexDigitValue else {
                throw failure("did not find expected hexdecimal number")
            }
            value = value << 4 | UInt32(digit)
            input.skip()
        }
        guard let scalar = Unicode.Scalar(value) else {
            throw failure("found invalid Unicode character escape code")
        }
        text += String(Character(scalar)).utf8
    }
}

// MARK: - Block scalars

extension YAMLScanner {
    /// What happens to the line ends after the text of a block scalar.
    private enum Chomping {
        case clip
        case strip
        case keep
    }

    mutating func scanBlockScalar(isLiteral: Bool) throws(YAMLFailure) {
        let mark = input.mark
        input.skip()
        let (chomping, increment) = try scanBlockHeader()
        var margin = increment > 0 ? max(0, indentation) + increment : 0
        var text: [UInt8] = []
        var lineEnd: [UInt8] = []
        var moreEnds: [UInt8] = []
        var wasBlank = false
        try scanBlockBreaks(&margin, into: &moreEnds)
        while input.mark.column == margin && !input.isAtEnd {
            let isBlank = input.isBlank()
            let folds = !isLiteral && !wasBlank && !isBlank && lineEnd == [0x0A]
            if !folds { text += lineEnd } else if moreEnds.isEmpty { text.append(0x20) }
            text += moreEnds
            wasBlank = isBlank
            lineEnd = []
            moreEnds = []
            while !input.isAtEnd && !input.isBreak() { input.read(into: &text) }
            input.readBreak(into: &lineEnd)
            try scanBlockBreaks(&margin, into: &moreEnds)
        }
        if chomping != .strip { text += lineEnd }
        if chomping == .keep { text += moreEnds }
        append(.scalar(String(decoding: text, as: UTF8.self), .block), at: mark)
    }

    /// Reads the indicators after `|` or `>` in either order.
    private mutating func scanBlockHeader() throws(YAMLFailure) -> (Chomping, Int) {
        var chomping: Chomping?
        var increment = 0
        for _ in 0..<2 {
            if chomping == nil, input.isNext("+") || input.isNext("-") {
                chomping = input.isNext("+") ? .keep : .strip
                input.skip()
            } else if increment == 0, input.isDigit() {
                increment = Int(input.peek()) - 0x30
                guard increment > 0 else {
                    throw failure("found an indentation indicator equal to 0")
                }
                input.skip()
            }
        }
        try skipRestOfLine()
        return (chomping ?? .clip, increment)
    }

    /// Skips indentation and reads empty lines; without a margin the first line with text sets it.
    private mutating func scanBlockBreaks(
        _ margin: inout Int, into ends: inout [UInt8]
    ) throws(YAMLFailure) {
        var deepest = 0
        while true {
            while (margin == 0 || input.mark.column < margin) && input.isNext(" ") {
                input.skip()
            }
            deepest = max(deepest, input.mark.column)
            if (margin == 0 || input.mark.column < margin) && input.isNext("\t") {
                throw failure("found a tab character where an indentation space is expected")
            }
            guard input.isBreak() else { break }
            input.readBreak(into: &ends)
        }
        if margin == 0 { margin = max(deepest, indentation + 1, 1) }
    }
}

private enum YAMLEscapes {
    static let scalars: [Unicode.Scalar: Unicode.Scalar] = [
        "0": "\0", "a": "\u{7}", "b": "\u{8}", "t": "\t", "\t": "\t", "n": "\n", "v": "\u{B}",
        "f": "\u{C}", "r": "\r", "e": "\u{1B}", " ": " ", "\"": "\"", "'": "'", "\\": "\\",
        "N": "\u{85}", "_": "\u{A0}", "L": "\u{2028}", "P": "\u{2029}",
    ]
}
