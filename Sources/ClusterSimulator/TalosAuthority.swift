import Crypto
import Foundation
import SwiftASN1
import X509

/// The certificate authority of a simulated machine API, with Ed25519 keys as Talos makes them.
struct TalosAuthority: Sendable {
    /// The authority's own certificate in PEM.
    let certificate: String

    private let key: Certificate.PrivateKey
    private let root: Certificate

    /// Makes a new authority.
    init() throws {
        key = Certificate.PrivateKey(Curve25519.Signing.PrivateKey())
        let name = try DistinguishedName { OrganizationName("talos") }
        root = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: key.publicKey,
            notValidBefore: .now - 3600, notValidAfter: .now + 3600 * 24,
            issuer: name, subject: name,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                Critical(KeyUsage(digitalSignature: true, keyCertSign: true))
                try ExtendedKeyUsage([.serverAuth, .clientAuth])
            },
            issuerPrivateKey: key)
        certificate = try root.serializeAsPEM().pemString
    }

    /// Issues a client certificate; Talos takes each organization for a role.
    func client(role: String) throws -> TalosIdentity {
        let subject = try DistinguishedName { OrganizationName(role) }
        let extensions = try Certificate.Extensions {
            Critical(KeyUsage(digitalSignature: true))
            try ExtendedKeyUsage([.clientAuth])
        }
        return try issue(subject, extensions)
    }

    /// Issues a node's server certificate for IPv4 addresses and names.
    func server(addresses: [String], names: [String]) throws -> TalosIdentity {
        let subject = try DistinguishedName { CommonName(names.first ?? "") }
        let octets = addresses.map { $0.split(separator: ".").compactMap { UInt8($0) } }
        let alternatives =
            octets.map { GeneralName.ipAddress(ASN1OctetString(contentBytes: $0[...])) }
            + names.map { GeneralName.dnsName($0) }
        let extensions = try Certificate.Extensions {
            Critical(KeyUsage(digitalSignature: true))
            try ExtendedKeyUsage([.serverAuth])
            SubjectAlternativeNames(alternatives)
        }
        return try issue(subject, extensions)
    }

    private func issue(
        _ subject: DistinguishedName, _ extensions: Certificate.Extensions
    ) throws -> TalosIdentity {
        let own = Curve25519.Signing.PrivateKey()
        let issued = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(),
            publicKey: Certificate.PublicKey(own.publicKey),
            notValidBefore: .now - 3600, notValidAfter: .now + 3600 * 12,
            issuer: root.subject, subject: subject, extensions: extensions,
            issuerPrivateKey: key)
        return TalosIdentity(
            certificate: try issued.serializeAsPEM().pemString, key: Self.pkcs8(own))
    }

    /// The key as PKCS#8 in DER: what is written before an Ed25519 key is always the same
    /// (RFC 8410, section 7).
    private static func pkcs8(_ key: Curve25519.Signing.PrivateKey) -> [UInt8] {
        [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20]
            + Array(key.rawRepresentation)
    }
}

/// A certificate with its key.
struct TalosIdentity: Sendable {
    /// The certificate in PEM.
    let certificate: String

    /// The private key, as PKCS#8 in DER.
    let key: [UInt8]

    /// The key under the label that Talos gives it, which is its own.
    var talosPEM: String {
        "-----BEGIN ED25519 PRIVATE KEY-----\n\(Data(key).base64EncodedString())\n"
            + "-----END ED25519 PRIVATE KEY-----\n"
    }
}

/// A talosconfig with one context.
struct TalosConfigText {
    let context: String
    let endpoints: [String]
    let authority: String
    let identity: TalosIdentity

    /// The file's content.
    var text: String {
        let base64 = { (pem: String) in Data(pem.utf8).base64EncodedString() }
        return """
            context: \(context)
            contexts:
                \(context):
                    endpoints: [\(endpoints.map { "\"\($0)\"" }.joined(separator: ", "))]
                    ca: \(base64(authority))
                    crt: \(base64(identity.certificate))
                    key: \(base64(identity.talosPEM))

            """
    }
}
