extension Parser {
    /// What a token is, for use inside a sentence.
    func found(_ token: Token) -> String {
        switch token.kind {
        case .endOfFile: "the end of the file"
        case .newline: "the end of the line"
        case .comma: "a comma"
        case .openQuote, .closeQuote: "a quotation mark"
        case .openHeredoc: "a heredoc"
        case .identifier: "the word \"\(SafeText.name(text(of: token)))\""
        case .number: "the number \(SafeText.name(text(of: token)))"
        case .quotedText, .plainText: "text"
        case .quotedNewline: "the end of the line"
        case .closeHeredoc: "the end of a heredoc"
        case .invalidCharacter, .invalidEncoding: "a character without meaning"
        default: "\"\(SafeText.name(text(of: token)))\""
        }
    }
}
