import GRPCCore
import NIOSSL

extension TalosError {
    /// Says in our own words what gRPC or the connection under it reported.
    init(_ error: any Error, call: String, node: String) {
        if let error = error as? TalosError {
            self = error
            return
        }
        let (kind, reason) = Self.explain(error)
        self.init(kind, call: call, node: node, reason: reason)
    }

    private static func explain(_ error: any Error) -> (Kind, String) {
        if let trust = TrustFailure(error) { return (.untrusted, trust.reason) }
        return switch error {
        case let error as RPCError: (kind(error), reason(error))
        case let error as Silence: (.timedOut, "nothing came for \(error.limit)")
        case let error as FileFailure: (.localFile, error.description)
        case is CancellationError: (.unreachable, "it was interrupted")
        default: (.unreachable, sentence(String(describing: error)))
        }
    }

    private static func kind(_ error: RPCError) -> Kind {
        switch error.code {
        case .unavailable, .cancelled: .unreachable
        case .deadlineExceeded: .timedOut
        case .unauthenticated: .untrusted
        // A worker as endpoint: another endpoint may pass the call on.
        case .permissionDenied where error.message.contains("no request forwarding"): .unreachable
        case .permissionDenied: .denied
        case .notFound: .notFound
        case .failedPrecondition where error.message.contains("in progress"): .busy
        case .failedPrecondition: .failedPrecondition
        case .aborted, .resourceExhausted: .busy
        case .invalidArgument, .outOfRange: .invalid
        case .unimplemented: .unsupported
        case .dataLoss: .corrupt
        default: .failed
        }
    }

    private static func reason(_ error: RPCError) -> String {
        switch error.code {
        case .deadlineExceeded: "no answer in time"
        case .cancelled: "it was interrupted"
        default: sentence(error.cause.map { "\(error.message) (\($0))" } ?? error.message)
        }
    }

    /// A text as part of a sentence: one line, without the full stop.
    private static func sentence(_ text: String) -> String {
        var line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        while line.last == "." || line.last == " " { line.removeLast() }
        return line.isEmpty ? "the node gave no reason" : line
    }
}

/// A TLS handshake that failed since one side does not accept the other.
private struct TrustFailure {
    let reason: String

    /// Looks for the failure along the chain of causes; `nil` when there is none.
    init?(_ error: any Error) {
        var next: (any Error)? = error
        while let current = next {
            if let reason = Self.reason(current) {
                self.reason = reason
                return
            }
            next = (current as? RPCError)?.cause
        }
        return nil
    }

    private static func reason(_ error: any Error) -> String? {
        if let error = error as? NIOSSLExtraError, error == .failedToValidateHostname {
            return "the node's certificate is for other addresses than the one that was dialled"
        }
        guard error is NIOSSLError || error is BoringSSLError else { return nil }
        let text = String(describing: error)
        return patterns.first { text.contains($0.mark) }?.reason
    }

    /// What TLS calls it, and what it means here; alerts are what the node says of our certificate.
    private static let patterns: [(mark: String, reason: String)] = [
        (
            "CERTIFICATE_VERIFY_FAILED",
            "the node's certificate is not from the authority in the talosconfig"
        ),
        ("CERTIFICATE_EXPIRED", "the node says that the client certificate has expired"),
        ("UNKNOWN_CA", "the node does not know the authority of the client certificate"),
        (
            // Every Talos cluster names its authority alike, so a stranger's signature is checked.
            "ALERT_DECRYPT_ERROR",
            "the node does not know the authority of the client certificate"
        ),
        ("BAD_CERTIFICATE", "the node does not accept the client certificate"),
        // Its issuer has the name of the cluster's authority, and another key.
        ("DECRYPT_ERROR", "the node does not accept the client certificate"),
        ("CERTIFICATE_UNKNOWN", "the node does not accept the client certificate"),
        ("CERTIFICATE_REQUIRED", "the node wants a client certificate"),
        ("UNSUPPORTED_CERTIFICATE", "the node does not accept the client certificate"),
        ("CERTIFICATE_REVOKED", "the node does not accept the client certificate"),
        ("HANDSHAKE_FAILURE", "the node and uprev share no way to make a TLS connection"),
    ]
}
