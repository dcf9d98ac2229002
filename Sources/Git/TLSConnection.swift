import CLibgit2
import COpenSSL
import Glibc

/// Why a connection failed.
enum TLSFailure: Error {
    /// The network or the handshake, as the end of a sentence.
    case network(String)
    /// The certificate is not one that is trusted, with the reason and what it says of itself.
    case certificate(String)
}

/// A TLS session over any carrier of bytes.
///
/// TLS 1.2 and newer; the certificate must lead to a trusted authority, be in force, and name the
/// host or the IP address that was asked for.
final class TLSConnection {
    /// What carries the encrypted bytes.
    enum Carrier {
        case socket(TCPSocket)
        /// A stream of libgit2's own, which led through a proxy and stays its own.
        case stream(UnsafeMutablePointer<git_stream>)
    }

    private let carrier: Carrier
    private let session: OpaquePointer
    private let incoming: OpaquePointer
    private let outgoing: OpaquePointer
    private let judgement = Judgement()

    /// Why the certificate was refused.
    private final class Judgement {
        var refusal: String?

        /// Lets OpenSSL check the certificate, and keeps what it found.
        func judge(_ checking: OpaquePointer) -> Int32 {
            let verdict = X509_verify_cert(checking)
            guard verdict <= 0 else { return verdict }
            let code = Int(X509_STORE_CTX_get_error(checking))
            let reason = String(cString: X509_verify_cert_error_string(code))
            let shown = PeerCertificate(X509_STORE_CTX_get0_cert(checking))
            refusal = "\(reason). \(shown.description)"
            return 0
        }
    }

    /// `authorities` is PEM text; without it the system's authorities are trusted.
    init(over carrier: Carrier, to host: String, authorities: String?) throws(TLSFailure) {
        self.carrier = carrier
        guard let context = SSL_CTX_new(TLS_client_method()) else {
            throw .network("TLS cannot be set up")
        }
        defer { SSL_CTX_free(context) }
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
        SSL_CTX_set_cert_verify_callback(
            context,
            { checking, judgement in
                guard let checking, let judgement else { return 0 }
                return Unmanaged<Judgement>.fromOpaque(judgement).takeUnretainedValue()
                    .judge(checking)
            }, Unmanaged.passUnretained(judgement).toOpaque())
        guard copenssl_require_modern_tls(context) == 1 else {
            throw .network("TLS cannot be set up")
        }
        try Self.trust(authorities, in: context)
        guard let session = SSL_new(context), let incoming = BIO_new(BIO_s_mem()),
            let outgoing = BIO_new(BIO_s_mem())
        else { throw .network("TLS cannot be set up") }
        (self.session, self.incoming, self.outgoing) = (session, incoming, outgoing)
        copenssl_set_open_ended(incoming)
        copenssl_set_open_ended(outgoing)
        SSL_set_bio(session, incoming, outgoing)
        let wanted = SSL_get0_param(session)
        X509_VERIFY_PARAM_set_hostflags(wanted, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
        let isNamed =
            HostAndPort.isAddress(host)
            ? X509_VERIFY_PARAM_set1_ip_asc(wanted, host)
            : X509_VERIFY_PARAM_set1_host(wanted, host, 0) & copenssl_set_server_name(session, host)
        guard isNamed == 1 else { throw .network("TLS cannot be set up") }
    }

    deinit { SSL_free(session) }

    private static func trust(
        _ authorities: String?, in context: OpaquePointer
    ) throws(TLSFailure) {
        guard let authorities else {
            guard SSL_CTX_set_default_verify_paths(context) == 1 else {
                throw .network("the system's certificate authorities cannot be read")
            }
            return
        }
        let store = SSL_CTX_get_cert_store(context)
        let bytes = Array(authorities.utf8)
        guard let text = BIO_new_mem_buf(bytes, Int32(bytes.count)) else {
            throw .network("TLS cannot be set up")
        }
        defer { BIO_free(text) }
        var count = 0
        while let certificate = PEM_read_bio_X509(text, nil, nil, nil) {
            X509_STORE_add_cert(store, certificate)
            X509_free(certificate)
            count += 1
        }
        ERR_clear_error()
        guard count > 0 else { throw .certificate("the file of authorities holds none in PEM") }
        // Whoever names a certificate trusts it, be it a root, an intermediate or the server's own.
        X509_STORE_set_flags(store, UInt(X509_V_FLAG_PARTIAL_CHAIN))
    }

    /// Agrees on keys, and checks the certificate.
    func handshake() throws(TLSFailure) {
        do {
            _ = try pump { SSL_connect($0) }
        } catch {
            throw judgement.refusal.map { .certificate($0) } ?? error
        }
    }

    /// Waits for bytes; 0 at the proper end of the session.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(TLSFailure) -> Int {
        let room = Int32(clamping: buffer.count)
        return Int(try pump { SSL_read($0, buffer.baseAddress, room) })
    }

