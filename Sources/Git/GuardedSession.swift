import CLibgit2

/// One connection as libgit2 drives it: a failure is kept, and told by a negative number.
final class GuardedSession {
    let isEncrypted: Bool
    private let endpoint: RemoteURL.Endpoint
    private let inner: UnsafeMutablePointer<git_stream>?
    private var socket: TCPSocket?
    private var connection: TLSConnection?
    private var redirects = RedirectWatch()

    init(
        _ endpoint: RemoteURL.Endpoint, isEncrypted: Bool,
        inner: UnsafeMutablePointer<git_stream>?
    ) {
        self.endpoint = endpoint
        self.isEncrypted = isEncrypted
        self.inner = inner
    }

    /// The session of a stream that ``GuardedStreams`` made.
    static func of(_ stream: UnsafeMutablePointer<git_stream>?) -> GuardedSession {
        guard let stream else { preconditionFailure("libgit2 names no stream.") }
        let own = UnsafeMutableRawPointer(stream).assumingMemoryBound(to: cgit_stream.self)
        return Unmanaged<GuardedSession>.fromOpaque(own.pointee.context).takeUnretainedValue()
    }

    func connect() -> Int32 {
        let authorities = GuardedStreams.settings.authorities
        do throws(TLSFailure) {
            let carrier: TLSConnection.Carrier
            if let inner {
                carrier = .stream(inner)
            } else {
                let made = try TCPSocket(
                    to: endpoint.host, port: "\(endpoint.port)",
                    staysOnThisMachine: GuardedStreams.settings.staysOnThisMachine)
                guard isEncrypted else {
                    socket = made
                    return 0
                }
                carrier = .socket(made)
            }
            let made = try TLSConnection(
                over: carrier, to: endpoint.host, authorities: authorities?.text)
            try made.handshake()
            connection = made
            return 0
        } catch {
            return fail(error, authorities?.file)
        }
    }

    func read(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        do throws(TLSFailure) {
            let count = try receive(buffer)
            guard redirects.take(buffer.prefix(count)) else { return count }
            // The rest of the head names the place, and libgit2 gets none of it.
            while !redirects.isWhole {
                let more = try receive(buffer)
                guard more > 0 else { break }
                _ = redirects.take(buffer.prefix(more))
            }
        } catch {
            return Int(fail(error))
        }
        return Int(
            GuardedStreams.fail(
                .redirected(GuardedStreams.settings.place, to: redirects.target)))
    }

    private func receive(_ buffer: UnsafeMutableRawBufferPointer) throws(TLSFailure) -> Int {
        if let connection { return try connection.read(into: buffer) }
        let count = socket?.read(into: buffer) ?? -1
        guard count >= 0 else { throw .network("the connection broke") }
        return count
    }

    func write(_ bytes: UnsafeRawBufferPointer) -> Int {
        redirects.expectAnswer()
        do throws(TLSFailure) {
            if let connection { return try connection.write(bytes) }
            guard socket?.write(bytes) == true else { throw .network("the connection broke") }
            return bytes.count
        } catch {
            return Int(fail(error))
        }
    }

    func close() -> Int32 {
        connection?.close()
        connection = nil
        socket = nil
        return 0
    }

    private func fail(_ failure: TLSFailure, _ authorities: String? = nil) -> Int32 {
        let settings = GuardedStreams.settings
        let isProxy = !isEncrypted && settings.encrypted != nil
        let peer = isProxy ? "the proxy \(endpoint.description) for " : ""
        return GuardedStreams.fail(
            .connection(
                failure, peer + settings.place, host: endpoint.host, authorities: authorities))
    }
}
