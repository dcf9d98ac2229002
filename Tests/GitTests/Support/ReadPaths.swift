import Foundation
import Testing

@testable import Git

/// A small repository in which every object has a file of its own, and every way to read it.
final class ReadPaths: Sendable {
    /// What each read gave, as text, or the error.
    typealias Answers = [String: Result<String, GitError>]

    let upstream: Upstream
    let scratch: TestFolder
    let path: String
    let first: CommitID
    let side: CommitID
    let tip: CommitID

    /// The objects by what they are.
    let objects: [String: String]

    /// `main` with a merge at its tip, and the annotated tag `v1` on that.
    init() throws {
        let upstream = try Upstream()
        self.upstream = upstream
        path = upstream.path
        scratch = try TestFolder(inMemory: true)
        first = try upstream.commit(["a": "1\n", "d/e/f": "one\n"])
        try upstream.git("checkout", "--quiet", "-b", "side")
        side = try upstream.commit(["b": "side\n"])
        try upstream.git("checkout", "--quiet", "main")
        let second = try upstream.commit(["a": Upstream.incompressible(7), "d/e/f": "two\n"])
        try upstream.git("merge", "--quiet", "--no-edit", "--no-ff", "side")
        tip = try upstream.head()
        try upstream.git("tag", "--annotate", "--message", "One", "v1")
        var objects = ["first": first.description, "second": second.description]
        for (name, revision) in [
            ("tip", "HEAD"), ("side", "side"), ("tag", "v1^{tag}"), ("root", "HEAD^{tree}"),
            ("folder", "HEAD:d"), ("inner", "HEAD:d/e"), ("file", "HEAD:a"),
            ("small", "HEAD:d/e/f"),
        ] {
            objects[name] = try upstream.git("rev-parse", revision)
        }
        self.objects = objects
    }

    /// Which reads must fail when an object cannot be read.
    static let readers: [String: Set<String>] = [
        "tip": [
            "branch", "resolve HEAD", "resolve tag", "resolve short", "commit", "object", "history",
            "line", "ancestor", "relation", "range", "changed", "among", "changing", "file",
            "paths", "check", "check out",
        ],
        "second": ["history", "line", "ancestor", "relation", "range", "changing"],
        "first": [
            "history", "line", "ancestor", "relation", "range", "changed", "among",
            "changing", "base",
        ],
        "side": ["relation", "range", "base", "resolve ~"],
        "tag": ["resolve tag"],
        "root": ["changed", "among", "changing", "file", "paths", "check", "check out"],
        "folder": ["paths", "check", "check out", "changing", "inner file", "changed"],
        "inner": ["paths", "check", "check out", "inner file", "changed"],
        "file": ["file", "check out"],
        "small": ["inner file", "check out"],
    ]

    /// Reads in every way, each from a repository that was just opened; a read that does not
    /// return is missing from the answers.
    func read(at path: String? = nil, seconds: Double = 60) async -> Answers {
        var answers: Answers = [:]
        let path = path ?? self.path
        for (name, read) in Self.histories + Self.files {
            do {
                answers[name] = .success(
                    try await bounded(seconds: seconds) {
                        try read(try LocalRepository(at: path), self)
                    })
            } catch let error as GitError {
                answers[name] = .failure(error)
            } catch {
                Issue.record("\(name): \(error)")
            }
        }
        return answers
    }

    private typealias Read = @Sendable (LocalRepository, ReadPaths) throws -> String

    private static let histories: [(String, Read)] = [
        (
            "branch",
            { store, paths in "\(try store.tip(of: try BranchName("main"), at: paths.path))" }
        ),
        ("resolve HEAD", { store, _ in "\(try store.resolve("HEAD"))" }),
        ("resolve tag", { store, _ in "\(try store.resolve("v1"))" }),
        (
            "resolve short",
            { store, paths in "\(try store.resolve(String(paths.tip.description.prefix(12))))" }
        ),
        ("resolve ~", { store, _ in "\(try store.resolve("side~1"))" }),
        ("commit", { store, paths in "\(try store.commit(paths.tip).parents)" }),
        (
            "object",
            { store, paths in "\(try store.object(of: paths.tip, limit: 9999)?.count ?? 0)" }
        ),
        (
            "history",
            { store, paths in
                "\(try store.firstParentHistory(from: nil, to: paths.tip, limit: 9).map(\.id))"
            }
        ),
        (
            "line",
            { store, paths in "\(try store.isOnFirstParentLine(paths.first, of: paths.tip))" }
        ),
        ("ancestor", { store, paths in "\(try store.isAncestor(paths.first, of: paths.tip))" }),
        ("relation", { store, paths in "\(try store.relation(of: paths.first, to: paths.tip))" }),
        (
            "base",
            { store, paths in
                "\(try store.relation(of: paths.side, to: try store.resolve("main~1")))"
            }
        ),
        (
            "range",
            { store, paths in "\(try store.commits(to: paths.tip, notIn: [], limit: 9) ?? [])" }
        ),
    ]

    private static let files: [(String, Read)] = [
        (
            "changed",
            { store, paths in "\(try store.changedPaths(from: paths.first, to: paths.tip))" }
        ),
        (
            "among",
            { store, paths in
                "\(try store.changedPaths(from: paths.first, to: paths.tip, among: ["a", "d"]))"
            }
        ),
        (
            "changing",
            { store, paths in
                "\(try store.commitsChanging(["d/e/f"], from: nil, to: paths.tip, searching: 9).map(\.id))"
            }
        ),
        (
            "file",
            { store, paths in "\(try paths.tree(in: store).bytes(at: "a", limit: 1 << 20) ?? [])" }
        ),
        (
            "inner file",
            { store, paths in
                "\(try paths.tree(in: store).bytes(at: "d/e/f", limit: 1 << 20) ?? [])"
            }
        ),
        ("paths", { store, paths in "\(try paths.tree(in: store).paths(under: ""))" }),
        ("check", { store, paths in "\(try store.checkObjects(of: paths.tip))" }),
        ("check out", { store, paths in try paths.checkOut(from: store) }),
    ]

    private func tree(in store: LocalRepository) throws -> CommitTree {
        try CommitTree(of: tip, in: store)
    }

    private func checkOut(from store: LocalRepository) throws -> String {
        let place = "\(scratch.path)/\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: place) }
        let checkout = try Checkout(of: tip, from: store, at: place)
        return "\(try checkout.perform(lookingAtDisk: false))"
    }

    /// The file of an object, in the repository or in a copy of it.
    func file(of object: String, in path: String? = nil) throws -> String {
        let id = try #require(objects[object])
        return "\(path ?? self.path)/.git/objects/\(id.prefix(2))/\(id.dropFirst(2))"
    }
}
