import Foundation
import NIOSSL

/// The client certificate, its key, and the certificate authority of a cluster's machine API.
public struct MachineCredentials: Sendable {
    /// What is accepted of a node's certificate.
    ///
    /// BoringSSL's own list leaves out Ed25519, which is what Talos makes unless it is given
    /// another authority.
    private static let acceptedSignatures: [SignatureAlgorithm] = [
        .ed25519, .ecdsaSecp256R1Sha256, .ecdsaSecp384R1Sha384, .ecdsaSecp521R1Sha512,
        .rsaPssRsaeSha256, .rsaPssRsaeSha384, .rsaPssRsaeSha512, .rsaPkcs1Sha256,
        .rsaPkcs1Sha384, .rsaPkcs1Sha512,
    ]

    private let authorities: [NIOSSLCertificate]
    private let chain: [NIOSSLCertificate]
    private let key: NIOSSLPrivateKey

    /// Reads PEM bytes; each error names the part that is wrong, and no content.
    init(authority: [UInt8], certificate: [UInt8], key: [UInt8]) throws(PartError) {
        guard let authorities = try? NIOSSLCertificate.fromPEMBytes(authority),
            !authorities.isEmpty
        else { throw PartError.authority }
        guard let chain = try? NIOSSLCertificate.fromPEMBytes(certificate), !chain.isEmpty else {
            throw PartError.certificate
        }
        guard let key = try? NIOSSLPrivateKey(bytes: Self.relabelled(key), format: .pem) else {
            throw PartError.key
        }
        self.authorities = authorities
        self.chain = chain
        self.key = key
        guard (try? NIOSSLContext(configuration: clientConfiguration)) != nil else {
            throw PartError.pair
        }
    }

    /// Which part of the credentials is wrong.
    enum PartError: Error {
        case authority
        case certificate
        case key
        /// The key is not the certificate's.
        case pair
    }

    /// When the client certificate expires.
    var expiry: Date? {
        chain.first.map { Date(timeIntervalSince1970: TimeInterval($0.notValidAfter)) }
    }

    /// TLS as a node's machine API wants it: both sides show certificates of the cluster.
    var clientConfiguration: TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.trustRoots = .certificates(authorities)
        configuration.certificateChain = chain.map { .certificate($0) }
        configuration.privateKey = .privateKey(key)
        configuration.certificateVerification = .fullVerification
        configuration.verifySignatureAlgorithms = Self.acceptedSignatures
        configuration.applicationProtocols = ["h2"]
        return configuration
    }

    /// The same key under the label that PEM readers know.
    ///
    /// Talos writes `ED25519 PRIVATE KEY`; the content is ordinary PKCS#8.
    static func relabelled(_ pem: [UInt8]) -> [UInt8] {
        Array(
            String(decoding: pem, as: UTF8.self)
                .replacing(
                    "-----BEGIN ED25519 PRIVATE KEY-----", with: "-----BEGIN PRIVATE KEY-----"
                )
                .replacing("-----END ED25519 PRIVATE KEY-----", with: "-----END PRIVATE KEY-----")
                .utf8)
    }
}

extension MachineCredentials: CustomStringConvertible, CustomReflectable {
    /// Says nothing of the content.
    public var description: String { "MachineCredentials" }

    /// Shows nothing of the content.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
