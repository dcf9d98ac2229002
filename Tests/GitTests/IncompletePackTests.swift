import Foundation
import Testing

@testable import Git

/// A server whose packs are well-formed and lack what they should bring.
@Suite("Packs that leave something out")
struct IncompletePackTests {
    private let upstream: Upstream
    private let watched: WatchedSource
    private let first: CommitID

    init() async throws {
        upstream = try Upstream()
        first = try upstream.commit(["a": "1", "d/b": "other"])
        watched = try WatchedSource(upstream)
        _ = try await watched.poll()
    }

    /// The answer to a fetch, with only these objects.
    private func answer(_ objects: [String]) throws -> [UInt8] {
        let names = try objects.map { try upstream.git("rev-parse", $0) }
        let pack = try Upstream.git(
            ["-C", upstream.path, "pack-objects", "--stdout", "-q"],
            input: Array((names.joined(separator: "\n") + "\n").utf8), home: upstream.folder.path)
        return WebServer.answer(pack)
    }

    private var posts: Int { watched.server.requests.filter { $0.hasPrefix("POST") }.count }

    @Test("A tip without its tree moves nothing, and the former tip goes on without a fetch")
    func treeLeftOut() async throws {
        let packs = try watched.packs()
        let second = try upstream.commit(["a": "2"])
        watched.server.behave(.packs(try answer(["\(second)"])))
        let source = try watched.source()
        for _ in 1...2 {
            let error = try await gitError { try await source.poll() }
            #expect(error.kind == .badAnswer, "\(error)")
            let repository = try await source.repository()
            #expect(try await repository.tip(of: BranchName("main")) == first)
            #expect(try watched.packs() == packs)
            try watched.checkConnectivity()
        }
        watched.server.behave(.honest)
        try upstream.git("reset", "--quiet", "--hard", "\(first)")
        let before = posts
        let back = try await watched.poll()
        #expect(back.tip == first)
        #expect(back.mirrorRebuilt == nil)
        #expect(posts == before)
        try upstream.git("reset", "--quiet", "--hard", "\(second)")
        let revision = try await source.poll()
        #expect(revision.tip == second)
        #expect(revision.mirrorRebuilt == nil)
        try watched.checkCopy()
    }

    @Test("A server that leaves out a file when everything is fetched anew is named as the cause")
    func fileLeftOut() async throws {
        watched.server.behave(
            .packs(try answer(["\(first)", "\(first)^{tree}", "\(first):d", "\(first):a"])))
        try write("", to: "\(watched.copy)/refs/heads/main")
        let file = try upstream.git("rev-parse", "\(first):d/b")
        for _ in 1...2 {
            let error = try await gitError { try await watched.poll() }
            #expect(error.kind == .badAnswer, "\(error)")
            #expect(error.description.contains(file), "\(error)")
            #expect(try watched.leftovers().isEmpty)
            #expect(
                try await GitRepository(at: watched.copy).text(at: "d/b", of: first) == "other",
                "The former copy stays.")
        }
        watched.server.behave(.honest)
        #expect(try await watched.poll().mirrorRebuilt != nil)
        try watched.checkCopy()
    }

    @Test("A mirror that is whole is not replaced by one that lacks what is still needed")
    func keptStays() async throws {
        let dropped = try upstream.commit(["a": "dropped", "c": Upstream.incompressible(2)])
        _ = try await watched.poll()
        try upstream.git("reset", "--quiet", "--hard", "\(first)")
        let source = try watched.source()
        _ = try await source.poll()
        await source.keep([dropped])
        // Part of it cannot be read.
        try watched.spoil(try upstream.git("rev-parse", "\(dropped):c"))
        let identity = MirrorFiles.Identity(of: watched.copy)
        let error = try await gitError { try await source.tidy(at: .renewing) }
        #expect(error.description.contains("Commit \(dropped.short)"), "\(error)")
        #expect(MirrorFiles.Identity(of: watched.copy) == identity)
        #expect(try await source.repository().text(at: "a", of: dropped) == "dropped")
    }
}
