import Foundation
import Testing

@testable import Git

@Suite("The commits that change a path")
struct PathHistoryTests {
    private let upstream: Upstream

    init() throws { upstream = try Upstream() }

    /// Lists what the real `git` lists, newest first.
    private func listed(_ paths: [String], _ range: String = "HEAD") throws -> [CommitID] {
        let paths = paths.map { $0.isEmpty ? "." : $0 }
        return try upstream.git(
            ["--literal-pathspecs", "log", "--first-parent", "--format=%H", range, "--"] + paths
        ).split(separator: "\n").compactMap { CommitID($0) }
    }

    private func found(
        _ paths: [String], from: CommitID? = nil, limit: Int = .max
    ) async throws -> [CommitID] {
        let repository = try GitRepository(at: upstream.path)
        return try await repository.commitsChanging(
            paths, from: from, to: upstream.head(), searching: limit
        ).map(\.id)
    }

    @Test("Added, changed, deleted and returned files count, and neighbours do not")
    func contents() async throws {
        try upstream.commit(["other": "1"])
        let added = try upstream.commit(["a/b/file": "1"])
        try upstream.commit(["a/b/neighbour": "1", "a/b.file": "1", "a/file": "1", "file": "1"])
        let changed = try upstream.commit(["a/b/file": "2", "other": "2"])
        try upstream.commit(["a/b/neighbour": nil])
        let deleted = try upstream.commit(["a/b/file": nil])
        try upstream.commit(["other": "3"])
        let returned = try upstream.commit(["a/b/file": "2"])
        try upstream.commit(message: "Empty")
        let expected = [returned, deleted, changed, added]
        #expect(try await found(["a/b/file"]) == expected)
        #expect(try listed(["a/b/file"]) == expected)
        #expect(try await found(["a/b/file", "a/b/file"]) == expected)
        #expect(try await found(["nothing", "a/b/file/below"]).isEmpty)
        #expect(try await found([]).isEmpty)
    }

    @Test("A path may change its kind: mode, link, directory, submodule; as for git")
    func kinds() async throws {
        try upstream.commit(["p": "1", "q/r": "1", "z": "1"])
        let link = try upstream.blob("z")
        let id = try upstream.head()
        let blob = try upstream.blob("1")
        for info in [
            "100755,\(blob),p", "120000,\(link),p", "160000,\(id),p", "100644,\(blob),p",
        ] {
            try upstream.git("update-index", "--cacheinfo", info)
            try upstream.git("commit", "--quiet", "--message", info)
            try upstream.git("commit", "--quiet", "--allow-empty", "--message", "Nothing")
        }
        try upstream.git("reset", "--quiet", "--hard")
        try upstream.git("rm", "--quiet", "p")
        try upstream.commit(["p/below": "1"], message: "File becomes directory")
        try upstream.git("rm", "--quiet", "-r", "q")
        try upstream.commit(["q": "1"], message: "Directory becomes file")
        for paths in [["p"], ["p/below"], ["q"], ["q/r"], ["p/below", "q/r"], ["p", "p/below"]] {
            let expected = try listed(paths)
            #expect(!expected.isEmpty)
            #expect(try await found(paths) == expected, "\(paths)")
        }
        #expect(try await found(["p"]).count == 6)
    }

    @Test("A directory stands for all that is in it, and the empty path for everything")
    func directories() async throws {
        try upstream.commit(["d/e/one": "1", "d/two": "1", "d.x": "1", "out": "1"])
        let deep = try upstream.commit(["d/e/one": "2"])
        try upstream.commit(["out": "2", "d.x": "2"])
        let new = try upstream.commit(["d/f/g/three": "1"])
        try upstream.commit(message: "Empty")
        let expected = [new, deep, try upstream.head("HEAD~4")]
        #expect(try await found(["d"]) == expected)
        #expect(try await found(["d", "d/e/one"]) == expected)
        #expect(try listed(["d"]) == expected)
        #expect(try await found([""]) == listed([""]))
        #expect(try await found([""]).count == 4)
    }

    @Test("A merge counts for what it brings to its first parent, whichever side had it")
    func merges() async throws {
        try upstream.commit(["w": "1", "o": "1"])
        try upstream.git("checkout", "--quiet", "-b", "side")
        try upstream.commit(["w": "2"])
        try upstream.git("checkout", "--quiet", "main")
        try upstream.commit(["o": "2"])
        try upstream.git("merge", "--quiet", "--no-ff", "--no-edit", "side")
        let bringing = try upstream.head()
        try upstream.commit(["w": "3"])
        let own = try upstream.head()
        try upstream.git("checkout", "--quiet", "-b", "other")
        try upstream.commit(["o": "3"])
        try upstream.git("checkout", "--quiet", "main")
        try upstream.commit(["x": "1"])
        try upstream.git("merge", "--quiet", "--no-ff", "--no-edit", "other")
        try upstream.git("merge", "--quiet", "--no-edit", "--strategy=ours", "side~0", "other~0")
        let expected = [own, bringing, try upstream.head("HEAD~4")]
        #expect(try await found(["w"]).prefix(2) == expected.prefix(2))
        #expect(try await found(["w"]) == listed(["w"]))
        #expect(try await found(["w", "o"]) == listed(["w", "o"]))
    }

