import Foundation
import NIOCore

/// Who sent a request, as far as the connection tells.
///
/// Headers such as `X-Forwarded-For` are not believed: anybody can write them. Behind a proxy every
/// hook therefore has the proxy's address, and shares its rate.
struct HookSource: Hashable, Sendable, CustomStringConvertible {
    /// The address.
    let description: String

    /// Whom the address counts for: an IPv4 address for itself, an IPv6 address for its /64, since
    /// whoever has one has them all.
    let party: String

    init(_ address: SocketAddress?) {
        let text = address?.ipAddress ?? "an unknown address"
        var bytes = [UInt8](repeating: 0, count: 16)
        guard inet_pton(AF_INET6, text, &bytes) == 1 else {
            description = text
            party = text
            return
        }
        if bytes.prefix(12).elementsEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255]) {
            description = bytes.suffix(4).map(String.init).joined(separator: ".")
            party = description
        } else {
            description = text
            party = bytes.prefix(8).map { String($0, radix: 16) }.joined(separator: ":") + "/64"
        }
    }
}
