import Foundation
import Glibc
import Testing

@testable import Git

@Suite("Submodules behind a server")
struct SubmoduleFetchTests {
    private let family: SubmoduleFamily
    private let watched: WatchedSource
    private let shelf: CheckoutShelf
    private let net: CommitID
    private let commit: CommitID

    init() throws {
        family = try SubmoduleFamily()
        net = try family.commit(in: "net", ["n": "1"])
        try family.commit(in: "net", ["n": "2"])
        commit = try family.commit(
            linking: [("modules/net", net)],
            modules: SubmoduleFamily.entry("modules/net", "../../net/.git"))
        var access = GitAccess()
        access.token = "sekret-token"
        watched = try WatchedSource(family.top, access: access)
        watched.server.require("git:sekret-token")
        shelf = CheckoutShelf(directory: "\(watched.state.path)/checkouts/sol")
    }

    private var copies: String { "\(watched.state.path)/submodules" }

    private func source(timeout: Duration = .seconds(60)) throws -> SubmoduleSource {
        SubmoduleSource(
            of: try RemoteURL(watched.url), directory: copies, access: watched.access,
            worker: watched.worker, timeout: timeout)
    }

    private func checkOut(
        _ commit: CommitID, run: String = "sol-1", timeout: Duration = .seconds(60)
    ) async throws -> CheckoutShelf.Item {
        let repository = try await watched.poll().repository
        let set = try await source(timeout: timeout).fetch(of: commit, in: repository)
        return try await repository.checkOut(commit, for: run, on: shelf, with: set)
    }

    @Test("It is fetched once for all runs and starts, and no secret or URL gets into a checkout")
    func once() async throws {
        let item = try await checkOut(commit)
        #expect(try content("\(item.path)/modules/net/n") == "1")
        #expect(try CheckedOut("\(item.path)/modules/net").git("status", "--porcelain") == "")
        let requests = watched.server.requests.filter { $0.contains("/net/") }
        #expect(requests.count >= 2)
        #expect(try await checkOut(commit, run: "sol-2").isNew)
        #expect(watched.server.requests.filter { $0.contains("/net/") } == requests)
        for name in try FileManager.default.subpathsOfDirectory(atPath: shelf.directory)
        where !name.contains("/objects/") && !name.hasSuffix(".gitmodules") {
            #expect(!name.hasSuffix("FETCH_HEAD"))
            let data = FileManager.default.contents(atPath: "\(shelf.directory)/\(name)") ?? Data()
            for secret in ["sekret-token", "127.0.0.1", watched.state.path + "/submodules"] {
                #expect(data.range(of: Data(secret.utf8)) == nil, "\(name)")
            }
        }
        #expect(try watched.workers() == [])
    }

    @Test("A commit that no branch has is fetched where the server gives it, else waited for")
    func orphan() async throws {
        try family.git("net", "checkout", "--quiet", "--orphan", "lost")
        let lost = try family.commit(in: "net", ["n": "lost"])
        try family.git("net", "checkout", "--quiet", "main")
        try family.git("net", "branch", "--quiet", "-D", "lost")
        let wanting = try family.commit(
            linking: [("modules/net", lost)],
            modules: SubmoduleFamily.entry("modules/net", "../../net/.git") + "# again\n")
        let error = try await gitError { try await checkOut(wanting) }
        #expect(error.kind == .submoduleMissing && error.disposition == .waiting, "\(error)")
        #expect(error.description.hasPrefix("Submodule modules/net: Commit \(lost)"))
        try family.git("net", "config", "uploadpack.allowAnySHA1InWant", "true")
        let item = try await checkOut(wanting)
        #expect(try content("\(item.path)/modules/net/n") == "lost")
    }

    @Test("Another host is not even asked")
    func foreign() async throws {
        let other = try WebServer(root: family.root)
        let evil = try family.commit(
            linking: [("modules/net", net)],
            modules: SubmoduleFamily.entry("modules/net", other.url("net/.git")))
        let error = try await gitError { try await checkOut(evil) }
        #expect(error.kind == .submoduleRefused && error.disposition == .stalled)
        #expect(error.description.contains("not on the host of the repository"))
        #expect(other.requests == [])
        #expect(!exists(copies))
    }

    @Test(
        "A server that fails is waited for, within the deadline, and nothing is left behind",
        arguments: [
            WebServer.Behaviour.silent, .closes(after: 0), .stallsInPack(after: 300),
            .resets(after: 40),
        ])
    func failing(behaviour: WebServer.Behaviour) async throws {
        let repository = try await watched.poll().repository
        watched.server.behave(behaviour)
        let start = ContinuousClock.now
        let error = try await gitError {
            try await source(timeout: .seconds(2)).fetch(of: commit, in: repository)
        }
        #expect(error.disposition == .waiting, "\(error)")
        #expect(ContinuousClock.now - start < .seconds(60))
        #expect(!"\(error)".contains("sekret"))
        #expect(try watched.workers() == [])
        watched.server.behave(.honest)
        #expect(try await checkOut(commit).submodules == [])
    }

