import COpenSSL
import Foundation

/// A public key of SSH, as servers show it and files keep it.
struct HostKey: Codable, Hashable, Sendable {
    /// The key in the form that crosses the network.
    let blob: Data

    /// The name of the algorithm, which the key itself holds.
    let type: String

    /// `SHA256:…`, as `ssh-keygen -l` prints it.
    var fingerprint: String {
        let base64 = Self.sha256(blob).base64EncodedString()
        return "SHA256:" + base64.prefix { $0 != "=" }
    }

    /// The key as a person compares it.
    var description: String { "\(type) \(fingerprint)" }

    /// Takes a key whose first field names its type, or `nil`.
    init?(blob: Data) {
        var reader = SSHReader(blob)
        guard let name = reader.text(), !name.isEmpty,
            name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }), name.utf8.count <= 64
        else { return nil }
        self.blob = blob
        type = name
    }

    /// Reads the two columns of a `known_hosts` line or a `.pub` file.
    init?(type: Substring, base64: Substring) {
        guard let blob = Data(base64Encoded: String(base64)), let key = HostKey(blob: blob),
            key.type == type
        else { return nil }
        self = key
    }

    /// The types that libssh2 can prove, the one to prefer first; RSA only with SHA-1 signatures,
    /// which servers refuse.
    static let usableTypes = [
        "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
    ]

    private static func sha256(_ data: Data) -> Data {
        let bytes = Array(data)
        return Data(
            [UInt8](unsafeUninitializedCapacity: Int(SHA256_DIGEST_LENGTH)) { buffer, count in
                SHA256(bytes, bytes.count, buffer.baseAddress)
                count = Int(SHA256_DIGEST_LENGTH)
            })
    }
}

/// Reads the fields of SSH's binary form: each with its length in four bytes before it.
struct SSHReader {
    private var rest: Data

    init(_ data: Data) { rest = data }

    mutating func number() -> UInt32? {
        guard rest.count >= 4 else { return nil }
        defer { rest = rest.dropFirst(4) }
        return rest.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    mutating func data() -> Data? {
        guard let length = number(), rest.count >= Int(length) else { return nil }
        defer { rest = rest.dropFirst(Int(length)) }
        return Data(rest.prefix(Int(length)))
    }

    mutating func text() -> String? {
        data().flatMap { String(validating: $0, as: UTF8.self) }
    }
}
