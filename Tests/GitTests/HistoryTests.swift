import Testing

@testable import Git

@Suite("History")
struct HistoryTests {
    /// Lists a history with the real `git`, newest first.
    private func listed(_ upstream: Upstream, _ range: String) throws -> [CommitID] {
        try upstream.git("log", "--first-parent", "--format=%H", range)
            .split(separator: "\n").compactMap { CommitID($0) }
    }

    @Test("The first-parent history is the one that git log prints, merges and skewed clocks too")
    func agreesWithGit() async throws {
        let upstream = try Upstream()
        let root = try upstream.commit(message: "Root")
        for number in 1...3 {
            try upstream.git("checkout", "--quiet", "-b", "side\(number)")
            try upstream.commit(["side\(number)": "x"], message: "Side \(number)")
            try upstream.git("checkout", "--quiet", "main")
            try upstream.commit(message: "Old", time: 1_000_000_000 - number)
            try upstream.git("merge", "--quiet", "--no-ff", "--no-edit", "side\(number)")
            try upstream.commit(message: "Far ahead", time: 4_294_967_400)
        }
        let tip = try upstream.head()
        let repository = try GitRepository(at: upstream.path)
        #expect(try listed(upstream, "HEAD").count == 10)
        let whole = try await repository.firstParentHistory(from: nil, to: tip)
        #expect(whole.map(\.id) == (try listed(upstream, "HEAD")))

        for start in ["HEAD", "HEAD~1", "HEAD~4", "side1", "side2", "side3"] {
            let from = try upstream.head(start)
            let expected = try listed(upstream, "\(start)..HEAD")
            let found = try await repository.firstParentHistory(from: from, to: tip)
            #expect(found.map(\.id) == expected, "\(start)")
        }
        let limited = try await repository.firstParentHistory(from: root, to: tip, limit: 2)
        #expect(limited.map(\.id) == Array(whole.map(\.id).prefix(2)))
    }

    @Test("A branch that was merged backwards leaves the old tip beside the first-parent line")
    func backwardMerge() async throws {
        let upstream = try Upstream()
        try upstream.commit(message: "Root")
        try upstream.git("checkout", "--quiet", "-b", "feature")
        try upstream.commit(["f": "1"], message: "Feature")
        try upstream.git("checkout", "--quiet", "main")
        let reconciled = try upstream.commit(["m": "1"], message: "Main")
        try upstream.git("checkout", "--quiet", "feature")
        try upstream.git("merge", "--quiet", "--no-edit", "main")
        try upstream.git("checkout", "--quiet", "main")
        try upstream.git("merge", "--quiet", "--ff-only", "feature")
        let tip = try upstream.head()

        let repository = try GitRepository(at: upstream.path)
        #expect(try await repository.isAncestor(reconciled, of: tip))
        #expect(try await !repository.isOnFirstParentLine(reconciled, of: tip))
        #expect(try await repository.isOnFirstParentLine(tip, of: tip))
        #expect(try await repository.isOnFirstParentLine(upstream.head("feature~1"), of: tip))
        let history = try await repository.firstParentHistory(from: reconciled, to: tip)
        #expect(history.map(\.id) == (try listed(upstream, "\(reconciled)..HEAD")))
    }

    @Test("Ancestry is false after a rewrite and for unrelated history, and missing is an error")
    func ancestry() async throws {
        let upstream = try Upstream()
        let first = try upstream.commit(message: "First")
        let second = try upstream.commit(message: "Second")
        try upstream.git("reset", "--quiet", "--hard", "\(first)")
        let other = try upstream.commit(message: "Other")
        try upstream.git("checkout", "--quiet", "--orphan", "unrelated")
        let unrelated = try upstream.commit(message: "Unrelated")

        let repository = try GitRepository(at: upstream.path)
        #expect(try await repository.isAncestor(first, of: second))
        #expect(try await repository.isAncestor(first, of: first))
        #expect(try await !repository.isAncestor(second, of: first))
        #expect(try await !repository.isAncestor(second, of: other))
        #expect(try await !repository.isAncestor(first, of: unrelated))
        let line = try await repository.firstParentHistory(from: second, to: unrelated)
        #expect(line.map(\.id) == [unrelated])

        let gone = try #require(CommitID(String(repeating: "2", count: 40)))
        for error in [
            try await gitError { try await repository.isAncestor(gone, of: other) },
            try await gitError { try await repository.isAncestor(other, of: gone) },
            try await gitError { try await repository.commit(gone) },
            try await gitError { try await repository.firstParentHistory(from: gone, to: other) },
            try await gitError { try await repository.firstParentHistory(from: nil, to: gone) },
        ] { #expect(error.kind == .commitMissing) }
    }

    @Test("A walk that leaves a shallow repository says that it is shallow")
    func shallow() async throws {
        let upstream = try Upstream()
        for number in 1...4 { try upstream.commit(["n": "\(number)"]) }
        let clone = "\(upstream.folder.path)/clone"
        try upstream.git("clone", "--quiet", "--depth=2", upstream.url, clone)
        let repository = try GitRepository(at: clone)
        let tip = try await repository.resolve("HEAD")
        let error = try await gitError {
            try await repository.firstParentHistory(from: nil, to: tip)
        }
        #expect(error.kind == .shallowRepository)
        #expect(error.disposition == .stalled)
    }

    @Test("Changed paths are those of git diff, deleted, renamed, retyped and odd ones included")
    func changedPaths() async throws {
        let upstream = try Upstream()
        try upstream.commit([
            "keep": "1", "gone": "1", "dir/old name": "content of a file that moves",
            "retyped": "x", "mode": "1", "dir/sub/changed": "1",
        ])
        let old = try upstream.head()
        try upstream.git("update-index", "--chmod=+x", "mode")
        try upstream.git("mv", "dir/old name", "dir/new\nname")
        try upstream.git("rm", "--quiet", "--cached", "retyped")
        let target = try upstream.blob("keep")
        try upstream.git("update-index", "--add", "--cacheinfo", "120000,\(target),retyped")
        try upstream.git("update-index", "--add", "--cacheinfo", "160000,\(old),module")
        try upstream.git("rm", "--quiet", "--cached", "gone")
        let changed = try upstream.blob("2")
        try upstream.git("update-index", "--cacheinfo", "100644,\(changed),dir/sub/changed")
        try upstream.git("commit", "--quiet", "--message", "New")
        let new = try upstream.head()

        let expected = try upstream.git(
            "diff", "--name-only", "--no-renames", "-z", "\(old)", "\(new)"
        ).split(separator: "\0").map(String.init)
        #expect(expected.count == 7)
        let repository = try GitRepository(at: upstream.path)
        #expect(try await repository.changedPaths(from: old, to: new) == expected)
        #expect(try await repository.changedPaths(from: new, to: old) == expected)
        #expect(try await repository.changedPaths(from: new, to: new).isEmpty)
    }
}
