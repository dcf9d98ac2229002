import Foundation
import Glibc
import Testing

@testable import Git

@Suite("Files of a source that are pipes, huge or garbage")
struct RepositoryFileTests {
    private let upstream: Upstream
    private let tip: CommitID

    init() throws {
        upstream = try Upstream()
        tip = try upstream.commit(["a": "1"])
        try upstream.git("branch", "other")
        try upstream.git("pack-refs", "--all")
        try write("\(tip)\n", to: "\(upstream.path)/.git/refs/heads/main")
    }

    /// Polls and reads as an agent does, with a limit of its own.
    private func poll() async throws -> [UInt8]? {
        let path = upstream.path
        return try await bounded {
            let store = try LocalRepository(at: path)
            let tip = try store.tip(of: try BranchName("main"), at: path)
            _ = try? store.tip(of: try BranchName("absent"), at: path)
            _ = try store.resolve("HEAD")
            return try CommitTree(of: tip, in: store).bytes(at: "a", limit: 9)
        }
    }

    private func expectDamage(_ name: String, _ file: String) async {
        let error = await #expect(throws: GitError.self, "\(name)") { try await poll() }
        #expect(error?.kind == .damaged, "\(name): \(String(describing: error))")
        #expect(error?.description.contains(file) == true, "\(name): \(String(describing: error))")
        #expect(error?.hint.isEmpty == false)
    }

    private static let names = [
        "HEAD", "config", "packed-refs", "refs/heads/main", "commondir", "objects/info/alternates",
    ]

    @Test(
        "A pipe or device in the place of a file is damage, and held up by it is nobody",
        arguments: names)
    func pipes(name: String) async throws {
        let file = "\(upstream.path)/.git/\(name)"
        _ = unlink(file)
        try #require(mkfifo(file, 0o644) == 0)
        await expectDamage("pipe \(name)", file)
        try #require(unlink(file) == 0)
        try #require(symlink("/dev/zero", file) == 0)
        await expectDamage("device \(name)", file)
    }

    @Test("A file of many gigabytes is not read", arguments: names)
    func huge(name: String) async throws {
        let file = "\(upstream.path)/.git/\(name)"
        if !exists(file) { try write("", to: file) }
        try #require(truncate(file, 20 << 30) == 0)
        await expectDamage("huge \(name)", file)
    }

    @Test(
        "Garbage or a directory is an error",
        arguments: ["HEAD", "config", "packed-refs", "refs/heads/main"])
    func garbage(name: String) async throws {
        let file = "\(upstream.path)/.git/\(name)"
        for content in ["\u{0}\u{1}garbage\u{0}", "[", "ref: refs/heads/main\nref:", "\u{ff}\n[x"] {
            try write(content, to: file)
            do {
                #expect(try await poll() == [0x31], "\(name) \(content.debugDescription)")
            } catch let error as GitError {
                #expect(error.kind != .library, "\(name) \(content.debugDescription): \(error)")
            }
        }
        try #require(unlink(file) == 0)
        try #require(mkdir(file, 0o755) == 0)
        do {
            #expect(try await poll() == [0x31], "\(name)")
        } catch let error as GitError {
            #expect([.damaged, .branchMissing].contains(error.kind), "\(name): \(error)")
        }
    }

    @Test("References that lead to each other, or from one to a pipe, are damage")
    func symbolic() async throws {
        let folder = "\(upstream.path)/.git/refs/heads"
        try write("ref: refs/heads/second\n", to: "\(folder)/main")
        try write("ref: refs/heads/main\n", to: "\(folder)/second")
        await expectDamage("circle", "refs/heads/main")
        try #require(unlink("\(folder)/second") == 0)
        try #require(mkfifo("\(folder)/second", 0o644) == 0)
        await expectDamage("pipe", "refs/heads/second")
    }

    @Test("A pipe that nobody asks for does not matter, neither as a reference nor beside one")
    func beside() async throws {
        let folder = "\(upstream.path)/.git/refs/heads"
        try #require(mkfifo("\(folder)/third", 0o644) == 0)
        try #require(symlink("\(folder)/third", "\(folder)/fourth") == 0)
        #expect(try await poll() == [0x31])
    }

    @Test(
        "What a configuration includes is looked at, too",
        arguments: [
            "[include]\n\tpath = more\n", "[include] path = more", "[INCLUDE]\nPATH=\"more\" # it",
            "[includeIf \"gitdir:/\"]\n path = more\n",
            "[core]\n[include]\n x = y\n path = ../.git/more ; c",
        ])
    func includes(text: String) async throws {
        let config = "\(upstream.path)/.git/config"
        let before = try content(config)
        try write(before + text, to: config)
        let more = "\(upstream.path)/.git/more"
        #expect(try await poll() == [0x31], "It is not there.")
        try write("[core]\n\tbare = false\n", to: more)
        #expect(try await poll() == [0x31])
        try #require(unlink(more) == 0)
        try #require(mkfifo(more, 0o644) == 0)
        await expectDamage("pipe", "more")
        try #require(unlink(more) == 0)
        try write(text.replacing("more", with: "config"), to: more)
        await expectDamage("circle", "config")
    }

    @Test("The file that leads to a work tree's repository is looked at")
    func linked() async throws {
        let tree = "\(upstream.folder.path)/linked"
        try upstream.git("worktree", "add", "--quiet", tree, "other")
        let main = try BranchName("main")
        #expect(try await bounded { try LocalRepository(at: tree).tip(of: main, at: tree) } == tip)
        try #require(truncate("\(tree)/.git", 20 << 30) == 0)
        let error = await #expect(throws: GitError.self) {
            try await bounded { try LocalRepository(at: tree).path }
        }
        #expect(error?.kind == .damaged)
    }
}
