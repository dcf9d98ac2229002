import Foundation
import Glibc
import Testing

@testable import Git

/// libgit2 believes what a pack and its index say: one wrong bit ends the process, or it never comes
/// back.
@Suite("Packs of a source that are not what Git wrote")
struct PackDamageTests {
    private let paths: ReadPaths
    private let intact: ReadPaths.Answers
    private let pack: String
    private let index: String

    /// Everything is in one pack, much of it in deltas.
    init() async throws {
        paths = try ReadPaths()
        try paths.upstream.git("repack", "--quiet", "-a", "-d", "-f", "--depth=20")
        intact = await paths.read()
        for (name, answer) in intact {
            #expect(throws: Never.self, "\(name)") { try answer.get() }
        }
        let folder = "\(paths.path)/.git/objects/pack"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        let name = try #require(names.first { $0.hasSuffix(".pack") }).dropLast(5)
        pack = "\(folder)/\(name).pack"
        index = "\(folder)/\(name).idx"
        for file in [pack, index] { try #require(chmod(file, 0o600) == 0) }
    }

    private func bytes(_ file: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: file)))
    }

    /// Puts other bytes into a place of their own, so that nobody who has the old ones open sees it.
    private func replace(_ file: String, by bytes: [UInt8]) throws {
        _ = unlink(file)
        try Data(bytes).write(to: URL(fileURLWithPath: file))
    }

    /// Each way to read gives what it gave before, or says what is damaged.
    private func check(
        _ damage: String, mustFail: Bool = false, _ place: SourceLocation = #_sourceLocation
    ) async throws {
        for (name, answer) in await paths.read() {
            let what = Comment("\(damage): \(name) gave \(answer)")
            switch answer {
            case .success(let text):
                #expect(text == (try? intact[name]?.get()), what, sourceLocation: place)
                #expect(!mustFail, what, sourceLocation: place)
            case .failure(let error):
                // A name that was changed in an index is not found.
                let kinds: Set<GitError.Kind> = [.damaged, .commitMissing, .revisionUnknown]
                #expect(kinds.contains(error.kind), what, sourceLocation: place)
                #expect(!mustFail || error.kind == .damaged, what, sourceLocation: place)
            }
        }
    }

    @Test(
        "A place in an index that leads anywhere is damage",
        arguments: [
            0, 3, -5, 2000, 100_000_000, 0x7FFF_FFFF, 0x8000_0000, 0x8FFF_FFFF, 0xFFFF_FFFF,
        ])
    func offsets(place: Int) async throws {
        var bytes = try bytes(index)
        let count = bytes[1028..<1032].reduce(0) { $0 << 8 | Int($1) }
        let size = try self.bytes(pack).count
        let value = place == -5 ? size - 5 : place == 2000 ? size + 2000 : place
        for entry in 0..<count {
            for byte in 0..<4 {
                bytes[1032 + 24 * count + 4 * entry + byte] = UInt8(value >> (24 - 8 * byte) & 0xFF)
            }
        }
        try replace(index, by: bytes)
        try await check("\(place)", mustFail: true)
    }

    @Test("Random damage in a pack or its index is told, or does no harm", arguments: 1...6)
    func randomDamage(seed: UInt64) async throws {
        var random = SplitMix(seed: seed)
        for file in [pack, index] {
            let whole = try bytes(file)
            for number in 0..<4 {
                var broken = whole
                let place = 8 + random.next(below: whole.count - 28)
                for offset in 0..<[1, 1, 4, 512][random.next(below: 4)]
                where place + offset < whole.count - 20 {
                    broken[place + offset] = number % 2 == 0 ? 0 : UInt8(random.next(below: 256))
                }
                try replace(file, by: broken)
                try await check("\(seed).\(number) at \(place) of \(file.suffix(4))")
            }
            try replace(file, by: whole)
        }
        try await check("nothing")
    }

    @Test(
        "A pack or index that is cut short, empty, garbage or no file is told",
        arguments: [
            "empty", "half", "less", "garbage", "zeros", "pipe", "directory",
        ])
    func files(how: String) async throws {
        for file in [pack, index] {
            let whole = try bytes(file)
            switch how {
            case "empty": try replace(file, by: [])
            case "half": try replace(file, by: Array(whole.prefix(whole.count / 2)))
            case "less": try replace(file, by: whole.dropLast())
            case "garbage": try replace(file, by: whole.map { $0 ^ 0x55 })
            case "zeros": try replace(file, by: whole.map { _ in 0 })
            case "pipe":
                try #require(unlink(file) == 0)
                try #require(mkfifo(file, 0o644) == 0)
            default:
                try #require(unlink(file) == 0)
                try #require(mkdir(file, 0o755) == 0)
            }
            try await check("\(how) \(file.suffix(4))", mustFail: true)
            _ = rmdir(file)
            try replace(file, by: whole)
        }
    }

    @Test("An index that claims more objects than its size can hold is damage")
    func claims() async throws {
        let whole = try bytes(index)
        let count = whole[1028..<1032].reduce(0) { $0 << 8 | Int($1) }
        // So many that 28 bytes for each are 28 times the true count, in 32 bits.
        for claimed in [UInt32(count) + 0x4000_0000, 0xFFFF_FFFF, UInt32(count) + 1] {
            var bytes = whole
            for entry in 8..<1032 {
                bytes[entry] =
                    entry / 4 == 257 ? UInt8(claimed >> UInt32(24 - 8 * (entry % 4)) & 0xFF) : 0
            }
            try replace(index, by: bytes)
            try await check("\(claimed)", mustFail: true)
        }
    }

    @Test("Deltas that are made of each other are damage")
    func circle() async throws {
        let ids = try ["tip", "root"].map { try #require(paths.objects[$0]) }.sorted()
        let raw = ids.map { id in
            stride(from: 0, to: 40, by: 2).compactMap {
                UInt8(id.dropFirst($0).prefix(2), radix: 16)
            }
        }
        // Two deltas of 20 bytes that name each other, in a pack whose end nobody computes.
        let delta: [UInt8] = [0x74, 0x01]
        let first = delta + raw[1] + deflated([4, 4, 0, 0])
        let content =
            Array("PACK".utf8) + [0, 0, 0, 2, 0, 0, 0, 2] + first
            + delta + raw[0] + deflated([4, 4, 0, 0])
        let end = [UInt8](repeating: 7, count: 20)
        var table: [UInt8] = [0xFF, 0x74, 0x4F, 0x63, 0, 0, 0, 2]
        for byte in 0..<256 {
            table += [0, 0, 0, UInt8(raw.filter { Int($0[0]) <= byte }.count)]
        }
        table += raw[0] + raw[1] + [UInt8](repeating: 0, count: 8)
        table += [0, 0, 0, 12, 0, 0, 0, UInt8(12 + first.count)] + end + end
        try replace(pack, by: content + end)
        try replace(index, by: table)
        try await check("circle")
        let (path, tip) = (paths.path, paths.tip)
        let error = await #expect(throws: GitError.self) {
            try await bounded { try LocalRepository(at: path).commit(tip).id }
        }
        #expect(error?.kind == .damaged)
        #expect(error?.description.contains("delta") == true, "\(String(describing: error))")
    }

    @Test(
        "Other indexes and a commit graph that are garbage are not read",
        arguments: [
            "objects/pack/multi-pack-index", "objects/info/commit-graph", "objects/info/packs",
            "objects/info/commit-graphs/commit-graph-chain", "shallow",
        ])
    func unused(name: String) async throws {
        try paths.upstream.git("multi-pack-index", "write")
        try paths.upstream.git("commit-graph", "write", "--reachable")
        let file = "\(paths.path)/.git/\(name)"
        try FileManager.default.createDirectory(
            atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        if name != "shallow" {
            for content in [[UInt8]("MIDX garbage".utf8), Array(repeating: 0xFF, count: 5000), []] {
                try replace(file, by: content)
                for (read, answer) in await paths.read() {
                    #expect(try answer.get() == intact[read]?.get(), "\(name) \(read)")
                }
            }
        }
        _ = unlink(file)
        try #require(mkfifo(file, 0o644) == 0)
        for (read, answer) in await paths.read() {
            #expect(try answer.get() == intact[read]?.get(), "\(name) \(read)")
        }
    }
}
