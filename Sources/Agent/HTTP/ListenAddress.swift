public import ClusterModel

/// Where the agent's HTTP server listens: `127.0.0.1:8484`, `[::1]:8484`, `localhost:0`.
public struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    /// An IP address without brackets, or a name that resolves to one.
    public let host: String

    /// The port; 0 for any that is free.
    public let port: Int

    /// Reads `HOST:PORT`; an IPv6 address stands in brackets, and every address is spelled out.
    public init(_ text: String) throws(HTTPServerError) {
        guard let colon = text.lastIndex(of: ":") else { throw .malformedAddress(text) }
        let digits = text[text.index(after: colon)...]
        let name = text[..<colon]
        guard (1...5).contains(digits.count), digits.allSatisfy({ $0.isASCII && $0.isNumber }),
            let port = Int(digits), port <= 65_535
        else { throw .malformedAddress(text) }
        let isBracketed = name.hasPrefix("[") && name.hasSuffix("]") && name.count > 2
        let host = isBracketed ? name.dropFirst().dropLast() : name
        let allowed = Self.nameCharacters + (isBracketed ? ":%" : "")
        guard !host.isEmpty, host.allSatisfy(allowed.contains), host.contains(":") == isBracketed
        else { throw .malformedAddress(text) }
        self.host = String(host)
        self.port = port
    }

    init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    private static let nameCharacters =
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-"

    /// The address as it is written.
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// Why the agent's HTTP server does not listen.
public enum HTTPServerError: Hashable, ExplainedError {
    /// The address is not `HOST:PORT`.
    case malformedAddress(String)

    /// The address cannot be listened at, and why.
    case unusableAddress(ListenAddress, reason: String)

    /// One sentence that names the address.
    public var description: String {
        switch self {
        case .malformedAddress(let text): "'\(text)' is no address to listen at."
        case .unusableAddress(let address, let reason):
            "\(address) cannot be listened at: \(reason)."
        }
    }

    /// What to do next, in one sentence.
    public var hint: String {
        switch self {
        case .malformedAddress:
            "Write --listen as HOST:PORT, such as 127.0.0.1:8484 or [::1]:8484."
        case .unusableAddress:
            "Name an address of this machine and a port that nothing else uses with --listen."
        }
    }

    /// A person must edit a setting.
    public var disposition: Disposition { .stalled }
}
