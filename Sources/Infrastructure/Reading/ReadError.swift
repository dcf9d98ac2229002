public import ClusterModel
public import HCL

/// All that stands in the way of reading a commit; never empty.
///
/// A commit that cannot be read is *stalled*: another commit has to put it right.
public struct ReadError: ExplainedError, Hashable, Sendable {
    /// What is wrong, file by file as it was found, and by line in each.
    public let problems: [ReadProblem]

    /// Creates an error of problems.
    public init(_ problems: [ReadProblem]) {
        self.problems = problems
    }

    /// Creates an error of diagnostics.
    public init(_ diagnostics: [Diagnostic]) {
        self.init(Diagnostics(diagnostics).inFileOrder.map { ReadProblem($0) })
    }

    /// The first problem in one sentence with its place, and how many more there are.
    public var description: String {
        guard let first = problems.first else { return "The commit cannot be read." }
        let more = problems.count - 1
        return first.description + (more > 0 ? " (and \(more) more)" : "")
    }

    /// What to do next.
    public var hint: String {
        problems.lazy.compactMap(\.hint).first ?? "Correct the file in another commit."
    }

    /// Always stalled: only another commit can help.
    public var disposition: Disposition { .stalled }

    /// All problems for a terminal, with source lines and carets, separated by an empty line.
    public func rendered() -> String {
        problems.map(\.rendered).joined(separator: "\n\n")
    }
}

/// One thing wrong with a file of a commit; the `errors` of the outputs for machines.
public struct ReadProblem: Hashable, Sendable, Codable {
    /// The file, as a path from the top of the repository.
    public let file: String

    /// The line, counted from one; `nil` when the whole file is meant.
    public let line: Int?

    /// The column in characters, counted from one; `nil` when the whole file is meant.
    public let column: Int?

    /// What is wrong.
    public let message: String

    /// What to do next, where something better than "correct it" is known.
    public let hint: String?

    /// Place, message, source line with a caret, and hint, for a terminal.
    public let rendered: String

    /// Creates a problem from a diagnostic; `file` is used when the diagnostic names none.
    public init(_ diagnostic: Diagnostic, file: String = "") {
        let start = diagnostic.range?.start
        self.file = diagnostic.range?.source.path ?? file
        line = start?.line
        column = start?.column
        let (detail, shown) = (diagnostic.detail, Self.setIn(diagnostic.detail))
        message = detail.isEmpty ? diagnostic.summary : "\(diagnostic.summary): \(shown)"
        hint = diagnostic.hint
        let text =
            detail == shown
            ? diagnostic.rendered() : diagnostic.rendered().replacing(detail, with: shown)
        rendered = diagnostic.range == nil && !file.isEmpty ? "\(file): \(text)" : text
    }

    /// Creates a problem of a whole file.
    public init(file: String, message: String, hint: String?) {
        // A diagnostic takes out of a text what could drive a terminal.
        let message = Self.setIn(Diagnostic(summary: "", detail: message, range: nil).detail)
        self.file = file
        line = nil
        column = nil
        self.message = message
        self.hint = hint
        rendered = "\(file): \(message)" + (hint.map { "\n  hint: \($0)" } ?? "")
    }

    /// No line of a value can then pass for another message.
    private static func setIn(_ text: String) -> String { text.replacing("\n", with: "\n    ") }

    /// The place and the message in one line.
    public var description: String {
        guard let line, let column else { return file.isEmpty ? message : "\(file): \(message)" }
        return "\(file):\(line):\(column): \(message)"
    }
}
