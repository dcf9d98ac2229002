/// One thing wrong with a file, with the place and, where one is known, a remedy.
public struct Diagnostic: Error, Sendable, Equatable {
    /// What is wrong, in a few words that do not depend on the values involved.
    public var summary: String
    /// One or more full sentences with the names and values involved.
    public var detail: String
    /// The place; absent only for a problem of a whole file or of a caller.
    public var range: SourceRange?
    /// What to do next.
    public var hint: String?

    /// Creates a diagnostic.
    public init(summary: String, detail: String, range: SourceRange?, hint: String? = nil) {
        self.summary = summary
        self.detail = detail
        self.range = range
        self.hint = hint
    }
}

extension Diagnostic: CustomStringConvertible {
    /// The place and the detail in one line, as in `a.hcl:1:5: There is no variable "x".`.
    public var description: String {
        let message = detail.isEmpty ? summary : "\(summary): \(detail)"
        guard let range else { return message }
        return "\(range): \(message)"
    }
}

/// All that is wrong with a file, in the order of the file; never empty when thrown.
public struct Diagnostics: Error, Sendable, Equatable {
    /// The diagnostics in the order in which they were found.
    public var items: [Diagnostic]

    /// Creates a collection of diagnostics.
    public init(_ items: [Diagnostic]) {
        self.items = items
    }
}

extension Diagnostics: CustomStringConvertible {
    /// The descriptions of all diagnostics, one a line.
    public var description: String { items.map(\.description).joined(separator: "\n") }
}
