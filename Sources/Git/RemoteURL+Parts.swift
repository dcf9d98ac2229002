import Foundation

extension RemoteURL {
    static func invalid(
        _ description: String,
        hint: String = "Write https://HOST/PATH, ssh://git@HOST/PATH, git@HOST:PATH or "
            + "file:///absolute/path."
    ) -> GitError {
        GitError(.invalidURL, description, hint: hint)
    }

    static func insecure(_ what: String, hint: String) -> GitError {
        GitError(
            .insecureURL,
            "\(what) would let anyone in between decide what the cluster runs.",
            hint: hint
        )
    }

    static func filePath(_ rest: Substring) throws(GitError) -> String {
        let path = rest.hasPrefix("localhost/") ? rest.dropFirst("localhost".count) : rest
        guard path.hasPrefix("/"), let decoded = String(path).removingPercentEncoding,
            !decoded.utf8.contains(0)
        else { throw invalid("The path of the file:// URL is not absolute.") }
        return decoded
    }

    static func webEndpoint(
        _ rest: Substring, scheme: String, port: UInt16
    ) throws(GitError) -> Endpoint {
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !authority.contains("@") else {
            throw invalid(
                "The repository URL holds a user name or a password.",
                hint: "Take it out: it would end up in logs. Name the token's file with "
                    + "--token-file, and its user with --token-user."
            )
        }
        try checkWebPath(rest.dropFirst(authority.count), scheme: scheme)
        return try endpoint(authority, port: port)
    }

    private static func checkWebPath(_ path: Substring, scheme: String) throws(GitError) {
        let plain = path.allSatisfy {
            $0.isLetter || $0.isNumber || "/-._~!$&'()*+,;=:@%".contains($0)
        }
        guard path.hasPrefix("/"), path.count > 1, plain else {
            throw invalid("The \(scheme):// URL has no plain path behind the host.")
        }
        guard let decoded = String(path).removingPercentEncoding,
            decoded.utf8.allSatisfy({ $0 > 0x1f && $0 != 0x7f }),
            !path.lowercased().contains("%2f"), !path.lowercased().contains("%5c"),
            !hasDotSegment(decoded[...])
        else {
            throw invalid(
                "The path of the repository URL has a dot segment or a percent sign that hides a "
                    + "character which a path must not have."
            )
        }
    }

    static func sshTransport(_ rest: Substring) throws(GitError) -> Transport {
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let (user, host) = try split(authority)
        try checkSSHPath(rest.dropFirst(authority.count), mustBeAbsolute: true)
        return .ssh(try endpoint(host, port: 22), user: user)
    }

    /// `user@host:path`, as `scp` writes it: a path without a slash in front is below the home of
    /// the user there.
    static func scpTransport(_ text: Substring) throws(GitError) -> Transport {
        guard let colon = text.firstIndex(of: ":"), !text[..<colon].contains("/"),
            !text[..<colon].contains("[")
        else {
            throw invalid("The repository URL has no scheme.")
        }
        let (user, host) = try split(text[..<colon])
        let path = text[text.index(after: colon)...]
        guard !path.contains("@"), !path.hasPrefix(":") else {
            throw invalid(
                "The repository address has @ or : in its path, or a password in front.",
                hint: "Write ssh://USER@HOST/PATH, and name a key's file with --ssh-key."
            )
        }
        try checkSSHPath(path, mustBeAbsolute: false)
        return .ssh(try endpoint(host, port: 22), user: user)
    }

    private static func split(
        _ authority: Substring
    ) throws(GitError) -> (user: String, host: Substring) {
        guard let at = authority.lastIndex(of: "@") else { return ("git", authority) }
        let user = authority[..<at]
        guard !user.contains(":") else {
            throw invalid(
                "The repository URL holds a password.",
                hint: "Take it out: it would end up in logs. Name a key's file with --ssh-key."
            )
        }
        let plain = user.allSatisfy { $0.isASCIIWord || "._-".contains($0) }
        guard !user.isEmpty, plain, !user.hasPrefix("-") else {
            throw invalid("The user name in the repository URL is not valid.")
        }
        return (String(user), authority[authority.index(after: at)...])
    }

    /// Servers hand this path to a shell, so nothing that a shell reads as more than a name passes.
    private static func checkSSHPath(
        _ path: Substring, mustBeAbsolute: Bool
    ) throws(GitError) {
        let plain = path.allSatisfy { $0.isASCIIWord || "/-._~+@:=,".contains($0) }
        let isRooted = path.hasPrefix("/") && path.count > 1
        guard plain, !path.isEmpty, !path.hasPrefix("-"), isRooted || !mustBeAbsolute else {
            throw invalid("The path of the SSH address is not a plain one.")
        }
        guard !path.hasPrefix("/-"), !hasDotSegment(path) else {
            throw invalid("The path of the SSH address has a dot segment or begins with a dash.")
        }
    }

    private static func hasDotSegment(_ path: Substring) -> Bool {
        path.split(separator: "/").contains { $0 == "." || $0 == ".." }
    }

    private static func endpoint(
        _ authority: Substring, port: UInt16
    ) throws(GitError) -> Endpoint {
        let parts = try HostAndPort(authority)
        guard let given = parts.port else { return Endpoint(host: parts.host, port: port) }
        guard given.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt16(given),
            number > 0
        else {
            throw invalid("The port in the repository URL is not a number from 1 to 65535.")
        }
        return Endpoint(host: parts.host, port: number)
    }

    /// Only forms that no resolver can turn into another machine.
    static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" { return true }
        return host.hasPrefix("127.") && HostAndPort.isAddress(host)
    }
}

extension Character {
    fileprivate var isASCIIWord: Bool { isASCII && (isLetter || isNumber || self == "_") }
}