    /// Sends what it can, and says how much that was.
    func write(_ bytes: UnsafeRawBufferPointer) throws(TLSFailure) -> Int {
        let count = Int32(clamping: bytes.count)
        guard count > 0 else { return 0 }
        return Int(try pump { SSL_write($0, bytes.baseAddress, count) })
    }

    /// Says goodbye, and does not wait for the answer.
    func close() {
        ERR_clear_error()
        SSL_shutdown(session)
        _ = flush()
    }

    /// Repeats a call while it waits for the carrier; 0 is the proper end of the session.
    private func pump(_ call: (OpaquePointer) -> Int32) throws(TLSFailure) -> Int32 {
        while true {
            ERR_clear_error()
            let result = call(session)
            let problem = result > 0 ? SSL_ERROR_NONE : SSL_get_error(session, result)
            // Read before the alert is sent, which may change it.
            let reason = problem == SSL_ERROR_SSL ? Self.lastReason() : ""
            let isSent = flush()
            switch problem {
            case SSL_ERROR_NONE: return result
            case SSL_ERROR_ZERO_RETURN: return 0
            case SSL_ERROR_WANT_READ:
                guard isSent, fill() else {
                    throw .network("the server closed the connection in the middle")
                }
            case SSL_ERROR_WANT_WRITE:
                guard isSent else { throw .network("the connection broke") }
            default:
                throw .network("TLS failed: \(reason.isEmpty ? "no reason is known" : reason)")
            }
        }
    }

    private static func lastReason() -> String {
        let code = ERR_peek_last_error()
        return ERR_reason_error_string(code).map { String(cString: $0) } ?? ""
    }

    private func flush() -> Bool {
        var bytes: UnsafeMutablePointer<CChar>?
        let count = copenssl_memory(outgoing, &bytes)
        guard count > 0, let bytes else { return true }
        defer { emptyMemory(outgoing) }
        let buffer = UnsafeRawBufferPointer(start: bytes, count: count)
        switch carrier {
        case .socket(let socket): return socket.write(buffer)
        case .stream(let stream):
            var rest = buffer[...]
            while !rest.isEmpty {
                let part = UnsafeRawBufferPointer(rebasing: rest)
                let sent = stream.pointee.write(
                    stream, part.baseAddress?.assumingMemoryBound(to: CChar.self), part.count, 0)
                guard sent > 0 else { return false }
                rest = rest.dropFirst(sent)
            }
            return true
        }
    }

    private func fill() -> Bool {
        withUnsafeTemporaryAllocation(byteCount: 32_768, alignment: 1) { buffer in
            let count =
                switch carrier {
                case .socket(let socket): socket.read(into: buffer)
                case .stream(let stream):
                    stream.pointee.read(stream, buffer.baseAddress, buffer.count)
                }
            guard count > 0 else { return false }
            return BIO_write(incoming, buffer.baseAddress, Int32(count)) == Int32(count)
        }
    }
}

/// Empties a buffer in memory.
private func emptyMemory(_ buffer: OpaquePointer) {
    BIO_ctrl(buffer, BIO_CTRL_RESET, 0, nil)
}
