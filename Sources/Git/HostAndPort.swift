import Glibc

/// The host and the port of a URL, apart.
struct HostAndPort {
    /// In lower case; an IPv6 address stands without its brackets.
    let host: String

    /// The digits behind the colon, unchecked.
    let port: Substring?

    init(_ authority: Substring) throws(GitError) {
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            let address = authority[authority.startIndex..<end].dropFirst().lowercased()
            let rest = authority[authority.index(after: end)...]
            guard Self.isIPv6(address), rest.isEmpty || rest.hasPrefix(":") else {
                throw RemoteURL.invalid("The host in the repository URL is not valid.")
            }
            (host, port) = (address, rest.isEmpty ? nil : rest.dropFirst())
            return
        }
        let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
        guard let name = parts.first?.lowercased(), parts.count <= 2, Self.isHost(name) else {
            throw RemoteURL.invalid("The host in the repository URL is not valid.")
        }
        (host, port) = (name, parts.count == 2 ? parts[1] : nil)
    }

    /// Whether this is an IPv4 address of four decimal numbers.
    static func isIPv4(_ host: String) -> Bool {
        var address = in_addr()
        return inet_pton(AF_INET, host, &address) == 1
    }

    static func isIPv6(_ host: String) -> Bool {
        var address = in6_addr()
        return inet_pton(AF_INET6, host, &address) == 1
    }

    static func isAddress(_ host: String) -> Bool { isIPv4(host) || isIPv6(host) }

    /// Whether this is a name, or an address that every resolver reads alike.
    ///
    /// Resolvers take `127.1` or `0x7f000001` for addresses, so a last label that begins with a digit
    /// is accepted only in an address of four numbers.
    private static func isHost(_ host: String) -> Bool {
        guard host.utf8.count <= 253 else { return false }
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        let areNames = labels.allSatisfy { label in
            !label.isEmpty && label.utf8.count <= 63 && !label.hasPrefix("-")
                && label.utf8.allSatisfy { byte in
                    (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte)
                        || byte == 0x2d || byte == 0x5f
                }
        }
        guard areNames, let last = labels.last?.first else { return false }
        return last.isNumber ? isIPv4(host) : true
    }
}