    /// Puts another file in the place of each pack: a checkout may have the same one.
    private func breakCopies() throws {
        for copy in MirrorFiles.names(in: copies) {
            let packs = "\(copies)/\(copy)/repository.git/objects/pack"
            for name in MirrorFiles.names(in: packs) where name.hasSuffix(".pack") {
                let path = "\(packs)/\(name)"
                var bytes = Array(FileManager.default.contents(atPath: path) ?? Data())
                for index in bytes.indices.dropFirst(12).dropLast(20) { bytes[index] ^= 0x5A }
                try FileManager.default.removeItem(atPath: path)
                try Data(bytes).write(to: URL(filePath: path))
            }
        }
    }

    @Test("A copy that is broken is fetched anew, whoever meets the damage")
    func broken() async throws {
        let repository = try await watched.poll().repository
        let set = try await source().fetch(of: commit, in: repository)
        try breakCopies()
        let error = try await gitError {
            try await repository.checkOut(commit, for: "sol-1", on: shelf, with: set)
        }
        #expect(error.disposition == .waiting, "\(error)")
        #expect(error.description.hasPrefix("Submodule modules/net: "))
        #expect(MirrorFiles.names(in: shelf.directory) == [])
        // It is not the mirror that is damaged.
        #expect(repository.damage == nil)
        let item = try await checkOut(commit)
        #expect(try content("\(item.path)/modules/net/n") == "1")
        try breakCopies()
        let next = try await checkOut(commit, run: "sol-2")
        #expect(try content("\(next.path)/modules/net/n") == "1")
        try CheckedOut("\(next.path)/modules/net").git("fsck", "--full", "--no-dangling")
    }

    @Test("A copy that has the commit and lacks its files is fetched anew at the second try")
    func hollow() async throws {
        let repository = try await watched.poll().repository
        _ = try await source().fetch(of: commit, in: repository)
        let copy = "\(copies)/\(try #require(MirrorFiles.names(in: copies).first))/repository.git"
        let whole = MirrorFiles.names(in: "\(copy)/objects/pack")
        let pack = ChildProcess(
            executable: "/usr/bin/git",
            arguments: ["-C", copy, "pack-objects", "--quiet", "\(copy)/objects/pack/pack"],
            environment: ["HOME": watched.state.path])
        let packed = try pack.run(
            input: Array("\(net)\n".utf8), deadline: .now.advanced(by: .seconds(60)))
        try #require(packed.status == 0)
        for name in whole { try #require(unlink("\(copy)/objects/pack/\(name)") == 0) }
        let error = try await gitError { try await source().fetch(of: commit, in: repository) }
        #expect(error.disposition == .waiting, "\(error)")
        let item = try await checkOut(commit)
        #expect(try content("\(item.path)/modules/net/n") == "1")
    }

    @Test("What a killed worker left is cleared away, and a copy that no commit needs goes")
    func leftovers() async throws {
        _ = try await checkOut(commit)
        let copy = try #require(MirrorFiles.names(in: copies).first)
        let repository = "\(copies)/\(copy)/repository.git"
        try write("", to: "\(repository)/refs/x.lock")
        try FileManager.default.createDirectory(
            atPath: "\(copies)/\(copy)/.repository.git.incoming/d",
            withIntermediateDirectories: true)
        let old = "\(copies)/\(String(repeating: "0", count: 40))"
        let young = "\(copies)/\(String(repeating: "1", count: 40))"
        for folder in [old, young] { try MirrorFiles.create("\(folder)/repository.git") }
        var times = [
            timeval(tv_sec: 1_000_000, tv_usec: 0), timeval(tv_sec: 1_000_000, tv_usec: 0),
        ]
        #expect(utimes(old, &times) == 0)
        let later = try family.commit(in: "net", ["n": "3"])
        let next = try family.commit(
            linking: [("modules/net", later)],
            modules: SubmoduleFamily.entry("modules/net", "../../net/.git") + "# next\n")
        let item = try await checkOut(next, run: "sol-2")
        #expect(try content("\(item.path)/modules/net/n") == "3")
        #expect(!exists("\(repository)/refs/x.lock"))
        #expect(!exists("\(copies)/\(copy)/.repository.git.incoming"))
        #expect(!exists(old) && exists(young))
    }
}
