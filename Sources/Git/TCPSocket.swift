import Glibc

/// A connected stream to a server; only the worker process makes one.
///
/// It has no timeouts: the worker as a whole has one.
final class TCPSocket {
    private let descriptor: Int32

    /// Tries every address of the host in the resolver's order; throws what the last one said.
    ///
    /// Where the connection must stay on this machine, other addresses are passed over: what
    /// `localhost` leads to is written in a file that may be wrong.
    init(to host: String, port: String, staysOnThisMachine: Bool = false) throws(TLSFailure) {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = Int32(AI_ADDRCONFIG)
        var found: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, port, &hints, &found)
        guard code == 0 else {
            throw .network("its name has no address: \(String(cString: gai_strerror(code)))")
        }
        defer { freeaddrinfo(found) }
        var reason = "it has no address"
        var next = found
        while let address = next?.pointee {
            next = address.ai_next
            guard !staysOnThisMachine || Self.isLoopback(address) else {
                reason = "its name leads to another machine"
                continue
            }
            let type = address.ai_socktype | Int32(SOCK_CLOEXEC.rawValue)
            let made = socket(address.ai_family, type, address.ai_protocol)
            if made >= 0, connect(made, address.ai_addr, address.ai_addrlen) == 0 {
                var on: Int32 = 1
                setsockopt(made, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(4))
                descriptor = made
                return
            }
            reason = String(cString: strerror(errno))
            if made >= 0 { close(made) }
        }
        throw .network("failed to connect: \(reason)")
    }

    deinit { close(descriptor) }

    private static func isLoopback(_ address: addrinfo) -> Bool {
        guard let place = address.ai_addr else { return false }
        if address.ai_family == AF_INET {
            return place.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                UInt32(bigEndian: $0.pointee.sin_addr.s_addr) >> 24 == 127
            }
        }
        guard address.ai_family == AF_INET6 else { return false }
        return place.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
            withUnsafeBytes(of: $0.pointee.sin6_addr) { bytes in
                bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
            }
        }
    }

    /// Waits for bytes; 0 at the end of the stream, negative when it broke.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        var count = 0
        repeat {
            count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
        } while count < 0
            && errno == EINTR
        return count
    }

    /// Sends all bytes, and says whether that went well.
    func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest)
            let count = send(descriptor, part.baseAddress, part.count, Int32(MSG_NOSIGNAL))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
