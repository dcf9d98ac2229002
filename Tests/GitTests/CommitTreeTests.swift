import Foundation
import Testing

@testable import Git

@Suite("Reading a tree")
struct CommitTreeTests {
    @Test("Files are read byte for byte, and what is absent is nil")
    func bytes() async throws {
        let upstream = try Upstream()
        let deep = (0..<100).map { "d\($0)" }.joined(separator: "/") + "/leaf"
        let commit = try upstream.commit([
            "versions.hcl": "locals {}\n", "empty": "", "a/b/c": "deep", deep: "very deep",
            "two\nlines": "newline", "sp ace/ü": "unicode",
        ])
        try upstream.commit(["versions.hcl": "changed"])
        let repository = try GitRepository(at: upstream.path)
        let found = try await repository.withTree(of: commit) { tree in
            try ["versions.hcl", "empty", "a/b/c", deep, "two\nlines", "sp ace/ü"].map {
                try tree.bytes(at: $0, limit: 1000).map { String(decoding: $0, as: UTF8.self) }
            }
        }
        #expect(found == ["locals {}\n", "", "deep", "very deep", "newline", "unicode"])

        let absent = ["nothing", "a/b/x", "x/y/z", "versions.hcl/below", "a/b/c/d", "VERSIONS.hcl"]
        let nothing = try await repository.withTree(of: commit) { tree in
            try absent.filter { path in
                let bytes = try tree.bytes(at: path, limit: 1000)
                let kind = try tree.entryKind(at: path)
                let blob = try tree.blobID(at: path)
                return bytes == nil && kind == nil && blob == nil
            }
        }
        #expect(nothing == absent)
    }

    @Test("Links, submodules, directories and large files are told apart")
    func kinds() async throws {
        let upstream = try Upstream()
        let commit = try specialCommit(upstream)
        let repository = try GitRepository(at: upstream.path)
        let cases: [(path: String, error: GitError.Kind?, kind: EntryKind?)] = [
            ("file", nil, .file), ("tool", nil, .executable),
            ("link", .symbolicLink, .symbolicLink),
            ("module", .submodule, .submodule), ("dir", .directory, .directory),
            ("linked/file", .symbolicLink, nil), ("module/file", .submodule, nil),
            ("large", .tooLarge, .file),
        ]
        for (path, expected, kind) in cases {
            if let expected {
                let error = try await gitError {
                    try await repository.withTree(of: commit) { try $0.bytes(at: path, limit: 99) }
                }
                #expect(error.kind == expected, "\(path)")
                #expect(error.disposition == .stalled)
                #expect(error.description.contains("\(commit.short)"))
            }
            if let kind {
                let found = try await repository.withTree(of: commit) { try $0.entryKind(at: path) }
                #expect(found == kind, "\(path)")
            }
        }
        let large = try await repository.withTree(of: commit) { tree in
            try tree.bytes(at: "large", limit: 100)?.count
        }
        #expect(large == 100)
    }

    @Test(
        "Paths that no tree can hold are refused",
        arguments: ["/file", "dir/", "dir//file", "./file", "dir/../file", "..", ".", "fi\u{0}le"]
    )
    func invalid(path: String) async throws {
        let upstream = try Upstream()
        let commit = try upstream.commit(["file": "1", "dir/file": "1"])
        let repository = try GitRepository(at: upstream.path)
        for error in [
            try await gitError {
                try await repository.withTree(of: commit) { try $0.bytes(at: path, limit: 9) }
            },
            try await gitError {
                try await repository.withTree(of: commit) { try $0.paths(under: path) }
            },
        ] { #expect(error.kind == .invalidPath) }
    }

    @Test("Listings and object names are those of git ls-tree")
    func listing() async throws {
        let upstream = try Upstream()
        let commit = try specialCommit(upstream)
        let repository = try GitRepository(at: upstream.path)
        for path in ["", "dir", "dir/sub", "dir/sub/x", "link", "module", "absent"] {
            let arguments = ["ls-tree", "-r", "-z", "--name-only", "\(commit)"]
            let expected = try upstream.git(arguments + (path.isEmpty ? [] : [path]))
                .split(separator: "\0").map(String.init)
            let found = try await repository.withTree(of: commit) { try $0.paths(under: path) }
            #expect(found == expected, "\(path)")
        }
        let names = try await repository.withTree(of: commit) { tree in
            try ["file", "dir", "module"].map { try tree.objectID(at: $0) }
        }
        #expect(
            names
                == (try ["file", "dir", "module"].map { path in
                    try upstream.git("rev-parse", "\(commit):\(path)")
                }))
        let blobs = try await repository.withTree(of: commit) { tree in
            try ["file", "link", "dir", "module"].map { try tree.blobID(at: $0) != nil }
        }
        #expect(blobs == [true, true, false, false])
    }

