public import ClusterModel
public import Reporting

/// What a command asks of a running agent: one JSON object on one line of the control socket.
public struct ControlRequest: Hashable, Sendable, Codable {
    /// The version of the protocol that this program speaks.
    public static let currentVersion = 1

    /// What is to be done.
    public enum Verb: String, Hashable, Sendable, Codable, CaseIterable {
        /// Poll now, and look at the clusters.
        case reconcile
        /// Leave a cluster alone.
        case suspend
        /// Take care of a cluster again.
        case resume
        /// End the run under way for good.
        case cancel
        /// Let the plan that waits for approval run.
        case approve
    }

    /// The version of the protocol that the sender speaks.
    public var version = Self.currentVersion

    /// What is to be done.
    public var verb: Verb

    /// The cluster; it may be left out where there is only one.
    public var cluster: String?

    /// For `reconcile`: whether a commit whose run halted is to be tried once more.
    public var retry: Bool?

    /// For `reconcile`: whether rewritten history that is held is accepted.
    public var acceptRewrite: Bool?

    /// For `reconcile`: the tip, or the beginning of its hash, that is accepted and no other.
    public var tip: String?

    /// For `suspend`: why, in one line.
    public var reason: String?

    /// For `suspend`: when it ends by itself, in seconds since 1970.
    public var until: Double?

    /// For `cancel`: the run that is meant, such as `sol-12`, and no other.
    public var run: String?

    /// For `approve`: the approval digest of the plan that waits.
    public var digest: String?

    /// Creates a request.
    public init(_ verb: Verb, cluster: String? = nil) {
        self.verb = verb
        self.cluster = cluster
    }
}

/// What the agent answers, on one line as well.
public struct ControlReply: Hashable, Sendable, Codable {
    /// The version of the protocol that the agent speaks.
    public var version = ControlRequest.currentVersion

    /// Whether the command was taken.
    public var ok: Bool

    /// What was done or why nothing was, in sentences.
    public var message: String

    /// What to do next; empty when there is nothing.
    public var hint: String

    /// The clusters that the command was about, as they are right after it.
    public var clusters: [ClusterStatus]

    /// Creates the reply to a command that was taken.
    public init(_ message: String, clusters: [ClusterStatus] = []) {
        ok = true
        self.message = message
        hint = ""
        self.clusters = clusters
    }

    /// Creates the reply to a command that was not taken.
    public init(refusing error: any ExplainedError) {
        ok = false
        message = error.description
        hint = error.hint
        clusters = []
    }
}

/// The part of a message that every version has.
private struct Versioned: Decodable {
    let version: Int
}

extension ControlRequest {
    /// Reads a request.
    static func decode(_ line: [UInt8]) throws(ControlError) -> ControlRequest {
        let text = String(decoding: line, as: UTF8.self)
        guard let version = (try? JSONText.value(Versioned.self, from: text))?.version else {
            throw ControlError(
                "The request is no JSON object with a version.",
                hint: "Use the commands of uprev, which speak to the control socket.")
        }
        guard version <= currentVersion else {
            throw ControlError(
                "The command speaks version \(version) of the control protocol, and this agent "
                    + "version \(currentVersion).",
                hint: "Start the agent anew with the newer uprev, or use the one that it runs.")
        }
        guard let request = try? JSONText.value(ControlRequest.self, from: text) else {
            let verbs = Verb.allCases.map(\.rawValue).joined(separator: ", ")
            throw ControlError(
                "The request is none that this agent knows.", hint: "It knows \(verbs).")
        }
        return request
    }
}

extension ControlReply {
    /// Reads a reply.
    static func decode(_ line: [UInt8]) throws(ControlError) -> ControlReply {
        let text = String(decoding: line, as: UTF8.self)
        let version = (try? JSONText.value(Versioned.self, from: text))?.version
        if let version, version > ControlRequest.currentVersion {
            throw ControlError(
                "The agent speaks version \(version) of the control protocol, and this command "
                    + "version \(ControlRequest.currentVersion).",
                hint: "Use the uprev that the agent runs.")
        }
        guard version != nil, let reply = try? JSONText.value(ControlReply.self, from: text) else {
            throw ControlError(
                "The agent's reply cannot be read.",
                hint: "Whether the command was taken is told by `uprev status`.")
        }
        return reply
    }

    /// The line that goes over the socket.
    var line: [UInt8] {
        // Texts and numbers always have a JSON form; a NaN, which has none, is never put in.
        Array(((try? JSONText.line(self)) ?? "{}").utf8)
    }
}
