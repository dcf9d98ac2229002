/// One thing wrong with a file, with the place and, where one is known, a remedy.
///
/// Cheap to pass around and to throw: the content lies elsewhere and is shared.
public struct Diagnostic: Error, Sendable {
    /// What to do next; a search for similar names waits until somebody asks, as most errors that
    /// are found while evaluating are ignored by `try`, a condition or logic.
    enum Hint: Sendable {
        case text(String?)
        case lazy(@Sendable () -> String?)

        var text: String? {
            switch self {
            case .text(let text): text
            case .lazy(let text): text()
            }
        }
    }

    private final class Content: Sendable {
        let summary: String
        let detail: String
        let range: SourceRange?
        let hint: Hint
        let companions: [Diagnostic]

        init(
            _ summary: String, _ detail: String, _ range: SourceRange?, _ hint: Hint,
            _ companions: [Diagnostic]
        ) {
            self.summary = summary
            self.detail = detail
            self.range = range
            self.hint = hint
            self.companions = companions
        }
    }

    private let content: Content

    /// What is wrong, in a few words that do not depend on the values involved.
    public var summary: String { content.summary }
    /// One or more full sentences with the names and values involved.
    public var detail: String { content.detail }
    /// The place; absent only for a problem of a whole file or of a caller.
    public var range: SourceRange? { content.range }
    /// What to do next.
    public var hint: String? { content.hint.text.map(SafeText.sentence) }
    /// Other errors that were found together with this one and do not follow from it.
    public var companions: [Diagnostic] { content.companions }

    /// Creates a diagnostic; texts of great length are cut, and control characters made visible.
    public init(summary: String, detail: String, range: SourceRange?, hint: String? = nil) {
        self.init(summary: summary, detail: detail, range: range, hint: .text(hint))
    }

    init(summary: String, detail: String, range: SourceRange?, hint: Hint) {
        content = Content(summary, SafeText.sentence(detail), range, hint, [])
    }

    private init(_ content: Content) { self.content = content }

    /// The same diagnostic with a hint, unless it has one.
    public func suggesting(_ hint: @autoclosure () -> String?) -> Diagnostic {
        let suggested: Hint
        switch content.hint {
        case .text(.some): return self
        case .text(nil): suggested = .text(hint())
        case .lazy(let own):
            let other = hint()
            suggested = .lazy { own() ?? other }
        }
        return Diagnostic(Content(summary, detail, range, suggested, companions))
    }
}

extension Diagnostic: Equatable {
    /// Tells whether two diagnostics say the same of the same place, whatever was found with them.
    public static func == (left: Diagnostic, right: Diagnostic) -> Bool {
        left.content === right.content
            || left.range == right.range && left.summary == right.summary
                && left.detail == right.detail && left.hint == right.hint
    }
}

extension Diagnostic {
    /// The most errors that one evaluation gathers.
    static let mostCompanions = 50

    /// This diagnostic and its companions.
    public var all: [Diagnostic] {
        [companions.isEmpty ? self : Diagnostic(Content(summary, detail, range, content.hint, []))]
            + companions
    }

    /// Whether there is no room for more errors.
    var isFull: Bool { companions.count + 1 >= Self.mostCompanions }

    /// This diagnostic with those of another one as further companions; each is kept once.
    public func joined(with other: Diagnostic) -> Diagnostic {
        var others = companions
        for diagnostic in other.all
        where others.count + 1 < Self.mostCompanions && diagnostic != self
            && !others.contains(diagnostic)
        {
            others.append(diagnostic)
        }
        return Diagnostic(Content(summary, detail, range, content.hint, others))
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
    /// The diagnostics in the order in which they were found, which is that of the reference
    /// implementation: characters that are never valid come before errors of structure.
    public var items: [Diagnostic]

    /// Creates a collection of diagnostics.
    public init(_ items: [Diagnostic]) {
        self.items = items
    }

    /// Creates a collection of a diagnostic and its companions.
    public init(_ diagnostic: Diagnostic) {
        items = diagnostic.all
    }

    /// The diagnostics as a reader goes through the files: by line, and files as they come.
    public var inFileOrder: [Diagnostic] {
        var files: [String: Int] = [:]
        for item in items {
            let path = item.range?.source.path ?? ""
            if files[path] == nil { files[path] = files.count }
        }
        func place(_ item: Diagnostic) -> (Int, Int) {
            (files[item.range?.source.path ?? ""] ?? 0, item.range?.bytes.start ?? 0)
        }
        return items.enumerated().sorted { left, right in
            let (one, two) = (place(left.element), place(right.element))
            return one == two ? left.offset < right.offset : one < two
        }.map(\.element)
    }

    /// The first diagnostic with the others as its companions, for where one is to be thrown.
    public var joined: Diagnostic {
        guard let first = items.first else {
            preconditionFailure("Diagnostics are thrown only when there are some.")
        }
        return items.dropFirst().reduce(first) { $0.joined(with: $1) }
    }
}

extension Diagnostics: CustomStringConvertible {
    /// The descriptions of all diagnostics, one a line.
    public var description: String { items.map(\.description).joined(separator: "\n") }
}
