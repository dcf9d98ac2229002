public import ClusterModel
import Crypto
import Foundation
import NIOPosix

/// The secrets that webhooks are checked with: one a line of a file, any of which may match.
///
/// Two lines let a secret be changed without a gap: add the new one here, then on the Git host, and
/// take the old one out.
public struct HookSecrets: Sendable, CustomStringConvertible {
    /// The least length of a secret, in bytes.
    public static let leastLength = 16

    /// The bytes of each line, for GitHub, Gitea and GitLab's secret token.
    let plain: [SymmetricKey]

    /// The keys of the lines that are signing tokens of GitLab: `whsec_` and base64.
    let signing: [SymmetricKey]

    /// How many secrets there are.
    public var count: Int { plain.count }

    /// Says how many there are, and shows none.
    public var description: String { "HookSecrets(\(count))" }

    /// Reads a file; throws ``HookSecretError`` for one that holds no secrets, or a weak one.
    public static func read(file: String) async throws -> HookSecrets {
        // A file can be on a file system that hangs, so it is not read on Swift's own threads.
        try await NIOThreadPool.singleton.runIfActive {
            try HookSecrets(contents(of: file), file: file)
        }
    }

    init(_ bytes: [UInt8], file: String) throws(HookSecretError) {
        var plain: [SymmetricKey] = []
        var signing: [SymmetricKey] = []
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, raw) in lines.enumerated() {
            let line = raw.last == UInt8(ascii: "\r") ? raw.dropLast() : raw
            guard !line.isEmpty else { continue }
            guard line.count >= Self.leastLength else { throw .short(file, line: index + 1) }
            guard line.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }), line.first != 0x20,
                line.last != 0x20
            else { throw .blank(file, line: index + 1) }
            plain.append(SymmetricKey(data: line))
            guard line.starts(with: Self.signingPrefix) else { continue }
            let text = String(decoding: line.dropFirst(Self.signingPrefix.count), as: UTF8.self)
            guard let key = Data(base64Encoded: text), key.count >= Self.leastLength else {
                throw .malformed(file, line: index + 1)
            }
            signing.append(SymmetricKey(data: key))
        }
        guard !plain.isEmpty else { throw .empty(file) }
        guard plain.count <= Self.mostSecrets else { throw .tooMany(file) }
        self.plain = plain
        self.signing = signing
    }

    /// Each costs a pass over the body of every hook.
    private static let mostSecrets = 8
    private static let signingPrefix = Array("whsec_".utf8)
    private static let mostBytes = 65_536

    private static func contents(of path: String) throws(HookSecretError) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else {
            throw .unreadable(path, reason: String(cString: strerror(errno)))
        }
        defer { close(file) }
        var bytes: [UInt8] = []
        while bytes.count <= mostBytes {
            let room = mostBytes + 1 - bytes.count
            var failure: Int32 = 0
            let chunk = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
                let got = Glibc.read(file, buffer.baseAddress, buffer.count)
                failure = got < 0 ? errno : 0
                count = max(0, got)
            }
            guard failure == 0 else {
                throw .unreadable(path, reason: String(cString: strerror(failure)))
            }
            guard !chunk.isEmpty else { return bytes }
            bytes += chunk
        }
        throw .tooMany(path)
    }
}

/// Why a file of webhook secrets cannot be used; no secret is ever part of it.
public enum HookSecretError: Hashable, ExplainedError {
    /// The file cannot be read.
    case unreadable(String, reason: String)

    /// The file holds no line.
    case empty(String)

    /// A line is too short to be a secret.
    case short(String, line: Int)

    /// A line begins or ends with a blank, or has a control character in it.
    case blank(String, line: Int)

    /// A line begins as a signing token and is none.
    case malformed(String, line: Int)

    /// The file is too large, or has too many lines.
    case tooMany(String)

    /// One sentence that names the file.
    public var description: String {
        switch self {
        case .unreadable(let file, let reason):
            "The file of webhook secrets, \(file), cannot be read: \(reason)."
        case .empty(let file): "The file of webhook secrets, \(file), is empty."
        case .short(let file, let line):
            "The webhook secret in line \(line) of \(file) is shorter than "
                + "\(HookSecrets.leastLength) bytes."
        case .blank(let file, let line):
            "The webhook secret in line \(line) of \(file) begins or ends with a blank, or has a "
                + "control character in it."
        case .malformed(let file, let line):
            "The webhook secret in line \(line) of \(file) begins with whsec_, and the rest is no "
                + "key in base64."
        case .tooMany(let file): "The file of webhook secrets, \(file), is too large."
        }
    }

    /// What to do next, in one sentence.
    public var hint: String {
        switch self {
        case .unreadable: "Check the path, and that the user of the agent may read it."
        case .empty, .short: "Write a secret into it, such as `openssl rand -hex 32` makes."
        case .blank: "The file holds secrets alone, one a line."
        case .malformed: "Copy the whole signing token from GitLab."
        case .tooMany: "Take out what is not used any more; eight secrets are the most."
        }
    }

    /// A person must edit the file.
    public var disposition: Disposition { .stalled }
}
