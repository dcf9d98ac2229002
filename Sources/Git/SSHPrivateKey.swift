import Foundation

/// A private key for SSH that libssh2 can use: Ed25519 or ECDSA, without a passphrase.
struct SSHPrivateKey: Codable, Hashable, Sendable {
    /// The key file's text.
    let text: String

    /// Where the key comes from, for messages.
    let place: String

    /// The public half, where the file shows it unencrypted.
    let publicHalf: HostKey?

    /// Throws `accessUnusable` for a key that would only fail later, with the reason.
    init(_ text: String, from place: String) throws(GitError) {
        self.text = text.hasSuffix("\n") ? text : text + "\n"
        self.place = place
        let lines = text.split(whereSeparator: \.isNewline)
        guard let begin = lines.firstIndex(where: { $0.hasPrefix("-----BEGIN ") }),
            let end = lines[begin...].firstIndex(where: { $0.hasPrefix("-----END ") })
        else {
            let isPublic = text.hasPrefix("ssh-") || text.hasPrefix("ecdsa-")
            throw Self.unusable(
                place,
                isPublic ? "is the public half of a key" : "is no private key",
                hint: "Name the private half, which ssh-keygen writes without .pub behind its name."
            )
        }
        let body = lines[begin + 1..<end]
        let label = lines[begin].dropFirst("-----BEGIN ".count).prefix { $0 != "-" }
        let encoded = body.filter { !$0.contains(":") }.joined()
        let bytes = Data(base64Encoded: encoded)
        let isLocked = body.contains { $0.contains("ENCRYPTED") }
        guard !isLocked, label != "ENCRYPTED PRIVATE KEY" else { throw Self.locked(place) }
        switch label {
        case "OPENSSH PRIVATE KEY": publicHalf = try Self.readOpenSSH(bytes, place)
        case "EC PRIVATE KEY": publicHalf = nil
        case "PRIVATE KEY" where bytes?.range(of: Self.rsaIdentifier) == nil: publicHalf = nil
        case "RSA PRIVATE KEY", "PRIVATE KEY": throw Self.wrongType(place, "an RSA key")
        default: throw Self.wrongType(place, "a key of another kind")
        }
    }

    /// OpenSSH's own form: the public half stands in it unencrypted.
    private static func readOpenSSH(_ bytes: Data?, _ place: String) throws(GitError) -> HostKey {
        let magic = Data("openssh-key-v1\0".utf8)
        guard let bytes, bytes.starts(with: magic) else {
            throw unusable(place, "is damaged", hint: "Copy the whole file, line by line.")
        }
        var reader = SSHReader(Data(bytes.dropFirst(magic.count)))
        guard let cipher = reader.text(), reader.data() != nil, reader.data() != nil,
            reader.number() == 1, let blob = reader.data(), let key = HostKey(blob: blob)
        else { throw unusable(place, "is damaged", hint: "Copy the whole file, line by line.") }
        if key.type == "ssh-rsa" { throw wrongType(place, "an RSA key") }
        guard HostKey.usableTypes.contains(key.type) else {
            throw wrongType(place, "a key of type \(key.type)")
        }
        guard cipher == "none" else { throw locked(place) }
        return key
    }

    /// The object identifier of RSA, as it stands in a PKCS #8 key.
    private static let rsaIdentifier = Data([
        0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01,
    ])

    private static func wrongType(_ place: String, _ kind: String) -> GitError {
        unusable(
            place,
            "holds \(kind): libssh2 would sign RSA with SHA-1 only, which servers refuse, and knows "
                + "no others than Ed25519 and ECDSA",
            hint: "Make a deploy key with `ssh-keygen -t ed25519 -N ''`."
        )
    }

    private static func locked(_ place: String) -> GitError {
        unusable(
            place,
            "has a passphrase, and nobody is there to type it",
            hint: "Use a deploy key of its own without one, kept in a file that only the agent can "
                + "read; `ssh-keygen -p` removes a passphrase."
        )
    }

    private static func unusable(_ place: String, _ what: String, hint: String) -> GitError {
        .unusable("The SSH key from \(place) \(what).", hint: hint)
    }
}
