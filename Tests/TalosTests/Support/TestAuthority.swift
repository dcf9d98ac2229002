import Crypto
import Foundation
import SwiftASN1
import Synchronization
import X509

@testable import Talos

/// A certificate authority with Ed25519 keys, such as a Talos cluster has.
struct TestAuthority: Sendable {
    private let key = Curve25519.Signing.PrivateKey()
    private let name: DistinguishedName
    private let certificate: Certificate

    init() throws {
        name = try DistinguishedName { OrganizationName("talos") }
        certificate = try Self.issue(
            subject: name, key: key, issuer: name, issuerKey: key,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                Critical(KeyUsage(digitalSignature: true, keyCertSign: true))
            })
    }

    /// The authority's own certificate.
    var pem: String { get throws { try certificate.serializeAsPEM().pemString } }

    /// A certificate for a node that serves on `address`.
    func node(address: String) throws -> TestIdentity {
        let octets = address.split(separator: ".").compactMap { UInt8($0) }
        let names = SubjectAlternativeNames([
            .ipAddress(ASN1OctetString(contentBytes: octets[...]))
        ])
        return try identity(organization: "node") {
            Critical(KeyUsage(digitalSignature: true))
            try ExtendedKeyUsage([.serverAuth])
            names
        }
    }

    /// A client certificate with a role.
    func client(
        role: String = "os:admin", validFor: TimeInterval = 3600
    ) throws -> TestIdentity {
        try identity(organization: role, validFor: validFor) {
            Critical(KeyUsage(digitalSignature: true))
            try ExtendedKeyUsage([.clientAuth])
        }
    }

    private func identity(
        organization: String, validFor: TimeInterval = 3600,
        @ExtensionsBuilder extensions: () throws -> Result<Certificate.Extensions, any Error>
    ) throws -> TestIdentity {
        let own = Curve25519.Signing.PrivateKey()
        let certificate = try Self.issue(
            subject: DistinguishedName { OrganizationName(organization) }, key: own, issuer: name,
            issuerKey: key, validFor: validFor,
            extensions: Certificate.Extensions(builder: extensions))
        return TestIdentity(
            authority: try pem, certificate: try certificate.serializeAsPEM().pemString,
            key: Self.talosPEM(own))
    }

    private static func issue(
        subject: DistinguishedName, key: Curve25519.Signing.PrivateKey, issuer: DistinguishedName,
        issuerKey: Curve25519.Signing.PrivateKey, validFor: TimeInterval = 3600,
        extensions: Certificate.Extensions
    ) throws -> Certificate {
        try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(),
            publicKey: Certificate.PrivateKey(key).publicKey,
            notValidBefore: Date(timeIntervalSinceNow: -7200),
            notValidAfter: Date(timeIntervalSinceNow: validFor), issuer: issuer, subject: subject,
            signatureAlgorithm: .ed25519, extensions: extensions,
            issuerPrivateKey: Certificate.PrivateKey(issuerKey))
    }

    /// PKCS#8 under the label that Talos uses.
    private static func talosPEM(_ key: Curve25519.Signing.PrivateKey) -> String {
        let prefix: [UInt8] = [
            0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22,
            0x04, 0x20,
        ]
        let body = Data(prefix + key.rawRepresentation).base64EncodedString()
        return "-----BEGIN ED25519 PRIVATE KEY-----\n\(body)\n-----END ED25519 PRIVATE KEY-----\n"
    }
}

/// A certificate, its key and its authority, in PEM.
struct TestIdentity: Sendable {
    var authority: String
    var certificate: String
    var key: String

    /// The talosconfig that lets in with it.
    func talosconfig(endpoints: [String], nodes: [String] = []) -> String {
        """
        context: sol
        contexts:
          sol:
            endpoints: [\(endpoints.map { "\"\($0)\"" }.joined(separator: ", "))]
            nodes: [\(nodes.map { "\"\($0)\"" }.joined(separator: ", "))]
            ca: \(Data(authority.utf8).base64EncodedString())
            crt: \(Data(certificate.utf8).base64EncodedString())
            key: \(Data(key.utf8).base64EncodedString())
        """
    }
}

/// Loopback addresses that no other test, in this process or another, uses at the same time.
enum TestAddress {
    private static let counter = Mutex(0)

    /// An address that was not handed out before.
    static func next() -> String {
        let number = counter.withLock { count in
            count += 1
            return count
        }
        let process = Int(ProcessInfo.processInfo.processIdentifier)
        return "127.\(64 + process / 250 % 128).\(1 + process % 250).\(2 + number % 250)"
    }
}
