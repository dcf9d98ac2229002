public import ClusterModel

/// A talosconfig that cannot be used.
///
/// It names the file and the key, and never the value, which may be a private key.
public struct TalosConfigError: ExplainedError, Hashable {
    /// What is wrong.
    public enum Reason: Hashable, Sendable {
        /// The file cannot be read; the text says why.
        case unreadable(String)

        /// The file is no YAML; the text says what the parser met, and where.
        case notYAML(String)

        /// A key that has to be there is missing or empty.
        case missing(key: String)

        /// A key holds something else than it should.
        case invalid(key: String, expected: String)

        /// A key asks for something that uprev does not do.
        case unsupported(key: String)

        /// The chosen context does not exist.
        case noContext(String, known: [String])

        /// The client certificate has expired; the text is the time in UTC.
        case expired(key: String, since: String)
    }

    /// The talosconfig.
    public var file: String

    /// What is wrong with it.
    public var reason: Reason

    /// Creates an error.
    public init(file: String, _ reason: Reason) {
        self.file = file
        self.reason = reason
    }

    /// What is wrong, in one sentence.
    public var description: String {
        let sentence =
            switch reason {
            case .unreadable(let why): "cannot be read: \(why)"
            case .notYAML(let problem): "is no valid YAML: \(problem)"
            case .missing(let key): "has no \(key)"
            case .invalid(let key, let expected): "has a \(key) that is not \(expected)"
            case .unsupported(let key): "uses \(key), which uprev does not support"
            case .noContext(let name, let known):
                "has no context \"\(name)\"; it has \(Self.list(known))"
            case .expired(let key, let since):
                "has a client certificate in \(key) that expired at \(since)"
            }
        return "The talosconfig \(file) \(sentence)."
    }

    /// What to do next.
    public var hint: String {
        switch reason {
        case .unreadable: "Give the path of a readable file with --talosconfig."
        case .notYAML, .missing, .invalid:
            "Write the file again, with `talosctl config merge` or from where it was generated."
        case .unsupported:
            "Use a talosconfig with a client certificate and key, and reachable endpoints."
        case .noContext: "Set `context:` in the file to one of the contexts that it has."
        case .expired:
            "Make a new one with `talosctl config new`, with the role os:admin, or mount a new one."
        }
    }

    /// Always stalled: time mends no file.
    public var disposition: Disposition { .stalled }

    private static func list(_ names: [String]) -> String {
        names.isEmpty ? "none" : names.sorted().map { "\"\($0)\"" }.joined(separator: ", ")
    }
}
