import Foundation

/// The home directory that the worker gives libgit2, which looks for `.ssh/known_hosts` there.
///
/// libgit2 asks a server only for a key of the type in the file's first line for the host, and with
/// no line for an ECDSA key. So the file names a type, by a line whose key is nobody's: trust is
/// decided by ``KnownHosts`` alone. No file of the user is looked at, and `HOME` may be unset.
enum SSHHome {
    /// Makes `directory` the home of this process, before libgit2 is started.
    static func set(_ directory: String?) { setenv("HOME", directory ?? "/nonexistent", 1) }

    /// Lets the next connection to the host ask for a key of this type.
    static func write(
        preferring type: String?, for endpoint: RemoteURL.Endpoint
    ) throws(GitError) {
        guard let home = getenv("HOME").map({ String(cString: $0) }) else { return }
        let folder = "\(home)/.ssh"
        try MirrorFiles.create(folder)
        let line = type.map { "[\(endpoint.host)]:\(endpoint.port) \($0) \(blob($0))\n" } ?? ""
        let host = endpoint.port == 22 ? type.map { "\(endpoint.host) \($0) \(blob($0))\n" } : nil
        do {
            try Data((line + (host ?? "")).utf8).write(to: URL(filePath: "\(folder)/known_hosts"))
        } catch {
            throw .system("write \(folder)/known_hosts", because: error)
        }
    }

    /// A key that has a type and nothing else.
    private static func blob(_ type: String) -> String {
        let length = withUnsafeBytes(of: UInt32(type.utf8.count).bigEndian) { Data($0) }
        return (length + Data(type.utf8)).base64EncodedString()
    }
}
