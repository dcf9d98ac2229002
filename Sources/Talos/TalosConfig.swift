import Foundation

/// One context of a talosconfig: where a cluster's machine API is, and how to be let in.
public struct TalosConfig: Sendable {
    /// The file that it was read from, for messages.
    public var file: String

    /// The name of the context.
    public var context: String

    /// Where to connect to; control planes, which pass calls on to other nodes.
    public var endpoints: [MachineEndpoint]

    /// The nodes that the file names as default targets.
    public var nodes: [String]

    /// How to be let in.
    public var credentials: MachineCredentials

    /// Creates a context.
    public init(
        file: String, context: String, endpoints: [MachineEndpoint], nodes: [String] = [],
        credentials: MachineCredentials
    ) {
        self.file = file
        self.context = context
        self.endpoints = endpoints
        self.nodes = nodes
        self.credentials = credentials
    }

    /// Reads a talosconfig, and of it the context of that name or the one it has chosen itself.
    ///
    /// The file is read on the calling thread. Throws ``TalosConfigError``.
    public init(file: String, context: String? = nil) throws(TalosConfigError) {
        let content: Data
        do {
            content = try Data(contentsOf: URL(fileURLWithPath: file))
        } catch {
            let exists = FileManager.default.fileExists(atPath: file)
            throw TalosConfigError(
                file: file,
                .unreadable(exists ? "permission denied or no file" : "it does not exist"))
        }
        try self.init(
            text: String(decoding: content, as: UTF8.self), file: file, context: context)
    }

    /// Fails when the client certificate has expired at `now`.
    func checkExpiry(at now: Date) throws(TalosConfigError) {
        guard let expiry = credentials.expiry, expiry <= now else { return }
        throw TalosConfigError(
            file: file,
            .expired(key: "contexts.\(context).crt", since: expiry.ISO8601Format()))
    }
}
