import Crypto
public import Foundation
import SwiftASN1
import X509

/// The certificate authority of a simulated Kubernetes, with ECDSA P-256 keys as kubeadm and Talos
/// make them.
public struct KubernetesAuthority: Sendable {
    /// The authority's own certificate in PEM.
    public let certificate: String

    private let key: Certificate.PrivateKey
    private let root: Certificate

    /// Makes a new authority.
    public init() throws {
        key = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let name = try DistinguishedName { CommonName("kubernetes") }
        root = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: key.publicKey,
            notValidBefore: .now - 3600, notValidAfter: .now + 3600 * 24,
            issuer: name, subject: name,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                Critical(KeyUsage(digitalSignature: true, keyCertSign: true))
            },
            issuerPrivateKey: key)
        certificate = try root.serializeAsPEM().pemString
    }

    /// Issues a client certificate; Kubernetes takes the name for the user, and the organization for
    /// a group.
    public func client(
        name: String = "admin", organization: String = "system:masters",
        from start: Date = .now - 3600, until end: Date = .now + 3600
    ) throws -> KubernetesIdentity {
        let subject = try DistinguishedName {
            OrganizationName(organization)
            CommonName(name)
        }
        let extensions = try Certificate.Extensions {
            Critical(KeyUsage(digitalSignature: true))
            try ExtendedKeyUsage([.clientAuth])
        }
        return try issue(subject, extensions, from: start, until: end)
    }

    /// Issues a server certificate for IPv4 addresses and names.
    public func server(addresses: [String], names: [String]) throws -> KubernetesIdentity {
        let subject = try DistinguishedName { CommonName("kube-apiserver") }
        let octets = addresses.map { $0.split(separator: ".").compactMap { UInt8($0) } }
        let alternatives =
            octets.map { GeneralName.ipAddress(ASN1OctetString(contentBytes: $0[...])) }
            + names.map { GeneralName.dnsName($0) }
        let extensions = try Certificate.Extensions {
            Critical(KeyUsage(digitalSignature: true))
            try ExtendedKeyUsage([.serverAuth])
            SubjectAlternativeNames(alternatives)
        }
        return try issue(subject, extensions, from: .now - 3600, until: .now + 3600 * 24)
    }

    private func issue(
        _ subject: DistinguishedName, _ extensions: Certificate.Extensions,
        from start: Date, until end: Date
    ) throws -> KubernetesIdentity {
        let own = P256.Signing.PrivateKey()
        let issued = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(),
            publicKey: Certificate.PublicKey(own.publicKey),
            notValidBefore: start, notValidAfter: end, issuer: root.subject, subject: subject,
            extensions: extensions, issuerPrivateKey: key)
        return KubernetesIdentity(
            certificate: try issued.serializeAsPEM().pemString, key: own.pemRepresentation)
    }

    /// Who a client certificate stands for; `nil` when another authority signed it, or when it is
    /// expired.
    func user(ofCertificate der: [UInt8]) -> KubernetesUser? {
        guard let leaf = try? Certificate(derEncoded: der),
            root.publicKey.isValidSignature(leaf.signature, for: leaf),
            leaf.notValidBefore <= .now, .now < leaf.notValidAfter
        else { return nil }
        let attributes = leaf.subject.flatMap { $0 }
        func texts(_ type: ASN1ObjectIdentifier) -> [String] {
            attributes.filter { $0.type == type }.map { "\($0.value)" }
        }
        return KubernetesUser(
            name: texts(.RDNAttributeType.commonName).first ?? "",
            groups: texts(.RDNAttributeType.organizationName))
    }
}

/// A certificate with its key, both in PEM.
public struct KubernetesIdentity: Hashable, Sendable {
    /// The certificate.
    public var certificate: String

    /// The private key.
    public var key: String

    /// Creates an identity.
    public init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }
}

/// Somebody whom the API server knows.
struct KubernetesUser: Hashable, Sendable {
    var name: String
    var groups: [String]

    /// Whether the user may do everything; nobody else may do anything.
    var isAdministrator: Bool { groups.contains("system:masters") }
}