    @Test("Directories and files can be read by the names of their objects")
    func objects() async throws {
        let upstream = try Upstream()
        let commit = try specialCommit(upstream)
        let repository = try GitRepository(at: upstream.path)
        let (top, kinds) = try await repository.withTree(of: commit) { tree in
            let root = tree.rootObjectID ?? ""
            let entries = try tree.entries(ofDirectory: root)
            return (root, Dictionary(uniqueKeysWithValues: entries.map { ($0.name, $0) }))
        }
        #expect(top == (try upstream.git("rev-parse", "\(commit)^{tree}")))
        #expect(kinds["dir"]?.kind == .directory)
        #expect(kinds["link"]?.kind == .symbolicLink)
        #expect(kinds["module"]?.kind == .submodule)
        #expect(kinds["tool"]?.kind == .executable)
        let large = try #require(kinds["large"]).objectID
        #expect(large == (try upstream.git("rev-parse", "\(commit):large")))
        let sizes = try await repository.withTree(of: commit) { tree in
            (try tree.size(ofFile: large), try tree.bytes(ofFile: large).count)
        }
        #expect(sizes == (100, 100))
        for name in ["", "x", String(repeating: "0", count: 40)] {
            let error = try await gitError {
                try await repository.withTree(of: commit) { try $0.bytes(ofFile: name) }
            }
            #expect(error.kind == .damaged, "\(name)")
        }
    }

    @Test("A small tree that unfolds to ten thousand million files is refused")
    func bomb() throws {
        let upstream = try Upstream()
        var commit = try upstream.commit(["0": "x"])
        for _ in 0..<10 {
            let tree = try upstream.git("rev-parse", "\(commit)^{tree}")
            commit = try upstream.commitTree((0..<10).map { ("40000", "\($0)", tree) })
        }
        let store = try LocalRepository(at: upstream.path)
        let tree = try CommitTree(of: commit, in: store, entryLimit: 5000)
        let error = #expect(throws: GitError.self) { try tree.paths(under: "") }
        #expect(error?.kind == .tooLarge)
        #expect(try tree.paths(under: "0/1/2/3/4/5/6/7").count == 100)
    }

    @Test("A lost or altered object is damage, not absence")
    func damage() async throws {
        let upstream = try Upstream()
        let commit = try upstream.commit(["file": "content", "other": "more"])
        for (path, action) in [("file", "remove"), ("other", "alter")] {
            let id = try upstream.git("rev-parse", "\(commit):\(path)")
            let object = "\(upstream.path)/.git/objects/\(id.prefix(2))/\(id.dropFirst(2))"
            if action == "remove" {
                try FileManager.default.removeItem(atPath: object)
            } else {
                let donor = try upstream.blob("altered")
                let source =
                    "\(upstream.path)/.git/objects/\(donor.prefix(2))/\(donor.dropFirst(2))"
                try FileManager.default.removeItem(atPath: object)
                try FileManager.default.copyItem(atPath: source, toPath: object)
            }
            let repository = try GitRepository(at: upstream.path)
            let error = try await gitError {
                try await repository.withTree(of: commit) { try $0.bytes(at: path, limit: 99) }
            }
            #expect(error.kind == .damaged, "\(path)")
            #expect(error.disposition == .damagedMirror)
        }
    }

    @Test("An open repository sees what another process commits later")
    func live() async throws {
        let upstream = try Upstream()
        try upstream.commit(["file": "old"])
        let repository = try GitRepository(at: upstream.path)
        let commit = try upstream.commit(["file": "new"])
        try upstream.git("gc", "--quiet")
        let tip = try await repository.tip(of: BranchName("main"))
        #expect(tip == commit)
        let bytes = try await repository.withTree(of: tip) { try $0.bytes(at: "file", limit: 9) }
        #expect(bytes == Array("new".utf8))
    }

    /// A commit with one entry of each kind.
    private func specialCommit(_ upstream: Upstream) throws -> CommitID {
        let base = try upstream.commit([
            "file": "1", "tool": "#!/bin/sh\n", "dir/file": "1", "dir/sub/x": "1", "dir.x": "1",
            "dir0": "1", "large": String(repeating: "x", count: 100),
        ])
        try upstream.git("update-index", "--chmod=+x", "tool")
        for (name, target) in [("link", "file"), ("linked", "dir")] {
            let blob = try upstream.blob(target)
            try upstream.git("update-index", "--add", "--cacheinfo", "120000,\(blob),\(name)")
        }
        try upstream.git("update-index", "--add", "--cacheinfo", "160000,\(base),module")
        try upstream.git("commit", "--quiet", "--message", "Special")
        return try upstream.head()
    }
}
