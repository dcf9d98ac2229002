import Foundation
import Glibc
import Testing

@testable import Git

@Suite("The files of a checkout")
struct CheckoutTreeTests {
    private static let oddNames: [[UInt8]] =
        [
            " lead", "trail ", "trail.", "-n", "--help", "a b/c d", "\"quoted\"", "tab\there",
            "two\nlines", "back\\slash", "star*", "con", "aux.txt", "a:b", "...", "..a", ".gitfoo",
            ".git2/x", "x.git", "git~2", "ünïcode/日本語", "e\u{301}", "\u{e9}", "A/case", "a/case",
            "$(touch pwned)", "%s%n", "\u{7f}", "deep/a/b/c/d/e/f/g",
        ].map { Array($0.utf8) } + [[0xFF, 0xFE], Array("latin-".utf8) + [0xE9]]

    private static let attributes = """
        * text eol=crlf ident filter=evil
        *.utf16 working-tree-encoding=UTF-16
        *.ignored export-ignore
        *.subst export-subst
        *.lfs filter=lfs diff=lfs merge=lfs -text

        """

    private static let pointer = """
        version https://git-lfs.github.com/spec/v1
        oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
        size 12345

        """

    @Test("Names, modes, links and contents are those of the commit, bit for bit")
    func exact() async throws {
        let upstream = try Upstream()
        try upstream.commit([
            "empty": "", "crlf": "a\r\nb\r\n", "lf": "a\nb\n",
            "id": "$Id$ $Id: 1234 $\n", "x.utf16": "plain\n", "x.ignored": "kept\n",
            "x.subst": "$Format:%H$\n", "x.lfs": Self.pointer,
            "big": (1...8).map { Upstream.incompressible($0) }.joined(),
        ])
        try upstream.add(Self.oddNames.map { ("100644", $0, "odd") })
        try upstream.add([
            ("100644", Array(".gitattributes".utf8), Self.attributes),
            ("100755", Array("bin/tool".utf8), "#!/bin/sh\n"),
            ("120000", Array("bin/link".utf8), "../lf"),
            ("120000", Array("chain".utf8), "bin/link"),
            ("120000", Array("bin/dir".utf8), "../A"), ("120000", Array("loop".utf8), "loop"),
        ])
        try upstream.git("commit", "--quiet", "--message", "Odd")
        let commit = try upstream.head()
        let folder = try TestFolder()
        try await GitRepository(at: upstream.path).checkOut(commit, into: "\(folder.path)/w")
        let expected = try upstream.entries(of: commit)
        #expect(expected.count > 40)
        #expect(try CheckedOut("\(folder.path)/w").entries() == expected)
        #expect(try CheckedOut("\(folder.path)/w").git("status", "--porcelain") == "")
    }

    @Test("Modes that only old programs wrote count as plain files")
    func oldModes() async throws {
        let upstream = try Upstream()
        let commit = try upstream.commitTree([("100664", "old", try upstream.blob("x"))])
        let folder = try TestFolder()
        try await GitRepository(at: upstream.path).checkOut(commit, into: "\(folder.path)/w")
        let checkedOut = try CheckedOut("\(folder.path)/w")
        #expect(try checkedOut.entries() == upstream.entries(of: commit))
        #expect(try checkedOut.git("status", "--porcelain") == "")
    }

