public import ClusterModel

/// A call to a machine API that did not succeed.
public struct TalosError: ExplainedError, Hashable {
    /// What kind of failure it is.
    public enum Kind: String, Hashable, Sendable {
        /// No connection, or it was lost on the way; a call that acts may have landed.
        case unreachable

        /// No answer within the time allowed; a call that acts may have landed.
        case timedOut

        /// The node could not be reached, so that a call that acts was not even made.
        case notSent

        /// The two sides do not accept each other's certificates.
        case untrusted

        /// The node knows who calls, and the role does not allow the call.
        case denied

        /// What was asked for does not exist.
        case notFound

        /// The node is not in a state in which the call is possible.
        case failedPrecondition

        /// The node is doing something that excludes the call.
        case busy

        /// The node calls the request wrong.
        case invalid

        /// The node, or the role of the node, does not know the call.
        case unsupported

        /// The node refused or failed, with nothing but a text to say why.
        case failed

        /// The installer ran and failed.
        case installFailed

        /// What arrived is damaged or incomplete.
        case corrupt

        /// A file on this machine could not be written.
        case localFile

        /// Discovery or etcd has nothing of that name.
        case unknownNode
    }

    /// What kind of failure it is.
    public var kind: Kind

    /// Which call failed, such as `EtcdSnapshot`.
    public var call: String

    /// The node that the call was meant for, by name or address; the endpoint's when any would do.
    public var node: String

    /// Why, in a few words.
    public var reason: String

    /// Creates an error.
    public init(_ kind: Kind, call: String, node: String, reason: String) {
        self.kind = kind
        self.call = call
        self.node = node
        self.reason = reason
    }

    /// What happened, in one sentence.
    public var description: String { "Talos on \(node): \(call) failed: \(reason)." }

    /// What to do next.
    public var hint: String {
        switch kind {
        case .unreachable, .timedOut, .notSent:
            "Check that the node is up and that TCP port 50000 of the endpoints can be reached."
        case .untrusted:
            "Check that the talosconfig belongs to this cluster and has not expired."
        case .denied: "Use a talosconfig whose certificate has the role os:admin."
        case .notFound, .unknownNode:
            "Check with `talosctl get members` that the node is part of the cluster."
        case .failedPrecondition, .busy: "Wait until the node has finished what it is doing."
        case .invalid: "Look at the node's log, and report this as a bug of uprev."
        case .unsupported: "Check that the node is a control plane and which Talos version it runs."
        case .failed, .installFailed: "Look at the node's log with `talosctl dmesg`."
        case .corrupt: "Try again; if it stays so, check the disk of the node and its etcd."
        case .localFile: "Check that the directory can be written to and has space."
        }
    }

    /// Whether time can help: not with wrong credentials or requests.
    public var disposition: Disposition {
        switch kind {
        case .untrusted, .denied, .invalid: .stalled
        default: .waiting
        }
    }

    /// Whether a call that acts may have landed in spite of the error.
    public var isOutcomeUnknown: Bool { kind == .unreachable || kind == .timedOut }
}
