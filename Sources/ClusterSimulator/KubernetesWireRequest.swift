/// A request as it came over the wire.
public struct KubernetesWireRequest: Hashable, Sendable {
    /// The method, such as `GET`.
    public var method: String

    /// The path without its query, still percent-encoded.
    public var path: String

    /// The parameters of the query, decoded.
    public var query: [String: String]

    /// The content type, where there is a body.
    public var contentType: String?

    /// What the client takes.
    public var accept: String?

    /// The body.
    public var body: [UInt8]

    /// The user who sent it; `nil` for one whom the server does not know.
    public var user: String?
}

/// An answer on its way to the wire.
public struct KubernetesWireReply: Hashable, Sendable {
    /// The HTTP status.
    public var status: Int

    /// The content type.
    public var contentType: String

    /// The body.
    public var body: [UInt8]

    /// Further header fields by name.
    public var headers: [String: String]

    /// Creates an answer.
    public init(
        status: Int = 200, contentType: String = "application/json", body: [UInt8],
        headers: [String: String] = [:]
    ) {
        self.status = status
        self.contentType = contentType
        self.body = body
        self.headers = headers
    }
}

/// What a server does instead of answering properly.
public enum KubernetesWireFault: Hashable, Sendable {
    /// It never answers.
    case silence

    /// It closes the connection without an answer.
    case hangUp

    /// It answers with this, and does nothing.
    case reply(KubernetesWireReply)

    /// It begins this answer, does nothing, and never ends the answer.
    case unfinished(KubernetesWireReply)

    /// It does what it was asked for, and closes the connection without an answer.
    case lostReply
}