    @Test("The umask of the agent changes no mode of the files")
    func umask() async throws {
        let upstream = try Upstream()
        let commit = try upstream.commit(["d/a": "1", "d/tool": "2"])
        try upstream.add([("100755", Array("d/tool".utf8), "2")])
        try upstream.git("commit", "--quiet", "--message", "Mode")
        let folder = try TestFolder()
        let place = "\(folder.path)/w"
        let head = try upstream.head()
        #expect(head != commit)
        await #expect(processExitsWith: .success) {
            [
                from = upstream.path as String, place = place as String, head = head as CommitID
            ] in
            _ = Glibc.umask(0o077)
            try await GitRepository(at: from).checkOut(head, into: place)
        }
        #expect(try CheckedOut(place).entries() == upstream.entries(of: head))
        var status = stat()
        #expect(stat(place, &status) == 0 && status.st_mode & 0o777 == 0o755)
    }

    /// Fills a folder with hooks that tell when they are run.
    private static func setHooks(in folder: String, touching trap: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for hook in ["post-checkout", "post-index-change", "reference-transaction"] {
            try write("#!/bin/sh\ntouch \(trap)\n", to: "\(folder)/\(hook)")
            chmod("\(folder)/\(hook)", 0o755)
        }
    }

    /// Settings of Git that would run or change something.
    private static func poison(hooks: String, _ template: String, _ trap: String) -> String {
        """
        [core]
            hooksPath = \(hooks)
            fsmonitor = \(hooks)/post-checkout
            autocrlf = true
        [init]
            templateDir = \(template)
        [filter "evil"]
            smudge = touch \(trap)
            clean = touch \(trap)
            required = true

        """
    }

    @Test("No hook, filter or template of the source, the user or the environment runs or arrives")
    func hooks() async throws {
        let upstream = try Upstream()
        let commit = try upstream.commit([".gitattributes": "* filter=evil ident\n", "a": "$Id$\n"])
        let folder = try TestFolder()
        let (trap, home) = ("\(folder.path)/trap", "\(folder.path)/home")
        let template = "\(folder.path)/template"
        for hooks in ["\(upstream.path)/.git/hooks", "\(folder.path)/hooks", "\(template)/hooks"] {
            try Self.setHooks(in: hooks, touching: trap)
        }
        let poison = Self.poison(hooks: "\(folder.path)/hooks", template, trap)
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
        try write(poison, to: "\(home)/.gitconfig")
        try write(
            try content("\(upstream.path)/.git/config") + poison, to: "\(upstream.path)/.git/config"
        )
        let place = "\(folder.path)/w"
        await #expect(processExitsWith: .success) {
            [
                from = upstream.path as String, place = place as String,
                commit = commit as CommitID,
                home = home as String, template = template as String
            ] in
            setenv("HOME", home, 1)
            setenv("GIT_TEMPLATE_DIR", template, 1)
            setenv("GIT_CONFIG_GLOBAL", "\(home)/.gitconfig", 1)
            try await GitRepository(at: from).checkOut(commit, into: place)
        }
        #expect(!exists(trap))
        #expect(try content("\(place)/a") == "$Id$\n")
        #expect(!exists("\(place)/.git/hooks/post-checkout"))
        #expect(try !content("\(place)/.git/config").contains("hooksPath"))
        // Git itself, with the user's configuration, finds the files unchanged and filters nothing.
        let user = ["GIT_CONFIG_GLOBAL": "\(home)/.gitconfig", "HOME": home]
        utimes("\(place)/a", nil)
        let status = try CheckedOut(place).git(
            "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "status", "--porcelain",
            extra: user)
        #expect(status == "")
        #expect(!exists(trap))
    }

    @Test(
        "Names that some file system takes for .git are refused",
        arguments: [
            ("", true), (".", true), ("..", true), ("a/b", true), (".git", true), (".GiT", true),
            (".git ", true), (".git.", true), (".git . .", true), (".git::$INDEX_ALLOCATION", true),
            (".git\\config", true), ("GIT~1", true), ("git~1 ", true), (".g\u{200c}it", true),
            ("\u{feff}.git", true), (".gi\u{202e}T\u{206f}", true), ("...", false),
            ("..git", false),
            (".gitmodules", false), ("git~2", false), ("git", false), (".git-x", false),
            ("a.git", false), (" .git", false), (".g\u{200b}it", false), ("x\\.git", true),
            ("x\\y\\GIT~1 ", true), ("\\.git", true), ("x\\.git:a\\b", true), ("a\\b", false),
            ("x:.git", false), ("x\\git", false),
        ])
    func reserved(name: String, isUnsafe: Bool) {
        #expect(TreeName.isUnsafe(Array(name.utf8)) == isUnsafe)
    }

    @Test(
        "Names that some file system takes for .gitmodules are known",
        arguments: [
            (".gitmodules", true), (".GITModules", true), ("gitmod~1", true), ("GITMOD~4. ", true),
            ("gitmod~5", false), ("gi7eba~1", true), ("GI7EB~10", true), ("gi7e~123", true),
            ("~1000000", true), ("gi7eba~0", false), ("gi7eba~1x", false), ("gi7ebax", false),
            (".git\u{200d}modules", true), (".gitmodules::$DATA", true), ("x\\.gitmodules .", true),
            ("gitmodules", false), (".gitmodule", false), (".gitmodules2", false), ("a~1", false),
        ])
    func modules(name: String, isMeant: Bool) {
        #expect(TreeName.meansGitModules(Array(name.utf8)) == isMeant)
    }

    @Test("A file that is too large for the agent's memory is refused by name")
    func large() async throws {
        let upstream = try Upstream()
        let commit = try upstream.commit(["d/huge": String(repeating: "0", count: 65 << 20)])
        let folder = try TestFolder()
        let error = try await gitError {
            try await GitRepository(at: upstream.path).checkOut(
                commit, into: "\(folder.path)/w")
        }
        #expect(error.kind == .tooLarge, "\(error)")
        #expect(error.description.contains("d/huge"))
        #expect(error.hint.contains("large files"))
        #expect(try folder.names().isEmpty)
    }

    @Test("A .gitmodules that is a link is refused, and so is a file too large for memory")
    func refusals() async throws {
        let upstream = try Upstream()
        let link = try upstream.commitTree([("120000", ".GITMODULES", try upstream.blob("a"))])
        let folder = try TestFolder()
        let repository = try GitRepository(at: upstream.path)
        let error = try await gitError {
            try await repository.checkOut(link, into: "\(folder.path)/w")
        }
        #expect(error.kind == .unsafeName)
        let big = try upstream.commit(["d/big": "0123456789"])
        let store = try LocalRepository(at: upstream.path)
        let directory = open(folder.path, O_RDONLY | O_DIRECTORY)
        defer { close(directory) }
        var writer = TreeWriter(of: big, from: store, limits: .init(fileBytes: 9))
        let tree = try store.treeHandle(of: big)
        #expect {
            try writer.write(tree, into: directory)
        } throws: {
            let error = $0 as? GitError
            return error?.kind == .tooLarge && error?.description.contains("\"d/big\"") == true
        }
    }

    @Test("Whatever links a tree holds, none that is accepted leads out of it", arguments: 0..<20)
    func anyLinks(seed: UInt64) throws {
        var generator = Seeded(state: seed)
        let folder = try TestFolder()
        let root = "\(folder.path)/root"
        let directories = ["", "a", "a/b", "c", "c/d", "c/d/e"]
        for name in directories {
            try FileManager.default.createDirectory(
                atPath: "\(root)/\(name)", withIntermediateDirectories: true)
        }
        let words = ["a", "b", "c", "d", "l0", "l1", "l2", "l3", "..", "..", ".", "", "/"]
        var links: [String] = []
        for number in 0..<40 {
            let directory = directories[Int.random(in: 0..<directories.count, using: &generator)]
            let target = (0..<Int.random(in: 1...5, using: &generator)).map { _ in
                words[Int.random(in: 0..<words.count, using: &generator)]
            }.joined(separator: "/")
            let depth = directory.isEmpty ? 0 : directory.split(separator: "/").count
            guard LinkTarget(bytes: Array(target.utf8)).staysInside(depth: depth) else { continue }
            let path = "\(root)/\(directory)/l\(number % 4)"
            if symlink(target, path) == 0 { links.append(path) }
        }
        #expect(!links.isEmpty)
        for link in links {
            guard let real = realpath(link, nil) else { continue }
            defer { free(real) }
            let path = String(cString: real)
            #expect(path == root || path.hasPrefix(root + "/"), "\(link)")
        }
    }

    private struct Seeded: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state ^ (state >> 29)) &* 0x9E37_79B9_7F4A_7C15
        }
    }
}
