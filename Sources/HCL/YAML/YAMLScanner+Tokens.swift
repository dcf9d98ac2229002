extension YAMLScanner {
    /// Fetches a token that an indicator begins; false when there is none.
    mutating func fetchIndicator() throws(YAMLFailure) -> Bool {
        let isFlow = flowLevel > 0
        switch Unicode.Scalar(input.peek()) {
        case "[": try fetchFlowStart(.flowSequenceStart)
        case "{": try fetchFlowStart(.flowMappingStart)
        case "]": try fetchFlowEnd(.flowSequenceEnd)
        case "}": try fetchFlowEnd(.flowMappingEnd)
        case ",":
            try removeKey()
            isKeyAllowed = true
            append(.flowEntry)
            input.skip()
        case "-" where input.isBlankOrEnd(at: 1): try fetchBlockEntry()
        case "?" where isFlow || input.isBlankOrEnd(at: 1): try fetchKey()
        case ":" where isFlow || input.isBlankOrEnd(at: 1): try fetchValue()
        case "*", "&": try fetchAnchor(isAlias: input.isNext("*"))
        case "!":
            try saveKey()
            isKeyAllowed = false
            try scanTag()
        default: return false
        }
        return true
    }

    mutating func fetchScalar() throws(YAMLFailure) {
        let first = Unicode.Scalar(input.peek())
        switch first {
        case "|" where flowLevel == 0, ">" where flowLevel == 0:
            try removeKey()
            isKeyAllowed = true
            try scanBlockScalar(isLiteral: first == "|")
        case "'", "\"":
            try saveKey()
            isKeyAllowed = false
            try scanQuoted(isSingle: first == "'")
        default:
            guard canBeginPlain(first) else {
                throw failure("found character that cannot start any token")
            }
            try saveKey()
            isKeyAllowed = false
            try scanPlain()
        }
    }

    private func canBeginPlain(_ first: Unicode.Scalar) -> Bool {
        switch first {
        case "-": !input.isBlank(at: 1)
        case "?", ":": flowLevel == 0 && !input.isBlankOrEnd(at: 1)
        case ",", "[", "]", "{", "}", "#", "&", "*", "!", "|", ">", "'", "\"", "%", "@", "`":
            false
        default: !input.isBlankOrEnd()
        }
    }

    private mutating func fetchAnchor(isAlias: Bool) throws(YAMLFailure) {
        try saveKey()
        isKeyAllowed = false
        let mark = input.mark
        input.skip()
        var name: [UInt8] = []
        while input.isWord { input.read(into: &name) }
        let isEnded =
            input.isBlankOrEnd()
            || "?:,]}%@`".unicodeScalars.contains { input.isNext($0) }
        guard !name.isEmpty, isEnded else {
            throw failure("did not find expected alphabetic or numeric character")
        }
        let text = String(decoding: name, as: UTF8.self)
        append(isAlias ? .alias(text) : .anchor(text), at: mark)
    }

    /// Reads `%YAML`; other directives are a doubt or an error.
    mutating func scanDirective() throws(YAMLFailure) {
        let mark = input.mark
        input.skip()
        var name: [UInt8] = []
        while input.isWord { input.read(into: &name) }
        guard input.isBlankOrEnd(), !name.isEmpty else {
            throw failure("could not find expected directive name")
        }
        switch String(decoding: name, as: UTF8.self) {
        case "TAG": throw .doubt("a %TAG directive")
        case "YAML": break
        default: throw failure("found unknown directive name")
        }
        while input.isBlank() { input.skip() }
        let major = try scanVersionNumber()
        guard input.isNext(".") else {
            throw failure("did not find expected digit or '.' character")
        }
        input.skip()
        let minor = try scanVersionNumber()
        try skipRestOfLine()
        append(.version(major: major, minor: minor), at: mark)
    }

    private mutating func scanVersionNumber() throws(YAMLFailure) -> Int {
        var digits: [UInt8] = []
        while input.isDigit() && digits.count < 3 { input.read(into: &digits) }
        guard (1...2).contains(digits.count),
            let number = Int(String(decoding: digits, as: UTF8.self))
        else { throw failure("did not find expected version number") }
        return number
    }

    /// Skips blanks and a comment up to and including the end of the line.
    mutating func skipRestOfLine() throws(YAMLFailure) {
        while input.isBlank() { input.skip() }
        if input.isNext("#") { input.skipComment() }
        guard input.isBreak() || input.isAtEnd else {
            throw failure("did not find expected comment or line break")
        }
        input.skipBreak()
    }

    /// Reads a tag and expands the handles `!` and `!!`.
    private mutating func scanTag() throws(YAMLFailure) {
        let mark = input.mark
        input.skip()
        let isVerbatim = input.isNext("<")
        if isVerbatim { input.skip() }
        var text: [UInt8] = []
        while input.isTagCharacter { input.read(into: &text) }
        if isVerbatim {
            guard input.isNext(">"), !text.isEmpty else {
                throw failure("did not find the expected '>'")
            }
            input.skip()
        }
        guard input.isBlankOrEnd() else {
            throw failure("did not find expected whitespace or line break")
        }
        let name = String(decoding: text, as: UTF8.self)
        if name.contains("%") { throw .doubt("a tag with an escape") }
        append(.tag(isVerbatim ? name : try expanded(name)), at: mark)
    }

    private func expanded(_ name: String) throws(YAMLFailure) -> String {
        if name == "!" { throw failure("did not find expected tag URI") }
        if name.hasPrefix("!") { return YAMLTag.prefix + name.dropFirst() }
        if name.contains("!") { throw failure("found undefined tag handle") }
        return "!" + name
    }
}

extension YAMLInput {
    fileprivate var isTagCharacter: Bool {
        isWord || ";/?:@&=+$,.!~*'()[]%".unicodeScalars.contains { isNext($0) }
    }
}
