import Foundation
import Glibc
import Testing

@testable import Git

/// A file as Git's trees name it.
struct TreeEntry: Hashable, CustomStringConvertible {
    var mode: String
    var id: String
    var path: [UInt8]

    var description: String { "\(mode) \(id) \(String(decoding: path, as: UTF8.self))" }
}

extension Upstream {
    /// What the real `git` says that a commit holds, submodules left out.
    func entries(of commit: CommitID) throws -> Set<TreeEntry> {
        let list = try Self.git(
            ["-C", path, "ls-tree", "-r", "-z", "--full-tree", "\(commit)"], home: folder.path)
        return Set(
            list.split(separator: 0).compactMap { line in
                let tab = line.firstIndex(of: UInt8(ascii: "\t")) ?? line.endIndex
                let words = String(decoding: line[..<tab], as: UTF8.self).split(separator: " ")
                guard words[1] == "blob" else { return nil }
                // Modes of old programs, of which Git keeps only whether a file is executable.
                let mode = words[0] == "100664" ? "100644" : String(words[0])
                return TreeEntry(
                    mode: mode, id: String(words[2]), path: Array(line[(tab + 1)...]))
            })
    }

    /// Adds files under any names and with any mode to the next commit.
    func add(_ files: [(mode: String, path: [UInt8], text: String)]) throws {
        var input: [UInt8] = []
        for file in files {
            input += "\(file.mode) \(try blob(file.text))\t".utf8
            input += file.path + [0]
        }
        _ = try Self.git(
            ["-C", path, "update-index", "-z", "--add", "--index-info"], input: input,
            home: folder.path)
    }
}

/// A finished checkout, looked at without libgit2's own idea of it.
struct CheckedOut {
    let place: String
    let home: TestFolder

    init(_ place: String) throws {
        self.place = place
        home = try TestFolder()
    }

    /// Runs the real `git` in it.
    @discardableResult
    func git(_ arguments: String..., extra: [String: String] = [:]) throws -> String {
        let bytes = try Upstream.git(["-C", place] + arguments, home: home.path, extra: extra)
        return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .newlines)
    }

    /// Every file and link outside `.git`, hashed anew, with the mode that Git would give it.
    func entries() throws -> Set<TreeEntry> {
        var found: Set<TreeEntry> = []
        try collect(Array(place.utf8), [], into: &found)
        return found
    }

    private func collect(
        _ folder: [UInt8], _ prefix: [UInt8], into found: inout Set<TreeEntry>
    ) throws {
        let stream = try #require(opendir(folder.map { CChar(bitPattern: $0) } + [0]))
        defer { closedir(stream) }
        while let next = readdir(stream) {
            let name = withUnsafeBytes(of: next.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            guard ![".", "..", ".git"].map({ Array($0.utf8) }).contains(name) else { continue }
            let path = folder + [UInt8(ascii: "/")] + name
            let text = path.map { CChar(bitPattern: $0) } + [0]
            var status = stat()
            try #require(lstat(text, &status) == 0)
            let inner = prefix + name
            switch status.st_mode & S_IFMT {
            case S_IFDIR:
                #expect(status.st_mode & 0o777 == 0o755, "\(inner)")
                try collect(path, inner + [UInt8(ascii: "/")], into: &found)
            case S_IFLNK:
                var target = [CChar](repeating: 0, count: Int(PATH_MAX))
                let count = readlink(text, &target, target.count)
                let bytes = target.prefix(count).map { UInt8(bitPattern: $0) }
                found.insert(TreeEntry(mode: "120000", id: try blobID(bytes), path: inner))
            default:
                let isExecutable = status.st_mode & 0o100 != 0
                #expect(status.st_mode & 0o777 == (isExecutable ? 0o755 : 0o644), "\(inner)")
                found.insert(
                    TreeEntry(
                        mode: isExecutable ? "100755" : "100644", id: try blobID(read(text)),
                        path: inner))
            }
        }
    }

    private func read(_ path: [CChar]) throws -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        try #require(file >= 0)
        defer { close(file) }
        return Array(FileHandle(fileDescriptor: file).readDataToEndOfFile())
    }
}

/// Every file below a folder with its mode and content.
func snapshot(_ folder: String) throws -> [String: String] {
    var found: [String: String] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
        var status = stat()
        try #require(lstat("\(folder)/\(name)", &status) == 0)
        let data = FileManager.default.contents(atPath: "\(folder)/\(name)") ?? Data()
        found[name] = "\(String(status.st_mode, radix: 8)) \(data.count) \(data.hashValue)"
    }
    return found
}
