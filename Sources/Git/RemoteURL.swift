import Foundation

/// Where the watched repository is: `file:///absolute/path`, or `http://` on this machine.
///
/// It never holds a credential, so it can be printed. `http://` to another machine is refused:
/// whoever sits in between could decide what the cluster runs.
public struct RemoteURL: Hashable, Sendable, CustomStringConvertible {
    /// How the repository is reached.
    enum Transport: Hashable, Sendable {
        case file(path: String)
        case http
    }

    /// The URL as it was given.
    public let description: String

    let transport: Transport

    /// Checks a URL, and throws `invalidURL` or `notSupportedYet` with the reason.
    public init(_ text: String) throws(GitError) {
        guard text.utf8.count <= 2048, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            throw Self.invalid("The repository URL holds a blank or a special character.")
        }
        guard let separator = text.range(of: "://") else {
            throw Self.invalid(
                "The repository URL has no scheme.",
                hint: "Write a local path as file:///absolute/path; ssh is not supported yet."
            )
        }
        let rest = text[separator.upperBound...]
        switch text[..<separator.lowerBound].lowercased() {
        case "file": transport = .file(path: try Self.filePath(rest))
        case "http":
            try Self.checkHTTP(rest)
            transport = .http
        case "https", "ssh", "git":
            throw GitError(
                .notSupportedYet,
                "Repositories over \(text[..<separator.lowerBound]):// are not supported yet.",
                hint: "Use file:///absolute/path, or http:// on this machine."
            )
        default:
            throw Self.invalid("The scheme of the repository URL is not known.")
        }
        description = text
    }

    /// Whether the repository is opened where it is, without a mirror and without a child process.
    public var isLocal: Bool { transport != .http }

    private static func invalid(
        _ description: String,
        hint: String = "Write file:///absolute/path or http://localhost:PORT/path."
    ) -> GitError {
        GitError(.invalidURL, description, hint: hint)
    }

    private static func filePath(_ rest: Substring) throws(GitError) -> String {
        let path = rest.hasPrefix("localhost/") ? rest.dropFirst("localhost".count) : rest
        guard path.hasPrefix("/"), let decoded = String(path).removingPercentEncoding,
            !decoded.utf8.contains(0)
        else { throw invalid("The path of the file:// URL is not absolute.") }
        return decoded
    }

    private static func checkHTTP(_ rest: Substring) throws(GitError) {
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !authority.contains("@") else {
            throw invalid(
                "The repository URL holds a user name or a password.",
                hint: "Take it out: it would end up in logs. Credentials are not supported yet."
            )
        }
        guard rest.dropFirst(authority.count).hasPrefix("/"), !rest.contains("?"),
            !rest.contains("#"), !rest.contains("\\")
        else { throw invalid("The http:// URL has no plain path behind the host.") }
        let (host, port) = try split(authority)
        guard port.map({ (UInt16($0) ?? 0) > 0 }) ?? true else {
            throw invalid("The port in the repository URL is not a number from 1 to 65535.")
        }
        guard isLoopback(host) else {
            throw GitError(
                .notSupportedYet,
                "http:// to \(host) would let anyone in between decide what the cluster runs.",
                hint: "Use http:// only on this machine; https:// is not supported yet."
            )
        }
    }

    private static func split(
        _ authority: Substring
    ) throws(GitError) -> (host: String, port: Substring?) {
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            let rest = authority[authority.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else {
                throw invalid("The host in the repository URL is not valid.")
            }
            let host = authority[authority.startIndex...end].lowercased()
            return (host, rest.isEmpty ? nil : rest.dropFirst())
        }
        let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
        guard let host = parts.first, !host.isEmpty, parts.count <= 2 else {
            throw invalid("The host in the repository URL is not valid.")
        }
        return (host.lowercased(), parts.count == 2 ? parts[1] : nil)
    }

    /// Only forms that no resolver can turn into another machine.
    private static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "[::1]" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
