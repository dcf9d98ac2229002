import Foundation
import Glibc
import Testing

@testable import Git

@Suite("A checkout as a work tree of Git")
struct CheckoutWorkTreeTests {
    @Test(
        "Git answers in any place, without HOME, about a source of files and about a mirror",
        arguments: ["work", "with space/and ünïcode 日本", "quote\"'$x"], [false, true])
    func answers(name: String, mirrored: Bool) async throws {
        let upstream = try Upstream()
        try upstream.commit(["unit/terragrunt.hcl": "1"], message: "First")
        try upstream.git("tag", "--annotate", "v1", "--message", "One")
        let commit = try upstream.commit(["unit/terragrunt.hcl": "2", "b": "x"], message: "Second")
        let watched = mirrored ? try WatchedSource(upstream) : nil
        let found = try await watched?.poll().repository
        let folder = try TestFolder()
        let place = "\(folder.path)/\(name)"
        try FileManager.default.createDirectory(
            atPath: (place as NSString).deletingLastPathComponent,
            withIntermediateDirectories: true)
        try await (found ?? GitRepository(at: upstream.path)).checkOut(commit, into: place)
        let ask = { (words: String) in
            try homeless(words.split(separator: " ").map(String.init), in: "\(place)/unit")
        }
        #expect(try ask("rev-parse --show-toplevel") == place)
        #expect(try ask("rev-parse --show-prefix") == "unit/")
        #expect(try ask("rev-parse --is-inside-work-tree") == "true")
        #expect(try ask("rev-parse --abbrev-ref HEAD") == "HEAD")
        #expect(try ask("log -1 --format=%H%x20%s") == "\(commit) Second")
        #expect(try ask("log --format=%s -- terragrunt.hcl") == "Second\nFirst")
        #expect(try ask("describe --always") == String("\(commit)".prefix(7)))
        // Only the branch is fetched.
        #expect(throws: Upstream.Failure.self) { try ask("describe --tags") }
        #expect(try ask("diff-files --quiet") == "")
        #expect(try ask("status --porcelain --ignored --untracked-files=all") == "")
        #expect(try ask("ls-files --others") == "")
        #expect(try ask("remote") == "")
        #expect(try ask("for-each-ref") == "")
        #expect(try ask("config --local --get-regexp remote|credential|url|user|include") == "")
        withExtendedLifetime(watched) {}
    }

    /// Runs `git` with no environment but a PATH; a configuration that is not there gives "".
    private func homeless(_ arguments: [String], in place: String) throws -> String {
        let child = ChildProcess(
            executable: "/usr/bin/git", arguments: ["-C", place] + arguments,
            environment: ["PATH": "/usr/bin:/bin", "GIT_OPTIONAL_LOCKS": "0"])
        let ending = try child.run(input: [], deadline: .now.advanced(by: .seconds(60)))
        let isAbsent = arguments.first == "config" && ending.exitCode == 1
        guard ending.exitCode == 0 || isAbsent else {
            throw Upstream.Failure(description: String(decoding: ending.diagnostics, as: UTF8.self))
        }
        return String(decoding: ending.output, as: UTF8.self).trimmingCharacters(in: .newlines)
    }

    @Test("The index knows every file's own times and numbers, so that nothing is read again")
    func index() async throws {
        let upstream = try Upstream()
        try upstream.commit(["a": "1", "d/b": "22", "tool": "x"])
        try upstream.add([
            ("100755", Array("tool".utf8), "x"), ("120000", Array("link".utf8), "d/b"),
        ])
        try upstream.git("commit", "--quiet", "--message", "Kinds")
        let folder = try TestFolder()
        let place = "\(folder.path)/w"
        try await GitRepository(at: upstream.path).checkOut(try upstream.head(), into: place)
        let lines = try CheckedOut(place).git("ls-files", "--debug").split(separator: "\n")
            .map { $0.trimmingCharacters(in: .whitespaces) }
        for name in ["a", "d/b", "link", "tool"] {
            var status = stat()
            try #require(lstat("\(place)/\(name)", &status) == 0)
            let start = try #require(lines.firstIndex(of: name))
            let told = lines[start...].dropFirst().prefix(5).joined(separator: " ")
            #expect(told.contains("mtime: \(status.st_mtim.tv_sec):\(status.st_mtim.tv_nsec)"))
            #expect(told.contains("ctime: \(status.st_ctim.tv_sec):\(status.st_ctim.tv_nsec)"))
            #expect(told.contains("ino: \(UInt32(truncatingIfNeeded: status.st_ino))"))
            #expect(told.contains("size: \(status.st_size)"))
        }
        try write("2", to: "\(place)/a")
        try write("new", to: "\(place)/new")
        #expect(try CheckedOut(place).git("status", "--porcelain") == " M a\n?? new")
    }

    @Test("Nothing in .git names the source, its user or a secret")
    func silent() async throws {
        let upstream = try Upstream(named: "sekret-source")
        let commit = try upstream.commit(["a": "1"])
        try upstream.git("remote", "add", "origin", "https://user:sekret@example.com/x.git")
        try upstream.git("config", "http.extraHeader", "Authorization: sekret")
        try upstream.git("update-ref", "refs/heads/sekret", "HEAD")
        let folder = try TestFolder()
        let place = "\(folder.path)/w"
        try await GitRepository(at: upstream.path).checkOut(commit, into: place)
        let files = try FileManager.default.subpathsOfDirectory(atPath: "\(place)/.git")
        for name in files where !name.hasPrefix("objects/") {
            let data = FileManager.default.contents(atPath: "\(place)/.git/\(name)") ?? Data()
            let text = String(decoding: data, as: UTF8.self)
            #expect(!text.contains("sekret") && !name.contains("sekret"), "\(name): \(text)")
        }
        #expect(files.filter { $0.hasPrefix("hooks/") } == ["hooks/README.sample"])
    }

    @Test("Submodules are named, and stay empty")
    func submodules() async throws {
        let upstream = try Upstream()
        let inner = try upstream.commit(["a": "1", "d/b": "2"])
        #expect(
            try await GitRepository(at: upstream.path).checkOut(
                inner, into: "\(upstream.folder.path)/none") == [])
        for path in ["modules/net", "d/deep/x"] {
            try upstream.git("update-index", "--add", "--cacheinfo", "160000,\(inner),\(path)")
        }
        try upstream.git("commit", "--quiet", "--message", "Modules")
        let place = "\(upstream.folder.path)/w"
        let found = try await GitRepository(at: upstream.path).checkOut(
            try upstream.head(), into: place)
        #expect(found == ["d/deep/x", "modules/net"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(place)/modules/net") == [])
        #expect(try CheckedOut(place).git("status", "--porcelain") == "")
    }
}
