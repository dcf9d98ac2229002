import Foundation
import NIOSSL

/// The current context of a kubeconfig: where a cluster's Kubernetes API is, and how to be let in.
///
/// Its description and its mirror show the server and never the credentials.
public struct Kubeconfig: Sendable {
    /// The file, or where else it came from, for messages.
    public let origin: String

    /// The name of the context.
    public let context: String

    /// The server as `https://host:port`, with a path where the file has one and no slash at the end.
    public let server: String

    /// Who is trusted, and the client certificate where there is one.
    let tls: TLSConfiguration

    /// The bearer token, where there is one.
    let token: String?

    init(origin: String, context: String, server: String, tls: TLSConfiguration, token: String?) {
        self.origin = origin
        self.context = context
        self.server = server
        self.tls = tls
        self.token = token
    }

    /// Reads a kubeconfig file and the files that it names, on the calling thread.
    public init(file: String) throws(KubeconfigError) {
        let content: Data
        do {
            content = try Self.content(ofFile: file)
        } catch {
            throw KubeconfigError(file: file, .unreadable(error.problem))
        }
        let directory = URL(fileURLWithPath: file).deletingLastPathComponent().path
        try self.init(
            text: String(decoding: content, as: UTF8.self), origin: file, directory: directory)
    }

    /// Reads the bytes of a kubeconfig, such as the Talos API hands out.
    ///
    /// It must hold its certificates and keys itself, since there is no directory for file names.
    public init(bytes: [UInt8], origin: String) throws(KubeconfigError) {
        try self.init(
            text: String(decoding: bytes, as: UTF8.self), origin: origin, directory: nil)
    }

    /// A file that could not be read, without Foundation's long description.
    struct UnreadableFile: Error {
        var problem: String
    }

    static func content(ofFile path: String) throws(UnreadableFile) -> Data {
        do {
            return try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            let exists = FileManager.default.fileExists(atPath: path)
            throw UnreadableFile(
                problem: exists ? "it is no file or may not be read" : "it does not exist")
        }
    }
}

extension Kubeconfig: CustomStringConvertible, CustomReflectable {
    /// The context, its origin and its server.
    public var description: String { "context \(context) of \(origin) at \(server)" }

    /// A mirror without the credentials.
    public var customMirror: Mirror {
        Mirror(self, children: ["origin": origin, "context": context, "server": server])
    }
}
