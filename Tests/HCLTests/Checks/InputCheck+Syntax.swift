@testable import HCL

extension InputCheck {
    // MARK: Tokens

    /// The tokens follow one another without overlap, and between them there is only space.
    static func checkTokens(of source: SourceFile, isTemplate: Bool) throws(Finding) {
        for closesQuotes in [false, true] {
            let tokens = source.bytes.withUnsafeBufferPointer {
                Lexer.tokens(of: $0, isTemplate: isTemplate, closesQuotes: closesQuotes)
            }
            // What stands for a missing quote is at the newline, which is a token of its own.
            try check(tokens.filter { $0.kind != .closedByNewline }, cover: source.bytes)
        }
    }

    private static func check(_ tokens: [Token], cover bytes: [UInt8]) throws(Finding) {
        var end = 0
        for token in tokens {
            let (start, limit) = (token.range.start, token.range.end)
            try require(start >= end && limit <= bytes.count, "a token overlaps the one before it")
            try require(isSpace(bytes[end..<start]), "bytes \(end)..<\(start) belong to no token")
            try require(
                limit > start || [.endOfFile, .closeQuote, .closeSequence].contains(token.kind),
                "the token at byte \(start) is empty")
            end = limit
        }
        let last = tokens.last
        try require(
            last?.kind == .endOfFile && last?.range == ByteRange(bytes.count, bytes.count),
            "the tokens do not end with the file")
    }

    /// Whether bytes between two tokens are a byte order mark, spaces, tabs and comments only.
    private static func isSpace(_ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        if rest.startIndex == 0, rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
        while let byte = rest.first {
            if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") {
                rest = rest.dropFirst()
            } else if rest.starts(with: "/*".utf8) {
                guard let end = commentEnd(rest) else { return false }
                rest = rest[end...]
            } else {
                // Only at the end of a file does a line comment not count as a newline.
                let isComment = byte == UInt8(ascii: "#") || rest.starts(with: "//".utf8)
                return isComment && !rest.contains(UInt8(ascii: "\n"))
            }
        }
        return true
    }

    private static func commentEnd(_ bytes: ArraySlice<UInt8>) -> Int? {
        bytes.indices.dropFirst(3).first {
            bytes[$0 - 1] == UInt8(ascii: "*") && bytes[$0] == UInt8(ascii: "/")
        }
        .map { $0 + 1 }
    }

    // MARK: Ranges

    /// Every node lies in the file and in the node around it.
    static func checkTree(_ root: DumpNode, of source: SourceFile) throws(Finding) {
        let isValid = isUTF8(source)
        var pending: [(node: DumpNode, outer: ByteRange)] = [
            (root, ByteRange(0, source.bytes.count))
        ]
        while let (node, outer) = pending.popLast() {
            try checkRange(node.range, of: source, isUTF8: isValid, "a node of kind \(node.kind)")
            // What stands for the element of a splat is nowhere in the text, and an empty list
            // has no place.
            let isPlaceless =
                node.kind == "AnonSymbolExpr"
                || ["Attributes", "Blocks"].contains(node.kind) && node.children.isEmpty
            try require(
                isPlaceless || outer.start <= node.range.start && node.range.end <= outer.end,
                "\(node.kind) at \(node.range) is not inside \(outer)")
            let inner = ["Attributes", "Blocks"].contains(node.kind) ? outer : node.range
            pending += node.children.map { ($0, inner) }
        }
    }

    private static func checkRange(
        _ range: ByteRange, of source: SourceFile, isUTF8: Bool, _ what: String
    ) throws(Finding) {
        let bytes = source.bytes
        try require(
            range.start <= range.end && range.end <= bytes.count, "\(what) is at \(range)")
        for offset in [range.start, range.end] where isUTF8 && offset < bytes.count {
            try require(
                bytes[offset] & 0xC0 != 0x80, "\(what) begins or ends inside of a character")
        }
    }

    private static func isUTF8(_ source: SourceFile) -> Bool {
        String(validating: source.bytes, as: UTF8.self) != nil
    }

    /// The dump of a tree is JSON.
    static func checkDump(_ text: String) throws(Finding) {
        if case .failure(let failure) = attempt({ () throws(JSONFailure) in
            try Value(json: text, normalizes: false)
        }) {
            // A tree may be deeper, and a number longer, than the reader of JSON allows.
            try require(
                ["nested too deeply", "longer than is allowed"].contains {
                    failure.description.contains($0)
                },
                "the dump of the tree is not JSON: \(failure)")
        }
    }

    // MARK: Errors

    /// A diagnostic says something about a place in the file and can be shown.
    static func checkDiagnostic(_ diagnostic: Diagnostic, of source: SourceFile) throws(Finding) {
        let name = "the error \"\(diagnostic.summary)\""
        try require(!diagnostic.summary.isEmpty, "an error has no summary")
        try require(!diagnostic.detail.isEmpty, "\(name) has no detail")
        guard let range = diagnostic.range else { throw Finding("\(name) has no place") }
        try require(range.source === source, "\(name) is about another file")
        try checkRange(range.bytes, of: source, isUTF8: isUTF8(source), name)
        let (start, end) = (range.start, range.end)
        try require(
            (start.line, start.column) <= (end.line, end.column), "\(name) ends before it begins")
        let text = diagnostic.rendered()
        try require(text.hasPrefix("input.hcl:"), "\(name) is not shown with its place")
    }
}
