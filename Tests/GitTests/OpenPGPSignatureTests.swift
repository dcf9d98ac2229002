import Foundation
import Testing

@testable import Git

@Suite(
    "OpenPGP signatures of commits", .enabled(if: SigningTools.areInstalled, SigningTools.reason))
struct OpenPGPSignatureTests {
    private let source: Upstream
    private let keys: OpenPGPKeys

    init() throws {
        source = try Upstream()
        keys = try OpenPGPKeys()
        try keys.make("good")
    }

    private func policy(_ keyring: String) -> SignaturePolicy {
        SignaturePolicy(SignerFiles(keyring: keyring), beside: source)
    }

    @Test(
        "A commit of a key of the keyring verifies, armoured or not, with user ID and fingerprint")
    func accepted() async throws {
        let repository = try GitRepository(at: source.path)
        let commit = try source.commit("Signed", openPGP: "good", of: keys)
        for armoured in [false, true] {
            let policy = policy(try keys.export("good", armoured: armoured))
            let signer = try await policy.verify(commit, in: repository).signer
            #expect(signer.name == "good <good@example.com>")
            #expect(signer.fingerprint == (try keys.fingerprint("good")))
        }
        let forged = try source.tampered(commit, "Signed", "Forged")
        let refusal = try await policy(try keys.export("good")).refusal(of: forged, in: source)
        #expect(refusal.rule == .badSignature)
        #expect(!exists("\(source.folder.path)/signatures"))
    }

    @Test("Keys that are unknown, expired or revoked are refused, each for its reason")
    func refusedKeys() async throws {
        try keys.make("other")
        try keys.make("past", expires: "2023-06-01", at: "20230101T000000")
        let known = try source.commit("Known", openPGP: "good", of: keys)
        let unknown = try source.commit("Unknown", openPGP: "other", of: keys)
        let clock = "--faked-system-time 20230201T000000"
        let expired = try source.commit("Expired", openPGP: "past", of: keys, more: clock)
        let keyring = try keys.export("good", "past")
        var policy = policy(keyring)
        var refusal = try await policy.refusal(of: unknown, in: source)
        #expect(refusal.rule == .unknownSigner)
        #expect(refusal.sentence.contains(try keys.fingerprint("other")))
        refusal = try await policy.refusal(of: expired, in: source)
        #expect(refusal.rule == .expiredKey)
        #expect(refusal.sentence.contains("past@example.com"))
        #expect(try await policy.refusal(of: source.commit(), in: source).rule == .unsigned)
        _ = try await policy.verify(known, in: GitRepository(at: source.path))
        try keys.revoke("good")
        policy = self.policy(try keys.export("good"))
        #expect(try await policy.refusal(of: known, in: source).rule == .revokedKey)
    }

    @Test("An expired signature, one that is doubled, and one that is cut off are refused")
    func refusedSignatures() async throws {
        try keys.make("old", at: "20230101T000000")
        let policy = policy(try keys.export("good", "old"))
        let past = try source.commit(
            "Past", openPGP: "old", of: keys,
            more: "--faked-system-time 20230201T000000 --default-sig-expire 10d")
        #expect(try await policy.refusal(of: past, in: source).rule == .expiredSignature)
        let commit = try source.commit("Signed", openPGP: "good", of: keys)
        let object = try source.git("cat-file", "commit", commit.description) + "\n"
        let text = String(
            decoding: try #require(SignedCommit(Array(object.utf8)).signatures.first), as: UTF8.self
        )
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        let block = lines.map { " \($0)\n" }.joined()
        let end = " -----END PGP SIGNATURE-----\n"
        let doubled = try source.tampered(commit, end, end + block)
        #expect(try await policy.refusal(of: doubled, in: source).rule == .malformed)
        let line = String(try #require(lines.dropFirst(2).first))
        let cut = try source.tampered(commit, " \(line)\n", "")
        #expect(try await policy.refusal(of: cut, in: source).rule == .malformed)
    }

    @Test("A keyring that is none is told as such, and no commit is called bad because of it")
    func keyrings() async throws {
        let commit = try source.commit("Signed", openPGP: "good", of: keys)
        let broken = "\(keys.folder.path)/broken"
        try write("no keys at all\n", to: broken)
        #expect(try await policy(broken).refusal(of: commit, in: source).rule == .signersUnreadable)
        let secret = "\(keys.folder.path)/secret"
        try write("-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nAAEC\n", to: secret)
        let refusal = try await policy(secret).refusal(of: commit, in: source)
        #expect(refusal.rule == .signersUnreadable)
        #expect(refusal.sentence.contains(secret))
    }

    @Test("A signature of the kind that is not configured is refused, and with both each is taken")
    func kinds() async throws {
        let ssh = try SSHKeys()
        let key = try ssh.make("ada")
        try ssh.allow(try ssh.line("ada"))
        let bySSH = try source.commit("By SSH", ssh: key)
        let byOpenPGP = try source.commit("By OpenPGP", openPGP: "good", of: keys)
        let keyring = try keys.export("good")
        #expect(try await policy(keyring).refusal(of: bySSH, in: source).rule == .unsupported)
        let onlySSH = SignaturePolicy(
            SignerFiles(allowedSigners: ssh.allowedSigners), beside: source)
        #expect(try await onlySSH.refusal(of: byOpenPGP, in: source).rule == .unsupported)
        let both = SignaturePolicy(
            SignerFiles(allowedSigners: ssh.allowedSigners, keyring: keyring), beside: source)
        let verified = try await both.verify(
            from: [], to: byOpenPGP, in: GitRepository(at: source.path))
        #expect(verified.map(\.id) == [bySSH, byOpenPGP])
        #expect(verified.map(\.signer.name) == ["ada@example.com", "good <good@example.com>"])
        #expect(try await both.refusal(of: source.commit(), in: source).rule == .unsigned)
    }
}
