import Foundation

/// What a source is reached with: what proves who we are, and by what the server is known.
///
/// It names files, which are read anew for every poll, so that a rotated token or key works at once.
/// Each is used for the transports that it is for, and only towards the host that the URL names.
public struct GitAccess: Hashable, Sendable {
    /// A file that holds a token or password for `https`.
    public var tokenFile: String?

    /// The token itself, for callers that have it in memory; the file wins.
    public var token: String?

    /// The user name that goes with the token; most servers take any.
    public var tokenUser = "git"

    /// A file with the certificate authorities, in PEM, that are trusted for this source instead of
    /// the system's.
    public var caFile: String?

    /// A file with a private key for SSH: Ed25519 or ECDSA, without a passphrase.
    public var sshKeyFile: String?

    /// The private key itself, for callers that have it in memory; the file wins.
    public var sshKey: String?

    /// A file of host keys, as OpenSSH keeps them; no other host is trusted.
    public var knownHostsFile: String?

    /// Which proxy `https` goes through.
    public var proxies = ProxyRules()

    /// Reaches only what needs no credentials.
    public init() {}

    /// Throws `accessMissing` when the URL needs a setting that is not given.
    public func check(for url: RemoteURL) throws(GitError) {
        guard url.isSSH else { return }
        if knownHostsFile == nil {
            throw GitError(
                .accessMissing,
                "No host keys are named for \(url), and no host is trusted unseen.",
                hint: "Name a file with --known-hosts; `uprev check --scan-host-key` prints lines "
                    + "for it to compare with what the host's owner publishes."
            )
        }
        if sshKeyFile == nil, sshKey == nil {
            throw GitError(
                .accessMissing,
                "No key is named for \(url).",
                hint: "Name an Ed25519 or ECDSA private key with --ssh-key."
            )
        }
    }

    /// Reads what the transport of the URL needs, and nothing else.
    func read(for url: RemoteURL) throws(GitError) -> AccessMaterial {
        try check(for: url)
        var material = AccessMaterial()
        switch url.transport {
        case .file: break
        case .http: material.token = try readToken()
        case .https(let endpoint):
            material.token = try readToken()
            if let caFile {
                material.authorities = .init(file: caFile, text: try Self.text(caFile, "--ca-file"))
            }
            material.proxy = try proxies.proxy(for: endpoint)
        case .ssh:
            if let text = try sshKeyFile.map({ path throws(GitError) in
                try Self.text(path, "--ssh-key")
            }) ?? sshKey {
                let place = sshKeyFile ?? "the key in memory"
                material.key = try SSHPrivateKey(text, from: place)
            }
            if let file = knownHostsFile {
                material.knownHosts = .init(file: file, text: try Self.text(file, "--known-hosts"))
            }
        }
        return material
    }

    private func readToken() throws(GitError) -> AccessMaterial.Token? {
        guard
            let text = try tokenFile.map({ path throws(GitError) in
                try Self.text(path, "--token-file")
            }) ?? token
        else { return nil }
        let place = tokenFile ?? "the environment"
        let secret = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !secret.isEmpty, secret.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else {
            throw .unusable(
                "The token from \(place) is empty, or more than one line.",
                hint: "The file holds the token alone; its user is named with --token-user."
            )
        }
        guard !tokenUser.isEmpty, tokenUser.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }),
            !tokenUser.contains(":")
        else {
            throw .unusable(
                "The user name of the token is empty or has a character that none may have.",
                hint: "Name it with --token-user; most servers take any, such as git."
            )
        }
        return .init(user: tokenUser, secret: secret, place: place)
    }

    private static func text(_ path: String, _ flag: String) throws(GitError) -> String {
        let limit = 4 << 20
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { throw unreadable(path, flag) }
        defer { close(file) }
        var bytes: [UInt8] = []
        while bytes.count <= limit {
            let chunk = [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
                count = max(0, Glibc.read(file, buffer.baseAddress, buffer.count))
            }
            guard !chunk.isEmpty else { break }
            bytes += chunk
        }
        guard bytes.count <= limit, !bytes.isEmpty, !bytes.contains(0),
            let text = String(validating: bytes, as: UTF8.self)
        else {
            throw .unusable(
                "\(flag) names \(path), which is empty, too large or no text.",
                hint: "Name the right file."
            )
        }
        return text
    }

    private static func unreadable(_ path: String, _ flag: String) -> GitError {
        let reason = String(cString: strerror(errno))
        return .unusable(
            "\(flag) names \(path), which cannot be read: \(reason).",
            hint: "Check the path, and that the user of the agent may read it."
        )
    }
}

extension GitAccess: CustomStringConvertible {
    /// Names what is set, and shows no secret.
    public var description: String {
        let files = [tokenFile, caFile, sshKeyFile, knownHostsFile].compactMap(\.self)
        let held = [token, sshKey].contains { $0 != nil } ? ["a secret in memory"] : []
        return "GitAccess(\((files + held).joined(separator: ", ")))"
    }
}
