import AsyncHTTPClient
import Execution
import NIOCore
import NIOPosix
import NIOSSL

/// Why there is no answer to a request.
enum TransportFailure: Error {
    /// The time was up.
    case timeout(Duration)

    /// The server's certificate is not one that the kubeconfig trusts, or not of this server.
    case untrusted(String)

    /// The server refused the TLS handshake, which is about the client's certificate.
    case rejected(String)

    /// The answer is larger than what is taken in.
    case tooLarge(Int)

    /// The connection could not be made, or was lost.
    case connection(String)

    init(_ error: any Error, limits: KubernetesLimits) {
        switch error {
        case let failure as TransportFailure:
            self = failure
        case is NIOTooManyBytesError:
            self = .tooLarge(limits.responseBytes)
        case let error as HTTPClientError where error == .connectTimeout:
            self = .timeout(limits.connect)
        case let error as HTTPClientError where error == .tlsHandshakeTimeout:
            self = .timeout(limits.connect)
        case let error as NIOConnectionError:
            self = .connection(Self.reason(error))
        case let error as NIOSSLExtraError where error == .failedToValidateHostname:
            self = .untrusted("its certificate does not hold the server's name or address")
        case let error as NIOSSLError:
            self = .init(handshake: "\(error)")
        case let error as BoringSSLError:
            self = .init(handshake: "\(error)")
        default:
            self = .connection("\(error)")
        }
    }

    /// Takes BoringSSL's own words apart, since its errors have no codes that can be compared.
    private init(handshake text: String) {
        self =
            if text.contains("CERTIFICATE_VERIFY_FAILED") {
                .untrusted(
                    "its certificate is not signed by the kubeconfig's authority, or expired")
            } else if text.contains("ALERT_BAD_CERTIFICATE") || text.contains("ALERT_UNKNOWN_CA")
                || text.contains("ALERT_CERTIFICATE")
            {
                .rejected("it does not accept the client certificate")
            } else {
                .connection("the TLS connection broke: \(text)")
            }
    }

    private static func reason(_ error: NIOConnectionError) -> String {
        if let first = error.connectionErrors.first { return "\(first.error)" }
        return (error.dnsAError ?? error.dnsAAAAError).map { "its name is not known: \($0)" }
            ?? "no connection"
    }

    func explained(server: String) -> ClusterError {
        let api = "The Kubernetes API at \(server)"
        let wait = "uprev tries again; look at the control planes if this goes on."
        let credentials = "Give uprev a kubeconfig that fits this cluster."
        return switch self {
        case .timeout(let limit):
            ClusterError(
                .unreachable, "\(api) did not answer within \(limit).", hint: wait)
        case .connection(let reason):
            ClusterError(
                .unreachable, "\(api) cannot be reached: \(cleaned(reason)).", hint: wait)
        case .untrusted(let reason):
            ClusterError(
                .misconfigured, "\(api) cannot be trusted: \(reason).", hint: credentials)
        case .rejected(let reason):
            ClusterError(.misconfigured, "\(api) refused: \(reason).", hint: credentials)
        case .tooLarge(let limit):
            ClusterError(
                .failed, "\(api) sent an answer of more than \(limit) bytes.",
                hint: "See what answers at that address; uprev does not take in more.")
        }
    }
}
