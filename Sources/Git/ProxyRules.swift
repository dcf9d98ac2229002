import Foundation

/// Which proxy `https` goes through, by the usual variables of the environment.
///
/// `HTTPS_PROXY` names it, `NO_PROXY` the hosts that are reached without; either may be in lower
/// case, which wins. This machine itself is never reached through a proxy, and neither `http` on
/// loopback nor `ssh` uses one.
public struct ProxyRules: Hashable, Sendable {
    /// A proxy that speaks HTTP's CONNECT.
    struct Proxy: Codable, Hashable, Sendable {
        /// Its host and port, for messages.
        let place: String

        /// `user:password`, percent-encoded as they stood in the URL.
        let credentials: String?

        /// The URL for libgit2, credentials included.
        let address: String
    }

    private let proxy: String?
    private let exceptions: [String]

    /// Uses no proxy.
    public init() {
        proxy = nil
        exceptions = []
    }

    /// Reads the rules of an environment.
    public init(environment: [String: String]) {
        let value = { (name: String) in
            [environment[name.lowercased()], environment[name]].compactMap(\.self).first
        }
        proxy = value("HTTPS_PROXY").flatMap { $0.isEmpty ? nil : $0 }
        exceptions = (value("NO_PROXY") ?? "").lowercased()
            .split { $0 == "," || $0 == " " }.map(String.init)
    }

    /// The proxy for a host, or `nil` for a direct connection.
    func proxy(for endpoint: RemoteURL.Endpoint) throws(GitError) -> Proxy? {
        guard let proxy, !RemoteURL.isLoopback(endpoint.host),
            !exceptions.contains(where: { Self.covers($0, endpoint) })
        else { return nil }
        return try Self.parse(proxy)
    }

    /// Whether an entry of `NO_PROXY` covers the host: `*`, a name with everything below it, an
    /// address, or a range of addresses such as `10.0.0.0/8`; a port narrows it.
    private static func covers(_ entry: String, _ endpoint: RemoteURL.Endpoint) -> Bool {
        if entry == "*" { return true }
        if let slash = entry.firstIndex(of: "/") {
            let bits = Int(entry[entry.index(after: slash)...])
            return AddressRange(base: String(entry[..<slash]), bits: bits)?
                .contains(endpoint.host) ?? false
        }
        var name = entry[...]
        if !HostAndPort.isIPv6(entry), let colon = entry.lastIndex(of: ":") {
            guard UInt16(entry[entry.index(after: colon)...]) == endpoint.port else { return false }
            name = entry[..<colon]
        }
        if name.hasPrefix("["), name.hasSuffix("]") { name = name.dropFirst().dropLast() }
        let suffix = name.hasPrefix("*.") ? name.dropFirst(2) : name.drop { $0 == "." }
        guard !suffix.isEmpty else { return false }
        return endpoint.host == suffix || endpoint.host.hasSuffix(".\(suffix)")
    }

    private static func parse(_ text: String) throws(GitError) -> Proxy {
        let usable = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
        let parts = text.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
        let scheme = parts.count == 2 ? parts[0].lowercased() : "http"
        var rest = parts.last ?? ""
        guard usable, scheme == "http" else {
            throw .unusable(
                "HTTPS_PROXY is not the address of a proxy that can be used.",
                hint:
                    "Write http://HOST:PORT; SOCKS, and TLS to the proxy itself, are not supported."
            )
        }
        rest = rest.prefix { $0 != "/" }
        var credentials: String?
        if let at = rest.lastIndex(of: "@") {
            credentials = String(rest[..<at])
            rest = rest[rest.index(after: at)...]
        }
        guard let parts = try? HostAndPort(rest),
            let port = UInt16(parts.port ?? "80"), port > 0
        else {
            throw .unusable(
                "HTTPS_PROXY names no host, or a port that is none.",
                hint: "Write http://HOST:PORT."
            )
        }
        let place = RemoteURL.Endpoint(host: parts.host, port: port).description
        return Proxy(
            place: place,
            credentials: credentials,
            address: "http://\(credentials.map { "\($0)@" } ?? "")\(place)"
        )
    }
}

/// A range of IP addresses.
struct AddressRange {
    private let base: [UInt8]
    private let bits: Int

    init?(base: String, bits: Int?) {
        guard let bytes = Self.bytes(base), let bits, (0...bytes.count * 8).contains(bits) else {
            return nil
        }
        self.base = bytes
        self.bits = bits
    }

    func contains(_ host: String) -> Bool {
        guard let bytes = Self.bytes(host), bytes.count == base.count else { return false }
        return (0..<bits).allSatisfy { bit in
            let mask = UInt8(0x80) >> UInt8(bit % 8)
            return bytes[bit / 8] & mask == base[bit / 8] & mask
        }
    }

    private static func bytes(_ host: String) -> [UInt8]? {
        var four = in_addr()
        if inet_pton(AF_INET, host, &four) == 1 { return withUnsafeBytes(of: four) { Array($0) } }
        var six = in6_addr()
        if inet_pton(AF_INET6, host, &six) == 1 { return withUnsafeBytes(of: six) { Array($0) } }
        return nil
    }
}
