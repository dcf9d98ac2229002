import Foundation

/// Where the watched repository is.
///
/// `https://host/path`, `ssh://git@host/path` or `git@host:path`, `file:///absolute/path`, and
/// `http://` on this machine only: whoever sits between could decide what the cluster runs. It never
/// holds a credential, so it can be printed.
public struct RemoteURL: Hashable, Sendable, CustomStringConvertible {
    /// The machine that serves the repository.
    struct Endpoint: Hashable, Sendable {
        /// In lower case; an IPv6 address stands without its brackets.
        let host: String
        let port: UInt16

        /// The host and port as a person writes them.
        var description: String { "\(host.contains(":") ? "[\(host)]" : host):\(port)" }
    }

    /// How the repository is reached.
    enum Transport: Hashable, Sendable {
        case file(path: String)
        case http(Endpoint)
        case https(Endpoint)
        case ssh(Endpoint, user: String)
    }

    /// The URL as it was given.
    public let description: String

    let transport: Transport

    /// What libgit2 is given: the same with the user of an SSH address always named.
    let address: String

    /// Checks a URL, and throws `invalidURL` or `insecureURL` with the reason.
    ///
    /// Hosts are plain ASCII names, or IP addresses in their usual form; an international name is
    /// written in its `xn--` form. Percent signs may stand in the path of an `http(s)` or `file` URL,
    /// where they must not hide a control character, a slash or a dot segment.
    public init(_ text: String) throws(GitError) {
        guard text.utf8.count <= 2048 else {
            throw Self.invalid("The repository URL is longer than 2048 characters.")
        }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else {
            throw Self.invalid("The repository URL holds a blank or a control character.")
        }
        guard text.utf8.allSatisfy({ $0 < 0x7f }) else {
            throw Self.invalid(
                "The repository URL holds a character that is not ASCII.",
                hint:
                    "Write an international host name in its xn-- form, and percent-encode a path."
            )
        }
        guard !text.hasPrefix("-") else {
            throw Self.invalid("The repository URL begins with a dash, as an option does.")
        }
        if let separator = text.range(of: "://") {
            let scheme = text[..<separator.lowerBound].lowercased()
            transport = try Self.transport(scheme, text[separator.upperBound...])
        } else {
            transport = try Self.scpTransport(text[...])
        }
        description = text
        address = Self.address(text, transport)
    }

    /// Whether the repository is opened where it is, without a mirror and without a child process.
    public var isLocal: Bool { endpoint == nil }

    /// Whether `text` names a remote repository and not a path: it has a scheme, or is `host:path`.
    public static func looksRemote(_ text: String) -> Bool {
        if text.contains("://") { return true }
        guard let colon = text.firstIndex(of: ":") else { return false }
        return colon > text.startIndex && !text[..<colon].contains("/")
    }

    var endpoint: Endpoint? {
        switch transport {
        case .file: nil
        case .http(let endpoint), .https(let endpoint), .ssh(let endpoint, _): endpoint
        }
    }

    var isSSH: Bool { if case .ssh = transport { true } else { false } }

    private static func transport(
        _ scheme: String, _ rest: Substring
    ) throws(GitError) -> Transport {
        switch scheme {
        case "file": return .file(path: try filePath(rest))
        case "https": return .https(try webEndpoint(rest, scheme: scheme, port: 443))
        case "http":
            let endpoint = try webEndpoint(rest, scheme: scheme, port: 80)
            guard isLoopback(endpoint.host) else {
                throw insecure("http:// to \(endpoint.host)", hint: "Use https:// or ssh://.")
            }
            return .http(endpoint)
        case "ssh": return try sshTransport(rest)
        case "git":
            throw insecure("git://", hint: "Use https:// or ssh://.")
        default:
            throw invalid("The scheme of the repository URL is not known.")
        }
    }

    private static func address(_ text: String, _ transport: Transport) -> String {
        guard case .ssh(_, let user) = transport else { return text }
        let separator = text.range(of: "://")?.upperBound ?? text.startIndex
        let name = text[separator...].prefix { $0 != "/" && $0 != ":" }
        guard !name.contains("@") else { return text }
        return "\(text[..<separator])\(user)@\(text[separator...])"
    }
}
