import Foundation
import Testing

@testable import Git

@Suite("The commits that change a path, where something is missing or broken")
struct PathHistoryFaultTests {
    private let upstream: Upstream

    init() throws {
        upstream = try Upstream()
        for number in 1...4 {
            try upstream.commit([
                "w/in/file": "in \(number / 2)", "w/beside/file": "beside \(number)",
                "o/file": "other \(number)",
            ])
        }
    }

    private func search(
        _ paths: [String] = ["w/in/file"], from: CommitID? = nil, at path: String? = nil
    ) async throws -> [CommitID] {
        let repository = try GitRepository(at: path ?? upstream.path)
        return try await repository.commitsChanging(
            paths, from: from, to: repository.resolve("HEAD")
        ).map(\.id)
    }

    private func file(_ object: String) throws -> String {
        let id = try upstream.git("rev-parse", object)
        return "\(upstream.path)/.git/objects/\(id.prefix(2))/\(id.dropFirst(2))"
    }

    @Test("Nothing is missed silently: a missing commit or a missing tree on the way is an error")
    func missing() async throws {
        #expect(try await search().count == 3)
        for object in ["HEAD~2", "HEAD~2^{tree}", "HEAD~2:w", "HEAD~3:w/in", "HEAD~3^{tree}"] {
            let path = try file(object)
            let away = "\(upstream.folder.path)/away"
            try FileManager.default.moveItem(atPath: path, toPath: away)
            let error = try await gitError { try await search() }
            #expect(error.kind == .damaged, "\(object): \(error)")
            #expect(error.description.contains(upstream.path))
            try FileManager.default.moveItem(atPath: away, toPath: path)
        }
        #expect(try await search().count == 3)
    }

    @Test("What is not on the way is not read")
    func unread() async throws {
        for object in ["HEAD~2:w/beside", "HEAD~1:o", "HEAD~1:w/in/file"] {
            try FileManager.default.removeItem(atPath: file(object))
        }
        #expect(try await search().count == 3)
        #expect(try await search(["w/in"]).count == 3)
        #expect(try await search(from: upstream.head("HEAD~1")) == [upstream.head()])
    }

    @Test("An object with the content of another one is an error")
    func exchanged() async throws {
        for (object, other) in [
            ("HEAD~2", "HEAD~3"), ("HEAD~2^{tree}", "HEAD~1^{tree}"), ("HEAD~2:w", "HEAD~1:w"),
            ("HEAD~1^{tree}", "HEAD~1:w/in/file"),
        ] {
            let (path, source) = (try file(object), try file(other))
            let away = "\(upstream.folder.path)/away"
            try FileManager.default.moveItem(atPath: path, toPath: away)
            try FileManager.default.copyItem(atPath: source, toPath: path)
            let error = try await gitError { try await search() }
            #expect(error.kind == .damaged, "\(object): \(error)")
            try FileManager.default.removeItem(atPath: path)
            try FileManager.default.moveItem(atPath: away, toPath: path)
        }
    }

    @Test("A malformed tree is an error")
    func malformed() async throws {
        let blob = try upstream.blob("1")
        let names = [("100644", "", blob), ("1006448", "f", blob), ("100644", "f", "abcd")]
        for (mode, name, id) in names {
            let commit = try upstream.commitTree([(mode, name, id)])
            let repository = try GitRepository(at: upstream.path)
            let error = try await gitError {
                try await repository.commitsChanging(["f"], from: nil, to: commit)
            }
            #expect(error.kind == .damaged, "\(mode) \(name): \(error)")
        }
    }

    @Test("A search that leaves a shallow repository says so, and one that stays inside works")
    func shallow() async throws {
        let clone = "\(upstream.folder.path)/clone"
        try upstream.git("clone", "--quiet", "--depth=2", upstream.url, clone)
        let error = try await gitError { try await search(at: clone) }
        #expect(error.kind == .shallowRepository)
        let inside = try await search(["o"], from: upstream.head("HEAD~1"), at: clone)
        #expect(inside == [try upstream.head()])
    }

    @Test("A path that no tree can hold and a commit that is not there are refused")
    func refused() async throws {
        for path in ["/w", "w/", "w//in", ".", "..", "w/./in", "w/../w", "w\0"] {
            let error = try await gitError { try await search([path]) }
            #expect(error.kind == .invalidPath, "\(path.debugDescription)")
        }
        let gone = try #require(CommitID(String(repeating: "2", count: 40)))
        let tip = try upstream.head()
        let repository = try GitRepository(at: upstream.path)
        for (start, end) in [(gone, tip), (tip, gone), (gone, gone)] {
            let error = try await gitError {
                try await repository.commitsChanging(["w"], from: start, to: end)
            }
            #expect(error.kind == .commitMissing)
        }
    }

    @Test("An open repository finds what was packed since, and what it borrows from another")
    func packs() async throws {
        let repository = try GitRepository(at: upstream.path)
        let first = try await repository.resolve("HEAD")
        let before = try await repository.commitsChanging(["w/in"], from: nil, to: first)
        let new = try upstream.commit(["w/in/file": "new"])
        try upstream.git("repack", "-adq")
        try upstream.git("prune-packed", "--quiet")
        let after = try await repository.commitsChanging(["w/in"], from: nil, to: new)
        #expect(after.map(\.id) == [new] + before.map(\.id))
        let borrowing = "\(upstream.folder.path)/borrowing"
        try upstream.git("clone", "--quiet", "--shared", "--bare", upstream.path, borrowing)
        #expect(try await search(["w/in"], at: borrowing) == after.map(\.id))
    }
}
