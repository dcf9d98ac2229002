public import ClusterModel

/// Why a kubeconfig cannot be used; it names the file and the field, and never a value of a secret.
public struct KubeconfigError: ExplainedError, Hashable {
    /// What is wrong.
    public enum Reason: Hashable, Sendable {
        /// The kubeconfig itself cannot be read.
        case unreadable(String)

        /// The text is no YAML mapping.
        case notYAML(String)

        /// A field is missing.
        case missing(field: String)

        /// A field does not hold what it must.
        case invalid(field: String, expected: String)

        /// A field asks for something that uprev does not do.
        case unsupported(field: String, instead: String)

        /// A field names an entry that its list does not have.
        case noEntry(field: String, name: String)

        /// A field names a file that cannot be read.
        case unreadableFile(field: String, path: String, problem: String)
    }

    /// The file, or where else the kubeconfig came from.
    public var file: String

    /// What is wrong.
    public var reason: Reason

    /// Creates an error.
    public init(file: String, _ reason: Reason) {
        self.file = file
        self.reason = reason
    }

    /// One sentence that names the file and the field.
    public var description: String {
        switch reason {
        case .unreadable(let problem):
            "The kubeconfig \(file) cannot be read: \(problem)."
        case .notYAML(let problem):
            "The kubeconfig \(file) is no YAML mapping: \(problem)."
        case .missing(let field):
            "The kubeconfig \(file) has no \(field)."
        case .invalid(let field, let expected):
            "In the kubeconfig \(file), \(field) is not \(expected)."
        case .unsupported(let field, _):
            "The kubeconfig \(file) uses \(field), which uprev does not support."
        case .noEntry(let field, let name):
            "The kubeconfig \(file) has no entry \"\(name)\" under \(field)."
        case .unreadableFile(let field, let path, let problem):
            "The file \(path), which \(field) of the kubeconfig \(file) names, cannot be read: "
                + "\(problem)."
        }
    }

    /// What to do next.
    public var hint: String {
        switch reason {
        case .unreadable, .unreadableFile:
            "Give uprev a file that exists and that its user may read."
        case .notYAML, .invalid:
            "Write the kubeconfig anew, for instance with `talosctl kubeconfig`."
        case .missing, .noEntry:
            "Choose a complete context, for instance with `kubectl config use-context`."
        case .unsupported(_, let instead):
            instead
        }
    }

    /// Only a person can correct the file.
    public var disposition: Disposition { .stalled }
}
