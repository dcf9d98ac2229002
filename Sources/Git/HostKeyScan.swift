import Foundation

/// Asks an SSH server for its host keys, for a person to compare; nothing is trusted or written.
public actor HostKeyScan {
    /// A key that the server showed, and proved to have.
    public struct Finding: Hashable, Sendable {
        /// The line for a `known_hosts` file.
        public let line: String

        /// `ssh-ed25519 SHA256:…`, as the host's owner publishes it.
        public let fingerprint: String
    }

    private let url: RemoteURL
    private let worker: WorkerCommand
    private let timeout: Duration
    private let executor = BlockingExecutor(label: "uprev.git.scan")

    /// The queue that waits for the child process.
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    /// Prepares a scan of the server that an SSH address names; throws `invalidURL` for others.
    public init(
        of url: RemoteURL, worker: WorkerCommand = .current, timeout: Duration = .seconds(30)
    ) throws(GitError) {
        guard url.isSSH else {
            throw RemoteURL.invalid(
                "\(url) is not reached over SSH, so it has no host key.",
                hint: "Name an address such as ssh://git@HOST/PATH."
            )
        }
        self.url = url
        self.worker = worker
        self.timeout = timeout
    }

    /// The keys that the server shows, the type to prefer first.
    public func findings() throws(GitError) -> [Finding] {
        guard let endpoint = url.endpoint else { return [] }
        let home = "\(NSTemporaryDirectory())/uprev-scan-\(UUID().uuidString)"
        try MirrorFiles.create(home)
        defer { try? FileManager.default.removeItem(atPath: home) }
        let request = WorkerRequest(
            operation: .scanHostKeys, url: url.description, branch: "main", directory: home,
            seconds: timeout / .seconds(1))
        let reply = try worker.perform(request, timeout: timeout, stop: StopSignal())
        if let error = reply.error { throw error }
        let name = endpoint.port == 22 ? endpoint.host : "[\(endpoint.host)]:\(endpoint.port)"
        return (reply.hostKeys ?? []).map { key in
            Finding(
                line: "\(name) \(key.type) \(key.blob.base64EncodedString())",
                fingerprint: key.description)
        }
    }

    /// The worker's part: one connection for each type of key, ended once the key is shown.
    static func keys(of url: RemoteURL) throws(GitError) -> [HostKey] {
        guard let endpoint = url.endpoint else { return [] }
        var found: [HostKey] = []
        for type in HostKey.usableTypes {
            try SSHHome.write(preferring: type, for: endpoint)
            do throws(GitError) {
                if let key = try RemoteConnection.hostKey(of: url) { found.append(key) }
            } catch {
                guard error.isWithoutCommonKeys else { throw error }
            }
        }
        guard !found.isEmpty else {
            throw GitError(
                .hostKeyRefused,
                "\(endpoint.description) shows no Ed25519 or ECDSA host key, or broke off.",
                hint: "Try again; libssh2 cannot use others, and `ssh-keygen -A` makes them on the "
                    + "server."
            )
        }
        return found
    }
}
