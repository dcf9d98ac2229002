import Foundation
import Testing

@testable import Git

@Suite(
    "Signatures of all commits of a range",
    .enabled(if: SigningTools.areInstalled, SigningTools.reason))
struct SignatureRangeTests {
    private let source: Upstream
    private let keys: SSHKeys
    private let good: String

    init() throws {
        source = try Upstream()
        keys = try SSHKeys()
        good = try keys.make("good")
        try keys.allow(try keys.line("good"))
    }

    private var files: SignerFiles { SignerFiles(allowedSigners: keys.allowedSigners) }

    private func rule(_ body: () async throws -> Void) async throws -> SignatureError.Rule? {
        do {
            try await body()
            return nil
        } catch let error as SignatureError {
            return error.rule
        }
    }

    @Test("A good commit on top does not hide a bad one, and the base is not looked at")
    func badBelowGood() async throws {
        let repository = try GitRepository(at: source.path)
        let policy = SignaturePolicy(files, beside: source)
        let base = try source.commit(message: "Base")
        let first = try source.commit("First", ssh: good)
        let verified = try await policy.verify(from: [base], to: first, in: repository)
        #expect(verified.map(\.id) == [first])
        let bad = try source.commit(message: "Bad")
        let last = try source.commit("Last", ssh: good)
        let error = await #expect(throws: SignatureError.self) {
            try await policy.verify(from: [base], to: last, in: repository)
        }
        #expect(error?.commit == bad)
        #expect(try await policy.verify(last, in: repository).id == last)
        #expect(try await policy.verify(from: [last], to: last, in: repository).isEmpty)
        #expect(
            try await rule { _ = try await policy.verify(from: [], to: first, in: repository) }
                == .unsigned)
    }

    @Test("The second parent of a merge must verify too, whatever lies before it")
    func merges() async throws {
        let repository = try GitRepository(at: source.path)
        let policy = SignaturePolicy(files, beside: source)
        let base = try source.commit("Base", ssh: good)
        for (side, isSigned) in [("trusted", true), ("untrusted", false)] {
            try source.git("checkout", "--quiet", "-b", side, base.description)
            let made =
                isSigned
                ? try source.commit("Side", ssh: good) : try source.commit(message: "Side")
            try source.git("checkout", "--quiet", "main")
            try source.git([
                "-c", "gpg.format=ssh", "-c", "user.signingKey=\(good)", "merge", "--quiet",
                "--no-ff", "--gpg-sign", "--message", "Merge", side,
            ])
            let merge = try source.head()
            if isSigned {
                let verified = try await policy.verify(from: [base], to: merge, in: repository)
                #expect(Set(verified.map(\.id)) == [made, merge])
            } else {
                let error = await #expect(throws: SignatureError.self) {
                    try await policy.verify(from: [base], to: merge, in: repository)
                }
                #expect(error?.commit == made)
                #expect(error?.rule == .unsigned)
            }
        }
    }

    @Test("300 commits are judged once, and again only when the signers change")
    func caching() async throws {
        let repository = try GitRepository(at: source.path)
        let policy = SignaturePolicy(files, beside: source)
        let base = try source.commit(message: "Base")
        try source.git("config", "gpg.format", "ssh")
        try source.git("config", "user.signingKey", good)
        let script = "for i in $(seq 300); do git commit --quiet --allow-empty -S -m $i; done"
        try source.git("-c", "alias.many=!\(script)", "many")
        let tip = try source.head()
        // A slow machine may need a second look, which goes on where the first one stopped.
        var verified: [VerifiedCommit] = []
        while verified.isEmpty {
            do {
                verified = try await policy.verify(from: [base], to: tip, in: repository)
            } catch {
                try #require(error.rule == .unfinished)
            }
        }
        #expect(verified.count == 300)
        #expect(await policy.judged == 300)
        _ = try await policy.verify(from: [base], to: tip, in: repository)
        #expect(await policy.judged == 300)
        let next = try source.commit("Next", ssh: good)
        _ = try await policy.verify(from: [tip], to: next, in: repository)
        #expect(await policy.judged == 301)
        try keys.allow("# nobody\n")
        #expect(
            try await rule { _ = try await policy.verify(from: [base], to: next, in: repository) }
                == .unknownSigner)
        #expect(await policy.judged == 302)
        #expect(
            try await rule { _ = try await policy.verify(from: [base], to: next, in: repository) }
                == .unknownSigner)
        #expect(await policy.judged == 302)
    }

    @Test(
        "A missing program, unreadable signers and an unknown commit are told apart from bad ones")
    func unusable() async throws {
        let repository = try GitRepository(at: source.path)
        let commit = try source.commit("Signed", ssh: good)
        let missing = SignaturePolicy(files, beside: source, programs: [source.path])
        let refusal = try await missing.refusal(of: commit, in: source)
        #expect(refusal.rule == .programMissing)
        #expect(refusal.sentence.contains("ssh-keygen"))
        for path in ["\(keys.folder.path)/away", keys.folder.path] {
            let policy = SignaturePolicy(SignerFiles(allowedSigners: path), beside: source)
            let refusal = try await policy.refusal(of: commit, in: source)
            #expect(refusal.rule == .signersUnreadable)
            #expect(refusal.sentence.contains(path))
        }
        let absent = try #require(CommitID(String(repeating: "1", count: 40)))
        let policy = SignaturePolicy(files, beside: source)
        let error = await #expect(throws: SignatureError.self) {
            try await policy.verify(from: [], to: absent, in: repository)
        }
        #expect(error?.cause?.kind == .commitMissing)
        let known = try await policy.verify(from: [absent], to: commit, in: repository)
        #expect(known.map(\.id) == [commit])
    }

    @Test("A program that dies or says something unknown is no verdict on a commit")
    func programs() async throws {
        let commit = try source.commit("Signed", ssh: good)
        for script in ["kill -9 $$", "echo nonsense >&2; exit 3", "echo nonsense"] {
            try write("#!/bin/sh\n\(script)\n", to: "\(source.folder.path)/ssh-keygen")
            chmod("\(source.folder.path)/ssh-keygen", 0o755)
            let policy = SignaturePolicy(files, beside: source, programs: [source.folder.path])
            let refusal = try await policy.refusal(of: commit, in: source)
            #expect(refusal.rule == .programFailed, "\(script): \(refusal.sentence)")
        }
    }
}
