import Execution

/// A text of the server as one short line, so that it cannot break a log or flood it.
func cleaned(_ text: String) -> String {
    let line = String(text.map { $0.isNewline || $0.isControl ? " " : $0 })
    return line.count > 400 ? line.prefix(400) + "…" : line
}

extension Character {
    fileprivate var isControl: Bool {
        unicodeScalars.contains { $0.properties.generalCategory == .control }
    }
}

extension APIResponse {
    /// Whether the server did what it was asked for.
    var isSuccess: Bool { (200..<300).contains(status) }

    /// The failure that this answer is; `what` names the deed, such as `cordon node cp-1`.
    func failure(_ what: String, server: String) -> ClusterError {
        let said = problem?.message.map { ": \(cleaned($0))" } ?? ""
        let message = "The Kubernetes API at \(server) would not \(what) (HTTP \(status))\(said)"
        let (kind, hint) = judgement
        return ClusterError(kind, message.hasSuffix(".") ? message : message + ".", hint: hint)
    }

    private var judgement: (ClusterError.Kind, String) {
        switch status {
        case 401:
            (.misconfigured, "The credentials are wrong or expired; give uprev new ones.")
        case 403:
            (.misconfigured, "Give the user of the kubeconfig the right to do that.")
        case 404:
            (.notFound, "Look whether the object exists and bears that name.")
        case 409:
            (.refused, "Somebody else changes the object all the time; uprev tries again.")
        case 429:
            (.refused, "The server is busy; uprev tries again.")
        case 502...504:
            (.unreachable, "uprev tries again; look at the control planes if this goes on.")
        case 500...:
            (.failed, "uprev tries again; the server's log says more.")
        default:
            (.refused, "See what answers at that address, and in which version.")
        }
    }
}

/// An answer that is not what the API promises.
func unreadable(_ what: String, server: String) -> ClusterError {
    ClusterError(
        .failed, "The Kubernetes API at \(server) sent an answer to \(what) that cannot be read.",
        hint: "See what answers at that address, and in which version.")
}
