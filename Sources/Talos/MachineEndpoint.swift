import NIOCore

/// Where a Talos machine API listens: a host, which may be an address or a name, and a port.
public struct MachineEndpoint: Hashable, Sendable {
    /// The port that a node serves its machine API on.
    public static let defaultPort = 50000

    /// A host name, or an IPv4 or IPv6 address without brackets.
    public var host: String

    /// The TCP port.
    public var port: Int

    /// Creates an endpoint.
    public init(host: String, port: Int = MachineEndpoint.defaultPort) {
        self.host = host
        self.port = port
    }

    /// Reads an entry of a talosconfig's `endpoints`; `nil` when the text names no host and port.
    ///
    /// Accepted are `host`, `host:port`, `[address]:port`, a bare IPv6 address, and an `https://`
    /// URL without a path, whose port is 443 unless it is written.
    public init?(_ text: String) {
        var rest = Substring(text)
        var port = Self.defaultPort
        if rest.hasPrefix("https://") {
            rest = rest.dropFirst("https://".count)
            port = 443
            if rest.last == "/" { rest.removeLast() }
        }
        var written: Substring?
        if rest.first == "[" {
            guard let close = rest.firstIndex(of: "]") else { return nil }
            let after = rest[rest.index(after: close)...]
            guard after.isEmpty || after.first == ":" else { return nil }
            written = after.isEmpty ? nil : after.dropFirst()
            rest = rest[rest.index(after: rest.startIndex)..<close]
        } else if rest.count(where: { $0 == ":" }) == 1, let colon = rest.firstIndex(of: ":") {
            written = rest[rest.index(after: colon)...]
            rest = rest[..<colon]
        }
        if let written {
            guard let number = Int(written), (1...65535).contains(number) else { return nil }
            port = number
        }
        guard !rest.isEmpty, !rest.contains(where: { $0 == "/" || $0.isWhitespace }) else {
            return nil
        }
        self.init(host: String(rest), port: port)
    }

    /// What the host is, as a resolver has to know it.
    enum Family {
        case ipv4
        case ipv6
        case name
    }

    /// Whether the host is a literal address or a name.
    var family: Family {
        switch try? SocketAddress(ipAddress: host, port: port) {
        case .v4: .ipv4
        case .v6: .ipv6
        default: .name
        }
    }
}

extension MachineEndpoint: CustomStringConvertible {
    /// Host and port, with brackets around an IPv6 address.
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
