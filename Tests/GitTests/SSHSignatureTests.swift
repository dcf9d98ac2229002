import Foundation
import Testing

@testable import Git

@Suite(
    "SSH signatures of commits", .enabled(if: SigningTools.areInstalled, SigningTools.reason))
struct SSHSignatureTests {
    private let source: Upstream
    private let keys: SSHKeys
    private let good: String

    init() throws {
        source = try Upstream()
        keys = try SSHKeys()
        good = try keys.make("good")
        try keys.allow(try keys.line("good"))
    }

    private var policy: SignaturePolicy {
        SignaturePolicy(SignerFiles(allowedSigners: keys.allowedSigners), beside: source)
    }

    @Test("A commit of an allowed key verifies, with its principal and fingerprint")
    func accepted() async throws {
        let commit = try source.commit("Signed", ssh: good)
        let verified = try await policy.verify(commit, in: GitRepository(at: source.path))
        let listed = try SigningTools.run("ssh-keygen", ["-l", "-f", "\(good).pub"])
        #expect(verified.id == commit)
        #expect(verified.signer.name == "good@example.com")
        #expect(listed.contains(" \(verified.signer.fingerprint) "))
        #expect(verified.signer.fingerprint.hasPrefix("SHA256:"))
        #expect(!exists("\(source.folder.path)/signatures"))
    }

    @Test("Unsigned, signed by an unknown key, and tampered with: each is refused for its reason")
    func refused() async throws {
        let policy = policy
        let unsigned = try source.commit(message: "No signature \u{1b}[31m")
        var refusal = try await policy.refusal(of: unsigned, in: source)
        #expect(refusal.rule == .unsigned)
        #expect(refusal.sentence.contains(unsigned.short))
        #expect(refusal.sentence.contains("\"No signature ?[31m\""))

        let other = try source.commit("Other", ssh: try keys.make("other"))
        refusal = try await policy.refusal(of: other, in: source)
        #expect(refusal.rule == .unknownSigner)
        #expect(refusal.sentence.contains("SHA256:"))

        let commit = try source.commit("Signed", ssh: good)
        for (old, new) in [("Signed", "Forged"), ("Cleo", "Eve")] {
            let forged = try source.tampered(commit, old, new)
            refusal = try await policy.refusal(of: forged, in: source)
            #expect(refusal.rule == .badSignature)
        }
        let broken = try source.tampered(commit, "SIGNATURE-----\n ", "SIGNATURE-----\n !")
        #expect(try await policy.refusal(of: broken, in: source).rule == .malformed)
        let x509 = try source.tampered(commit, "BEGIN SSH SIGNATURE", "BEGIN SIGNED MESSAGE")
        #expect(try await policy.refusal(of: x509, in: source).rule == .unsupported)
    }

    @Test("A signature for another namespace, or of a key that may not sign for Git, is refused")
    func namespaces() async throws {
        let commit = try source.commit("Signed", ssh: good)
        let object = try source.git("cat-file", "commit", commit.description) + "\n"
        let signed = SignedCommit(Array(object.utf8))
        let payload = "\(keys.folder.path)/payload"
        try write(String(decoding: signed.payload, as: UTF8.self), to: payload)
        try SigningTools.run("ssh-keygen", ["-q", "-Y", "sign", "-n", "file", "-f", good, payload])
        let lines = try content("\(payload).sig").split(separator: "\n")
        let header = "gpgsig " + lines.joined(separator: "\n ") + "\n"
        let text = String(decoding: signed.payload, as: UTF8.self)
            .replacing("\n\n", with: "\n\(header)\n", maxReplacements: 1)
        let id = try source.git(["hash-object", "-t", "commit", "-w", "--stdin"], input: text)
        let foreign = try #require(CommitID(id))
        let policy = policy
        #expect(try await policy.refusal(of: foreign, in: source).rule == .wrongNamespace)
        try keys.allow(try keys.line("good", options: "namespaces=\"file\""))
        #expect(try await policy.refusal(of: commit, in: source).rule == .wrongNamespace)
    }

    @Test("A key's window is held against the time of the commit, as Git does")
    func windows() async throws {
        let repository = try GitRepository(at: source.path)
        // Upstream's clock begins on 14 November 2023.
        let commit = try source.commit("Signed", ssh: good)
        let policy = policy
        let before = "namespaces=\"git\",valid-before=\"20231201Z\""
        try keys.allow(try keys.line("good", options: before))
        let verified = try await policy.verify(commit, in: repository)
        #expect(verified.signer.name == "good@example.com")
        for window in ["valid-before=\"20231101Z\"", "valid-after=\"20231201Z\""] {
            try keys.allow(try keys.line("good", options: "namespaces=\"git\",\(window)"))
            let refusal = try await policy.refusal(of: commit, in: source)
            #expect(refusal.rule == .expiredKey)
            let git = try? source.git([
                "-c", "gpg.ssh.allowedSignersFile=\(keys.allowedSigners)", "verify-commit",
                commit.description,
            ])
            #expect(git == nil)
        }
        let late = try source.tampered(commit, "> 1700000000", "> 999999999999999")
        #expect(try await policy.refusal(of: late, in: source).rule == .malformed)
    }

    @Test("A revoked key is refused: listed as it is, or in a key revocation list")
    func revoked() async throws {
        let commit = try source.commit("Signed", ssh: good)
        let list = "\(keys.folder.path)/krl"
        try SigningTools.run("ssh-keygen", ["-q", "-k", "-f", list, "\(good).pub"])
        for file in ["\(good).pub", list] {
            let files = SignerFiles(allowedSigners: keys.allowedSigners, revokedSigners: file)
            let policy = SignaturePolicy(files, beside: source)
            let refusal = try await policy.refusal(of: commit, in: source)
            #expect(refusal.rule == .revokedKey)
            #expect(refusal.sentence.contains("good@example.com"))
        }
        _ = try keys.make("other")
        let files = SignerFiles(
            allowedSigners: keys.allowedSigners,
            revokedSigners: "\(keys.folder.path)/other.pub")
        _ = try await SignaturePolicy(files, beside: source)
            .verify(commit, in: GitRepository(at: source.path))
    }

    @Test("A certificate of an allowed authority signs for its principal, while it is valid")
    func certificates() async throws {
        let authority = try keys.make("authority")
        let arguments = ["-q", "-s", authority, "-I", "id", "-n", "ada@example.com"]
        try SigningTools.run(
            "ssh-keygen", arguments + ["-V", "20230101:20240101", "\(good).pub"])
        let key = try content("\(authority).pub").split(separator: " ").prefix(2)
        try keys.allow("*@example.com cert-authority \(key.joined(separator: " "))\n")
        let commit = try source.commit("Signed", ssh: "\(good)-cert.pub")
        let verified = try await policy.verify(commit, in: GitRepository(at: source.path))
        #expect(verified.signer.name == "ada@example.com")
        try SigningTools.run(
            "ssh-keygen", arguments + ["-V", "20240101:20250101", "\(good).pub"])
        let early = try source.commit("Early", ssh: "\(good)-cert.pub")
        let refusal = try await policy.refusal(of: early, in: source)
        #expect(refusal.rule == .unknownSigner)
        #expect(refusal.sentence.contains("certificate"))
    }
}