    @Test("A commit's time has no say, and the limit counts the commits that are looked at")
    func timesAndLimit() async throws {
        for (number, time) in [4_294_967_400, 5, 1_700_000_000, 1, 4_294_967_400].enumerated() {
            try upstream.commit(["w": "\(number)"], time: time)
            try upstream.commit(message: "Between", time: 1_000_000_000 - number)
        }
        let all = try await found(["w"])
        #expect(try all == listed(["w"]))
        #expect(all.count == 5)
        #expect(try await found(["w"], limit: 1).isEmpty)
        #expect(try await found(["w"], limit: 2) == Array(all.prefix(1)))
        #expect(try await found(["w"], limit: 9) == Array(all.prefix(4)))
        #expect(try await found(["w"], limit: 0).isEmpty)
        #expect(try await found(["w"], limit: -1).isEmpty)
        for back in 0..<10 {
            let start = try upstream.head("HEAD~\(back)")
            let expected = try listed(["w"], "HEAD~\(back)..HEAD")
            #expect(try await found(["w"], from: start) == expected)
        }
    }

    @Test("A start beside the line hides what it contains, as it does from the plain history")
    func startBeside() async throws {
        try upstream.commit(["w": "1"])
        try upstream.commit(["w": "2"])
        try upstream.git("checkout", "--quiet", "-b", "side")
        let beside = try upstream.commit(["w": "side"])
        try upstream.git("checkout", "--quiet", "main")
        try upstream.commit(["w": "3"])
        try upstream.git("merge", "--quiet", "--no-edit", "--strategy=ours", "side")
        try upstream.commit(["w": "4"])
        let expected = try listed(["w"], "\(beside)..HEAD")
        #expect(expected.count == 2)
        #expect(try await found(["w"], from: beside) == expected)
        #expect(try await found(["w"], from: beside, limit: 1) == Array(expected.prefix(1)))
        try upstream.git("checkout", "--quiet", "--orphan", "unrelated")
        let unrelated = try upstream.commit(["w": "unrelated"])
        try upstream.git("checkout", "--quiet", "main")
        #expect(try await found(["w"], from: unrelated) == listed(["w"]))
    }

    @Test("Of some paths those that differ are told in Git's order, directories too")
    func among() async throws {
        let old = try upstream.commit([
            "a/x": "1", "a.b": "1", "same": "1", "gone": "1", "dir/in/file": "1",
        ])
        let new = try upstream.commit([
            "a/x": "2", "a.b": "2", "new": "1", "gone": nil, "dir/in/file": "2", "unnamed": "1",
        ])
        let repository = try GitRepository(at: upstream.path)
        let paths = ["new", "same", "dir/in", "dir", "gone", "a/x", "a.b", "nowhere/at/all", "dir"]
        let expected = ["a.b", "a/x", "dir", "dir/in", "gone", "new"]
        let forth = try await repository.changedPaths(from: old, to: new, among: paths)
        #expect(forth == expected)
        #expect(try await repository.changedPaths(from: new, to: old, among: paths) == expected)
        #expect(try await repository.changedPaths(from: new, to: old, among: []).isEmpty)
        #expect(try await repository.changedPaths(from: new, to: new, among: paths).isEmpty)
        #expect(try await repository.changedPaths(from: old, to: new, among: [""]) == [""])
        let error = try await gitError {
            try await repository.changedPaths(from: old, to: new, among: ["a/"])
        }
        #expect(error.kind == .invalidPath)
    }

    @Test(
        "A generated history gives what git gives, for files, directories and both",
        arguments: [1, 2, 3] as [UInt64])
    func generated(seed: UInt64) async throws {
        var random = Seeded(state: seed)
        let history = GeneratedHistory.stream(commits: 400, &random)
        try upstream.git(["fast-import", "--quiet", "--force"], input: history)
        let tip = try upstream.head("main")
        let repository = try GitRepository(at: upstream.path)
        var total = 0
        for _ in 0..<12 {
            let paths = GeneratedHistory.somePaths(&random)
            let back = Int.random(in: 1...300, using: &random)
            let start = Bool.random(using: &random) ? nil : try upstream.head("main~\(back)")
            let range = start.map { "\($0)..main" } ?? "main"
            let changes = try await repository.commitsChanging(paths, from: start, to: tip)
            #expect(try changes.map(\.id) == listed(paths, range), "\(paths) \(range)")
            total += changes.count
            let other = start ?? tip
            let differing = try upstream.git(
                [
                    "--literal-pathspecs", "diff", "--name-only", "--no-renames", "\(other)",
                    "\(tip)",
                ]
                    + ["--"] + paths)
            let among = try await repository.changedPaths(from: other, to: tip, among: paths)
            let isAmong = among.isEmpty == differing.isEmpty
            #expect(isAmong, "\(paths): \(among) instead of \(differing)")
        }
        #expect(total > 100)
    }
}
