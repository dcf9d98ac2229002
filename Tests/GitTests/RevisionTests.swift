import Foundation
import Testing

@testable import Git

@Suite("Revisions")
struct RevisionTests {
    @Test("Everything that git rev-parse finds is found, and is the same")
    func agreesWithGit() async throws {
        let upstream = try Upstream()
        try upstream.commit(message: "One")
        try upstream.git("tag", "--annotate", "--message", "Release", "v1")
        try upstream.git("checkout", "--quiet", "-b", "feature/x")
        try upstream.commit(["a": "1"], message: "Side")
        try upstream.git("checkout", "--quiet", "main")
        try upstream.commit(message: "Two")
        try upstream.git("merge", "--quiet", "--no-ff", "--no-edit", "feature/x")
        let repository = try GitRepository(at: upstream.path)

        let short = try upstream.head("main~1").short
        for revision in [
            "HEAD", "main", "feature/x", "v1", "refs/heads/main", "refs/tags/v1", "HEAD~1",
            "HEAD^", "HEAD^2", "HEAD^2~1", "main~2", "HEAD^^", "HEAD~0", "@", short,
            "\(try upstream.head())~1",
        ] {
            let expected = try upstream.head("\(revision)^{commit}")
            #expect(try await repository.resolve(revision) == expected, "\(revision)")
        }
    }

    @Test(
        "What names no commit is unknown",
        arguments: [
            "", "nothing", "HEAD~9", "HEAD^3", "HEAD~x", "HEAD^{tree}", ":/One", "main:file",
            "abc", "0000000", "../HEAD", "refs/heads/../HEAD", "HEAD@{1}", "~", "ma\u{0}in",
            "HEAD~99999999999999999999",
        ]
    )
    func unknown(revision: String) async throws {
        let upstream = try Upstream()
        try upstream.commit(message: "One")
        let repository = try GitRepository(at: upstream.path)
        let error = try await gitError { try await repository.resolve(revision) }
        #expect(error.kind == .revisionUnknown)
        #expect(error.disposition == .stalled)
    }

    @Test("A full hash that the repository lacks is missing, not unknown")
    func missing() async throws {
        let upstream = try Upstream()
        try upstream.commit()
        let repository = try GitRepository(at: upstream.path)
        let hash = String(repeating: "1", count: 40)
        let error = try await gitError { try await repository.resolve(hash) }
        #expect(error.kind == .commitMissing)
        #expect(error.description.contains(hash))
    }

    @Test("A name that is a branch and a tag of different commits is ambiguous")
    func ambiguous() async throws {
        let upstream = try Upstream()
        let old = try upstream.commit(message: "One")
        try upstream.git("tag", "main")
        let repository = try GitRepository(at: upstream.path)
        #expect(try await repository.resolve("main") == old)

        let new = try upstream.commit(message: "Two")
        let error = try await gitError { try await repository.resolve("main") }
        #expect(error.kind == .revisionAmbiguous)
        #expect(try await repository.resolve("refs/heads/main") == new)
        #expect(try await repository.resolve("refs/tags/main") == old)
        #expect(try await repository.tip(of: BranchName("main")) == new)
    }

    @Test("Each kind of unusable repository has its own error")
    func unusable() async throws {
        let upstream = try Upstream()
        #expect(
            try await gitError { try GitRepository(at: upstream.folder.path) }.kind
                == .notARepository
        )
        #expect(
            try await gitError { try GitRepository(at: "/nonexistent/place") }.kind
                == .notARepository
        )
        let empty = try GitRepository(at: upstream.path)
        #expect(try await gitError { try await empty.resolve("HEAD") }.kind == .emptyRepository)

        let modern = try Upstream(arguments: ["--object-format=sha256"])
        let error = try await gitError { try GitRepository(at: modern.path) }
        #expect(error.kind == .sha256Repository)
        #expect(error.disposition == .stalled)

        let inside = "\(upstream.path)/below"
        try FileManager.default.createDirectory(atPath: inside, withIntermediateDirectories: true)
        #expect(try await gitError { try GitRepository(at: inside) }.kind == .notARepository)
    }

    @Test("A broken repository is damaged, and not taken for none")
    func broken() async throws {
        let upstream = try Upstream()
        try upstream.commit()
        try write("[core", to: "\(upstream.path)/.git/config")
        let error = try await gitError { try GitRepository(at: upstream.path) }
        #expect(error.kind == .damaged)
        #expect(error.disposition == .damagedMirror)
    }

    @Test("A commit is read as it was written")
    func commit() async throws {
        let upstream = try Upstream()
        let first = try upstream.commit(message: "First")
        let second = try upstream.commit(
            message: "Raise Talos\nto 1.11\n\nBecause.\n",
            time: 4_294_967_300
        )
        let repository = try GitRepository(at: upstream.path)
        let commit = try await repository.commit(second)
        #expect(commit.id == second)
        #expect(commit.parents == [first])
        #expect(commit.firstParent == first)
        #expect(commit.authorName == "Ada Author")
        #expect(commit.time == Date(timeIntervalSince1970: 4_294_967_300))
        #expect(commit.subject == "Raise Talos to 1.11")
        #expect(commit.message == "Raise Talos\nto 1.11\n\nBecause.\n")
        #expect(try await repository.commit(first).firstParent == nil)
    }
}
