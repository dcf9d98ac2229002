import Foundation
import Glibc
import Testing

@testable import Git

/// What no usual program commits, but a repository may hold.
@Suite("Odd commits")
struct OddCommitTests {
    private let upstream: Upstream
    private let base: CommitID
    private let tree: String

    init() throws {
        upstream = try Upstream()
        base = try upstream.commit(["versions.hcl": "locals {}\n"])
        tree = try upstream.git("rev-parse", "HEAD^{tree}")
    }

    /// Puts an object that is made by hand at the tip of the branch.
    private func commit(_ bytes: [UInt8]) throws -> CommitID {
        let output = try Upstream.git(
            ["-C", upstream.path, "hash-object", "-t", "commit", "--literally", "-w", "--stdin"],
            input: bytes, home: upstream.folder.path)
        let id = try #require(
            CommitID(String(decoding: output, as: UTF8.self).filter(\.isHexDigit)))
        try write("\(id)\n", to: "\(upstream.path)/.git/refs/heads/main")
        return id
    }

    private func commit(_ text: String) throws -> CommitID { try commit(Array(text.utf8)) }

    private func header(_ time: String = "1700000000 +0000", parents: Int = 1) -> String {
        "tree \(tree)\n" + String(repeating: "parent \(base)\n", count: parents)
            + "author Ada <a@x> \(time)\ncommitter Cleo <c@x> \(time)\n"
    }

    /// Reads the tip by every door, and follows it through a server.
    private func read(_ id: CommitID) async throws -> Commit {
        let repository = try GitRepository(at: upstream.path)
        #expect(try await repository.tip(of: try BranchName("main")) == id)
        #expect(try await repository.resolve("HEAD") == id)
        let text = try await repository.withTree(of: id) {
            try $0.bytes(at: "versions.hcl", limit: 99)
        }
        #expect(text == Array("locals {}\n".utf8))
        #expect(try await repository.isAncestor(base, of: id))
        #expect(try await repository.changedPaths(from: base, to: id).isEmpty)
        let watched = try WatchedSource(upstream)
        #expect(try await watched.poll().tip == id)
        return try await repository.commit(id)
    }

    @Test(
        "A commit of 2106 and later, of before 1970, or of an absurd zone is read as it is",
        arguments: [
            ("4294967295 +0000", 4_294_967_295), ("4294967296 +0000", 4_294_967_296),
            ("4298832000 +0000", 4_298_832_000), ("253402300800 +0000", 253_402_300_800),
            ("-1 +0000", -1), ("-2208988800 -0500", -2_208_988_800), ("0 -0000", 0),
            ("1700000000 +9999", 1_700_000_000), ("1700000000 -2400", 1_700_000_000),
            ("1700000000 +99999999", 1_700_000_000), ("1700000000 nowhere", 1_700_000_000),
            ("1700000000", 1_700_000_000), ("9223372036854775807 +0000", nil),
            ("-9223372036854775807 +0000", nil),
        ] as [(String, Int?)])
    func times(text: String, expected: Int?) async throws {
        let found = try await read(commit(header(text) + "\nmessage\n"))
        #expect(found.parents == [base])
        #expect(found.authorName == "Ada")
        if let expected { #expect(found.time.timeIntervalSince1970 == Double(expected)) }
    }

    @Test("The order of a history does not follow clocks that lie")
    func order() async throws {
        let odd = try commit(header("4298832000 +0000") + "\nfrom 2106\n")
        let last = try upstream.commit(["versions.hcl": "locals {\n}\n"])
        let repository = try GitRepository(at: upstream.path)
        let history = try await repository.firstParentHistory(from: base, to: last, limit: 10)
        #expect(history.map(\.id) == [last, odd] || history.map(\.id) == [odd, last])
    }

    @Test("An empty message, none, bytes that are no text, and 1,000 parents")
    func messages() async throws {
        #expect(try await read(commit(header() + "\n")).message == "")
        #expect(try await read(commit(header())).message == "")
        #expect(try await read(commit(header(parents: 1000) + "\nm\n")).parents.count == 1000)
        let bytes = Array((header() + "encoding ISO-8859-1\n\n").utf8) + [0xe4, 0xff, 0x0a]
        #expect(try await read(commit(bytes)).message.hasSuffix("\n"))
        let many = header() + String(repeating: "x-note y\n", count: 50_000) + "\nm\n"
        #expect(try await read(commit(many)).message == "m\n")
        let hostile = try await read(commit(header() + "\n\u{1b}[2J\u{7}x\r\nFAKE\u{0}hidden\n"))
        #expect(hostile.message.hasPrefix("\u{1b}[2J"))
    }

    @Test(
        "What is no commit is told as such, once, and the mirror is not fetched again for it",
        arguments: [
            "", "tree TREE\n",
            "parent BASE\nauthor A <a@x> 1 +0000\ncommitter A <a@x> 1 +0000\n\nm",
            "tree TREE\nparent BASE\nauthor \u{7f} garbage\ncommitter <<>>\n\nm",
            "tree TREE\nparent BASE\ncommitter A <a@x> 1 +0000\n\nm",
            "tree TREE\nparent BASE\nauthor A <a@x> later +0000\ncommitter A <a@x> 1 +0000\n\nm",
            "tree TREE\nauthor A <a@x> 1 +0000\ncommitter A <a@x> 99999999999999999999 +0000\n\nm",
            "tree BASE\nparent BASE\nauthor A <a@x> 1 +0000\ncommitter A <a@x> 1 +0000\n\nm",
            "tree zzzz\nparent BASE\nauthor A <a@x> 1 +0000\ncommitter A <a@x> 1 +0000\n\nm",
        ])
    func malformed(text: String) async throws {
        let id = try commit(
            text.replacing("TREE", with: tree).replacing("BASE", with: base.description))
        let repository = try GitRepository(at: upstream.path)
        let error = try await gitError {
            let tip = try await repository.tip(of: try BranchName("main"))
            return try await repository.withTree(of: tip) { try $0.entryKind(at: "x") }
        }
        #expect(error.kind == .malformed, "\(error)")
        #expect(error.disposition == .stalled)
        #expect(error.description.contains(id.description), "\(error)")

        // The real server refuses to send such a commit; others may not.
        let objects =
            "\(id)\n\(tree)\n\(base)\n\(try upstream.git("rev-parse", "\(base):versions.hcl"))\n"
        let pack = try Upstream.git(
            ["-C", upstream.path, "pack-objects", "--stdout", "-q"], input: Array(objects.utf8),
            home: upstream.folder.path)
        let watched = try WatchedSource(upstream)
        watched.server.behave(.packs(WebServer.answer(pack)))
        let source = try watched.source()
        for _ in 0..<2 {
            let polled = try await gitError { try await source.poll() }
            #expect(polled.kind == .malformed, "\(polled)")
            #expect(polled.description.contains(id.description), "\(polled)")
        }
        try write("\(base)\n", to: "\(upstream.path)/.git/refs/heads/main")
        watched.server.behave(.honest)
        #expect(try await source.poll().tip == base)
    }

    @Test("A commit with a message of 300 MB is refused by its header, here and by the worker")
    func hugeMessage() async throws {
        let bytes = Array((header() + "\n").utf8) + Array(repeating: 0x6d, count: 300 << 20)
        let id = try commit(bytes)
        let repository = try GitRepository(at: upstream.path)
        for work in [
            { try await repository.tip(of: try BranchName("main")) },
            { try await repository.resolve(id.description) },
            { try await repository.commit(id).id },
        ] as [() async throws -> CommitID] {
            let error = try await gitError { try await work() }
            #expect(error.kind == .tooLarge, "\(error)")
            #expect(error.description.contains(id.description))
            #expect(error.disposition == .stalled)
        }
        let watched = try WatchedSource(upstream)
        let error = try await gitError { try await watched.poll() }
        #expect([.tooLarge, .outOfMemory].contains(error.kind), "\(error)")
    }

    @Test(
        "A directory that is not well-formed is told as such",
        arguments: [
            [("100644", "", "BLOB")], [("777777", "a", "BLOB")], [("40000", "a", "BLOB")],
            [("100644", "a", "TREE")],
        ])
    func directories(entries: [(String, String, String)]) async throws {
        let blob = try upstream.blob("x")
        let id = try upstream.commitTree(
            entries.map { ($0.0, $0.1, $0.2 == "BLOB" ? blob : tree) })
        let repository = try GitRepository(at: upstream.path)
        let error = try await gitError {
            try await repository.withTree(of: id) { tree in
                _ = try tree.bytes(at: "a", limit: 99)
                return try tree.paths(under: "a")
            }
        }
        #expect([.malformed, .directory].contains(error.kind), "\(error)")
        #expect(error.disposition == .stalled)
    }

    @Test("A branch that is named as a hash begins is ambiguous; a whole hash is always a commit")
    func hashLikeBranch() async throws {
        let tip = try upstream.commit()
        try upstream.git("branch", tip.short, base.description)
        try write("\(base)\n", to: "\(upstream.path)/.git/refs/heads/\(tip)")
        let repository = try GitRepository(at: upstream.path)
        let error = try await gitError { try await repository.resolve(tip.short) }
        #expect(error.kind == .revisionAmbiguous)
        #expect(error.description.contains("refs/heads/\(tip.short)"), "\(error)")
        #expect(try await repository.resolve(tip.description) == tip)
        #expect(try await repository.resolve("refs/heads/\(tip.short)") == base)
        #expect(try await repository.tip(of: try BranchName(tip.short)) == base)
        // Nothing is ambiguous about a branch at the commit that it is named after.
        try FileManager.default.removeItem(atPath: "\(upstream.path)/.git/refs/heads/\(tip)")
        try upstream.git("branch", "--force", tip.short, tip.description)
        #expect(try await repository.resolve(tip.short) == tip)
    }
}
