import CZlib
import Foundation
import Glibc
import Testing

@testable import Git

/// libgit2's own reader never returns from a loose object that was cut short.
@Suite("Loose objects that are not what Git wrote")
struct LooseObjectTests {
    private let paths: ReadPaths
    private let intact: ReadPaths.Answers

    init() async throws {
        paths = try ReadPaths()
        intact = await paths.read()
        for (name, answer) in intact {
            #expect(throws: Never.self, "\(name)") { try answer.get() }
        }
        #expect(Set(intact.keys) == ReadPaths.readers.values.reduce([]) { $0.union($1) })
    }

    /// Replaces the file of an object by something else.
    private func spoil(_ object: String, _ make: (String) throws -> Void) throws {
        let file = try paths.file(of: object)
        _ = unlink(file)
        _ = rmdir(file)
        try make(file)
    }

    /// Reads in every way: each gives what it gave before or says that the repository is damaged.
    private func check(
        _ object: String, _ damage: String, _ place: SourceLocation = #_sourceLocation
    ) async throws {
        let id = try #require(paths.objects[object])
        let mustFail = try #require(ReadPaths.readers[object])
        for (name, answer) in await paths.read() {
            let what = Comment("\(object), \(damage): \(name) gave \(answer)")
            switch answer {
            case .success(let text):
                #expect(text == (try? intact[name]?.get()), what, sourceLocation: place)
                #expect(!mustFail.contains(name), what, sourceLocation: place)
            case .failure(let error):
                #expect(error.kind == .damaged, what, sourceLocation: place)
                #expect(error.description.contains(id), what, sourceLocation: place)
                #expect(error.hint.contains("git fsck"), what, sourceLocation: place)
            }
        }
    }

    /// Every object is spoilt in a way, one after the other.
    private func checkAll(
        _ damage: String, objects: [String] = ReadPaths.readers.keys.sorted(),
        _ spoil: (String, [UInt8]) throws -> Void
    ) async throws {
        for object in objects {
            let file = try paths.file(of: object)
            let content = try Data(contentsOf: URL(fileURLWithPath: file))
            try self.spoil(object) { try spoil($0, Array(content)) }
            try await check(object, damage)
            try self.spoil(object) { try content.write(to: URL(fileURLWithPath: $0)) }
        }
    }

    private static func write(_ bytes: some Sequence<UInt8>, to file: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: file))
    }

    @Test(
        "Cut short at any place, it is told with its name and place, on every way to it",
        arguments: [0, 1, 2, 9, nil, -4, -1])
    func cut(bytes: Int?) async throws {
        try await checkAll("\(bytes ?? 0)") { file, content in
            let bytes = bytes ?? content.count / 2
            try Self.write(content.prefix(bytes < 0 ? content.count + bytes : bytes), to: file)
        }
    }

    @Test("Every prefix of a file is damage")
    func prefixes() async throws {
        let file = try paths.file(of: "small")
        let content = Array(try Data(contentsOf: URL(fileURLWithPath: file)))
        for count in content.indices {
            try spoil("small") { try Self.write(content.prefix(count), to: $0) }
            let path = paths.path
            let tip = paths.tip
            let error = await #expect(throws: GitError.self, "\(count)") {
                try await bounded {
                    let tree = try CommitTree(of: tip, in: try LocalRepository(at: path))
                    return try tree.bytes(at: "d/e/f", limit: 99)
                }
            }
            #expect(error?.kind == .damaged, "\(count): \(String(describing: error))")
        }
    }

    @Test("Garbage, a wrong checksum, something behind the end, and another object's content")
    func garbage() async throws {
        try await checkAll("garbage") { file, _ in
            try Self.write("no object at all, whatever its name is".utf8, to: file)
        }
        try await checkAll("zeros") { file, content in
            try Self.write(repeatElement(0, count: content.count), to: file)
        }
        try await checkAll("checksum") { file, content in
            try Self.write(content.dropLast() + [content[content.count - 1] ^ 1], to: file)
        }
        try await checkAll("trailing") { file, content in
            try Self.write(content + [0], to: file)
        }
        try await checkAll("trailing much") { file, content in
            try Self.write(content + repeatElement(7, count: 200_000), to: file)
        }
        let other = Array("blob 5\0other".utf8)
        try await checkAll("hash", objects: ["file", "small"]) { file, _ in
            try Self.write(deflated(other), to: file)
        }
    }

    @Test(
        "A header that lies about the size, or says nothing that Git knows",
        arguments: [
            "blob 3", "blob 5", "blob 9223372036854775808", "blob 9223372036854775807",
            "blob 99999999999", "blob 4000", "blob -4", "blob +4", "blob ", "blob", "", "blob 4x",
            "bulb 4", "thing 4", "ofs-delta 4", String(repeating: "blob", count: 20_000),
        ])
    func header(text: String) async throws {
        try await checkAll(text, objects: ["file", "small"]) { file, _ in
            try Self.write(deflated(Array(text.utf8) + [0] + Array("two\n".utf8)), to: file)
        }
        try await checkAll(text, objects: ["file"]) { file, _ in
            try Self.write(deflated(Array(text.utf8)), to: file)
        }
    }

    @Test("What inflates to nothing for ever is not read to its end")
    func endless() async throws {
        // Behind the beginning of a stream, blocks that are stored and empty.
        let empty: [UInt8] = [0, 0, 0, 0xFF, 0xFF]
        try await checkAll("empty blocks", objects: ["small"]) { file, _ in
            try Self.write([0x78, 0x01] + (0..<2_000_000).flatMap { _ in empty }, to: file)
        }
    }

    @Test(
        "A directory, a pipe, a device or a link to nothing in its place is damage",
        arguments: [
            "directory", "pipe", "device", "link to pipe", "link to nothing", "link to itself",
        ])
    func noFile(what: String) async throws {
        try await checkAll(what) { file, _ in
            switch what {
            case "directory": try #require(mkdir(file, 0o755) == 0)
            case "pipe": try #require(mkfifo(file, 0o644) == 0)
            case "device": try #require(symlink("/dev/zero", file) == 0)
            case "link to pipe":
                let pipe = "\(paths.scratch.path)/\(UUID().uuidString)"
                try #require(mkfifo(pipe, 0o644) == 0)
                try #require(symlink(pipe, file) == 0)
            case "link to nothing": try #require(symlink("/nonexistent/object", file) == 0)
            default: try #require(symlink(file, file) == 0)
            }
        }
    }
}

/// A zlib stream of these bytes.
func deflated(_ bytes: [UInt8]) -> [UInt8] {
    var count = compressBound(UInt(bytes.count))
    return [UInt8](unsafeUninitializedCapacity: Int(count)) { buffer, filled in
        let code = compress(buffer.baseAddress, &count, bytes, UInt(bytes.count))
        filled = code == Z_OK ? Int(count) : 0
    }
}
