import Foundation

/// The files that name whose commits may be acted on, as the agent's own settings give them.
///
/// They are never read from the watched repository: the commit that is judged has no say in it.
public struct SignerFiles: Hashable, Sendable {
    /// The principals and keys that may sign with SSH, in the format of OpenSSH's
    /// `ALLOWED SIGNERS`.
    public var allowedSigners: String?

    /// SSH keys that are revoked: a key revocation list of OpenSSH, or public keys one a line.
    public var revokedSigners: String?

    /// The keys that may sign with OpenPGP: what `gpg --export` wrote, armoured or not.
    public var keyring: String?

    /// Whether no signature is asked for.
    public var isEmpty: Bool { self == SignerFiles() }

    /// Names files, as absolute paths.
    public init(
        allowedSigners: String? = nil, revokedSigners: String? = nil, keyring: String? = nil
    ) {
        self.allowedSigners = allowedSigners
        self.revokedSigners = revokedSigners
        self.keyring = keyring
    }
}

/// What the signers' files held at one moment: verdicts are true of these contents only.
struct SignerContents: Hashable {
    static let limit = 16 << 20

    let allowedSigners: [UInt8]?
    let revokedSigners: [UInt8]?
    let keyring: [UInt8]?

    init(of files: SignerFiles) throws(SignatureError) {
        allowedSigners = try Self.read(files.allowedSigners)
        revokedSigners = try Self.read(files.revokedSigners)
        keyring = try Self.binaryKeyring(files.keyring)
    }

    private static func read(_ path: String?) throws(SignatureError) -> [UInt8]? {
        guard let path else { return nil }
        do {
            let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? file.close() }
            let data = try file.read(upToCount: limit + 1) ?? Data()
            guard data.count <= limit else {
                throw SignatureError.unreadable(
                    path, "it is larger than \(limit) bytes", hint: "Name the right file.")
            }
            return Array(data)
        } catch let error as SignatureError {
            throw error
        } catch {
            let reason = GitError.system("read it", because: error).description
            throw .unreadable(
                path, reason.trailingFullStopRemoved,
                hint: "Check the path and that the agent may read the file; nothing is acted on "
                    + "while it cannot.")
        }
    }

    /// The keyring as the packets that gpgv reads; an armoured one is what `gpg --armor` writes.
    private static func binaryKeyring(_ path: String?) throws(SignatureError) -> [UInt8]? {
        guard let path, let bytes = try read(path) else { return nil }
        let text = String(decoding: bytes.prefix(2000), as: UTF8.self)
        guard text.contains("-----BEGIN ") else { return bytes }
        guard let packets = PGPArmour.packets(in: String(decoding: bytes, as: UTF8.self)) else {
            throw .unreadable(
                path, "it holds something else than public keys",
                hint: "Write it with `gpg --export KEY…`, with or without --armor.")
        }
        return packets
    }
}

/// The text form of OpenPGP keys (RFC 9580, section 6).
enum PGPArmour {
    /// The packets of every block of public keys, one after the other; `nil` when there is none, or
    /// anything else than public keys.
    static func packets(in text: String) -> [UInt8]? {
        var packets: [UInt8] = []
        var lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }[...]
        while let start = lines.firstIndex(where: { $0.hasPrefix("-----BEGIN ") }) {
            guard lines[start] == "-----BEGIN PGP PUBLIC KEY BLOCK-----",
                let end = lines[start...].firstIndex(of: "-----END PGP PUBLIC KEY BLOCK-----"),
                let blank = lines[start..<end].firstIndex(where: { $0.allSatisfy(\.isWhitespace) })
            else { return nil }
            // A line that begins with = is the checksum, which newer programs leave out.
            let body = lines[(blank + 1)..<end].filter { !$0.hasPrefix("=") }.joined()
            guard let data = Data(base64Encoded: body), !data.isEmpty else { return nil }
            packets += data
            lines = lines[(end + 1)...]
        }
        return packets.isEmpty ? nil : packets
    }
}

extension String {
    fileprivate var trailingFullStopRemoved: String { hasSuffix(".") ? String(dropLast()) : self }
}
