import Foundation
import Glibc
import Testing

@testable import Git

@Suite("Submodules of a file:// repository")
struct SubmoduleTests {
    private let family: SubmoduleFamily
    private let folder: TestFolder
    private let shelf: CheckoutShelf

    init() throws {
        family = try SubmoduleFamily()
        folder = try TestFolder()
        shelf = CheckoutShelf(directory: "\(folder.path)/checkouts/sol")
    }

    private func source() throws -> SubmoduleSource {
        SubmoduleSource(
            of: try RemoteURL(family.top.url), directory: "\(folder.path)/submodules",
            access: GitAccess())
    }

    private func checkOut(_ commit: CommitID) async throws -> CheckoutShelf.Item {
        let repository = try GitRepository(at: family.top.path)
        let set = try await source().fetch(of: commit, in: repository)
        return try await repository.checkOut(commit, for: "sol-1", on: shelf, with: set)
    }

    @Test("Each, and each in it, is a work tree of exactly the commit that is named")
    func nested() async throws {
        let inner = try family.commit(in: "inner", ["i": "inner"])
        try family.commit(in: "inner", ["i": "newer"])
        let net = try family.commit(
            in: "net", linking: [("deep/in", inner)],
            modules: SubmoduleFamily.entry("deep/in", "../inner"))
        try family.git("net", "reset", "--quiet", "--hard", "HEAD~1")
        let commit = try family.commit(
            linking: [("modules/net", net), ("second", inner)],
            modules: SubmoduleFamily.entry("modules/net", "file://\(family.root)/net")
                + SubmoduleFamily.entry("second", "../inner"))
        let item = try await checkOut(commit)
        #expect(item.submodules == [])
        #expect(try content("\(item.path)/modules/net/deep/in/i") == "inner")
        #expect(try content("\(item.path)/second/i") == "inner")
        let commits = ["": commit, "/modules/net": net, "/modules/net/deep/in": inner]
        for name in ["source", "net", "inner"] {
            try FileManager.default.removeItem(atPath: "\(family.root)/\(name)")
        }
        for (path, commit) in commits {
            let work = try CheckedOut(item.path + path)
            #expect(try work.git("rev-parse", "--show-toplevel") == item.path + path)
            #expect(try work.git("rev-parse", "HEAD") == "\(commit)")
            #expect(try work.git("status", "--porcelain", "--ignored") == "")
            #expect(try work.git("remote") == "")
            try work.git("fsck", "--full", "--no-dangling")
        }
        #expect(shelf.holds(commit, for: "sol-1") && !shelf.holds(commit, for: "sol-2"))
    }

    @Test(
        "A submodule is refused, and a person told, when nothing or anything odd is said of it",
        arguments: [
            ("", "no entry of that path"),
            (SubmoduleFamily.entry("other", "../net"), "no entry of that path"),
            ("[submodule \"m\"]\n\tpath = m\n", "no entry of that path"),
            (
                SubmoduleFamily.entry("m", "../net")
                    + SubmoduleFamily.entry("m", "../inner", name: "n"), "two entries"
            ),
            (SubmoduleFamily.entry("m", "../net", name: "../x"), "name in .gitmodules"),
            (SubmoduleFamily.entry("m", "../net", name: "a\\\\..\\\\x"), "name in .gitmodules"),
            (SubmoduleFamily.entry("m", "../net", name: "-x"), "name in .gitmodules"),
            (SubmoduleFamily.entry("m", "https://u:sekret@h/x"), "holds a user name"),
            (SubmoduleFamily.entry("m", "ext::sh"), "address"),
        ])
    func refused(modules: String, reason: String) async throws {
        let net = try family.commit(in: "net", ["n": "1"])
        let commit = try family.commit(linking: [("m", net)], modules: modules)
        let error = try await gitError { try await checkOut(commit) }
        #expect(error.kind == .submoduleRefused && error.disposition == .stalled)
        #expect(error.description.contains("\"m\""))
        #expect(error.description.contains(reason), "\(error)")
        #expect(!"\(error.description) \(error.hint)".contains("sekret"))
        #expect(!exists(shelf.directory))
    }

    @Test("A command that .gitmodules names is not run")
    func command() async throws {
        let net = try family.commit(in: "net", ["n": "1"])
        let mark = "\(family.root)/mark"
        let commit = try family.commit(
            linking: [("m", net)],
            modules: SubmoduleFamily.entry("m", "../net") + "\tupdate = !touch \(mark)\n")
        let item = try await checkOut(commit)
        #expect(try content("\(item.path)/m/n") == "1")
        #expect(!exists(mark))
    }

    @Test("Too deep a nest is refused, and a link for .gitmodules is not read")
    func depth() async throws {
        var below = try family.commit(in: "m6", ["f": "x"])
        for level in (1...5).reversed() {
            below = try family.commit(
                in: "m\(level)", linking: [("d", below)],
                modules: SubmoduleFamily.entry("d", "../m\(level + 1)"))
        }
        let five = try #require(CommitID(try family.git("m2", "rev-parse", "HEAD")))
        let fits = try family.commit(
            linking: [("d", five)], modules: SubmoduleFamily.entry("d", "../m2"))
        let item = try await checkOut(fits)
        #expect(try content("\(item.path)/d/d/d/d/d/f") == "x")
        let commit = try family.commit(
            linking: [("d", below)], modules: SubmoduleFamily.entry("d", "../m1"))
        let error = try await gitError { try await checkOut(commit) }
        #expect(error.kind == .submoduleRefused && error.description.contains("nested 5 deep"))
        let linked = try family.top.commitTree([
            ("120000", ".gitmodules", try family.top.blob("elsewhere")),
            ("160000", "d", "\(below)"),
        ])
        let link = try await gitError { try await checkOut(linked) }
        #expect(link.kind == .symbolicLink)
    }

    @Test("A commit that is nowhere is waited for, and a hostile tree in a submodule is refused")
    func missing() async throws {
        try family.commit(in: "net", ["n": "1"])
        let nowhere = try #require(CommitID(String(repeating: "1", count: 40)))
        let commit = try family.commit(
            linking: [("m", nowhere)], modules: SubmoduleFamily.entry("m", "../net"))
        let error = try await gitError { try await checkOut(commit) }
        #expect(error.kind == .submoduleMissing && error.disposition == .waiting)
        #expect(error.description.hasPrefix("Submodule m: "))
        try FileManager.default.createSymbolicLink(
            atPath: "\(family.root)/net/out", withDestinationPath: "../out")
        let evil = try family.commit(in: "net", [:])
        try family.git("net", "add", "out")
        try family.git("net", "commit", "--quiet", "--message", "Out")
        #expect(try family.head(of: "net") != evil)
        let leaving = try family.commit(
            linking: [("m", try family.head(of: "net"))],
            modules: SubmoduleFamily.entry("m", "../net"))
        let refusal = try await gitError { try await checkOut(leaving) }
        #expect(refusal.kind == .linkLeavesTree && refusal.disposition == .stalled)
        #expect(try FileManager.default.contentsOfDirectory(atPath: shelf.directory) == [])
    }
}
