import Foundation
import Glibc
import Synchronization
import Testing

@testable import Git

@Suite("Loose objects that change while they are read, or are somebody else's")
struct LooseRaceTests {
    private static func read(_ path: String, _ tip: CommitID, _ name: String) throws -> [UInt8]? {
        try CommitTree(of: tip, in: try LocalRepository(at: path)).bytes(at: name, limit: 1 << 30)
    }

    private static func file(of id: String, in path: String) -> String {
        "\(path)/.git/objects/\(id.prefix(2))/\(id.dropFirst(2))"
    }

    @Test("Random damage gives the content or an error, in little time", arguments: 1...8)
    func randomDamage(seed: UInt64) async throws {
        var random = SplitMix(seed: seed)
        let upstream = try Upstream()
        let text = String(
            (0..<random.next(below: 3000)).map { _ in
                "abc\nxyz ".randomElement(using: &random) ?? " "
            })
        let tip = try upstream.commit(["a": text])
        let path = upstream.path
        for revision in ["HEAD", "HEAD^{tree}", "HEAD:a"] {
            let file = Self.file(of: try upstream.git("rev-parse", revision), in: path)
            let content = Array(try Data(contentsOf: URL(fileURLWithPath: file)))
            try #require(chmod(file, 0o600) == 0)
            for number in 0..<150 {
                let broken = content.damaged(&random)
                try Data(broken).write(to: URL(fileURLWithPath: file))
                do {
                    let bytes = try await bounded { try Self.read(path, tip, "a") }
                    #expect(bytes == Array(text.utf8), "\(seed) \(revision) \(number)")
                } catch let error as GitError {
                    #expect(error.kind == .damaged, "\(seed) \(revision) \(number): \(error)")
                }
            }
            try Data(content).write(to: URL(fileURLWithPath: file))
        }
        #expect(try Self.read(path, tip, "a") == Array(text.utf8))
    }

    private static func replace(_ file: String, _ content: Data, _ step: Int) {
        let place = URL(fileURLWithPath: file)
        switch step % 5 {
        case 0: try? content.prefix(step * 97 % content.count).write(to: place)
        case 1: truncate(file, step * 31 % content.count)
        case 2:
            unlink(file)
            mkfifo(file, 0o644)
        case 3: unlink(file)
        default: try? content.write(to: place, options: .atomic)
        }
    }

    @Test("A file that somebody replaces all the time gives the content or an error")
    func replaced() async throws {
        let upstream = try Upstream()
        let text = String(repeating: Upstream.incompressible(3), count: 20)
        let tip = try upstream.commit(["a": text])
        let path = upstream.path
        let file = Self.file(of: try upstream.git("rev-parse", "HEAD:a"), in: path)
        let content = try Data(contentsOf: URL(fileURLWithPath: file))
        let isDone = Flag()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await bounded(seconds: 90) {
                    var step = 0
                    while !isDone.isSet {
                        step += 1
                        Self.replace(file, content, step)
                    }
                }
            }
            defer { isDone.set() }
            var good = 0
            let deadline = ContinuousClock.now.advanced(by: .seconds(2))
            while ContinuousClock.now < deadline {
                do {
                    let bytes = try await bounded { try Self.read(path, tip, "a") }
                    #expect(bytes == Array(text.utf8))
                    good += 1
                } catch let error as GitError {
                    #expect(error.kind == .damaged, "\(error)")
                }
            }
            isDone.set()
            #expect(good > 0)
            try await group.waitForAll()
        }
    }

    @Test("While `git` packs and prunes, everything is always found")
    func repacked() async throws {
        let upstream = try Upstream()
        var tip = try upstream.commit(["a": "0"])
        for number in 1...20 { tip = try upstream.commit(["a": "\(number)", "d/\(number)": "x"]) }
        let path = upstream.path
        let last = tip
        let isDone = Flag()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { isDone.set() }
                for number in 0..<8 {
                    try upstream.commit(["a": "more \(number)"])
                    try upstream.git("repack", "--quiet", "-a", "-d", "-f", "--window=\(number)")
                    try upstream.git("prune-packed", "--quiet")
                }
            }
            let store = try GitRepository(at: path)
            while !isDone.isSet {
                let history = try await store.firstParentHistory(from: nil, to: last)
                #expect(history.count == 21)
            }
            try await group.waitForAll()
        }
    }

    /// Takes the objects out of the packs: all are loose before the packs go.
    private static func unpack(_ upstream: Upstream) throws {
        let objects = "\(upstream.path)/.git/objects"
        let scratch = "\(upstream.folder.path)/unpacked"
        let files = FileManager.default
        let packs = try files.contentsOfDirectory(atPath: "\(objects)/pack")
            .filter { $0.hasSuffix(".pack") }.map { "\(objects)/pack/\($0.dropLast(5))" }
        for pack in packs {
            try files.createDirectory(atPath: scratch, withIntermediateDirectories: true)
            let content = try Data(contentsOf: URL(fileURLWithPath: "\(pack).pack"))
            _ = try Upstream.git(
                ["-C", upstream.path, "unpack-objects", "-q"], input: Array(content),
                home: upstream.folder.path, extra: ["GIT_OBJECT_DIRECTORY": scratch])
            for name in try files.subpathsOfDirectory(atPath: scratch) where name.count == 41 {
                let folder = "\(objects)/\(name.prefix(2))"
                try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
                let code = link("\(scratch)/\(name)", "\(objects)/\(name)")
                try #require(code == 0 || errno == EEXIST)
            }
            try files.removeItem(atPath: scratch)
            for end in ["idx", "pack"] { try files.removeItem(atPath: "\(pack).\(end)") }
        }
    }

    @Test("While objects go into packs and come out of them, here and where they are borrowed from")
    func movedAbout() async throws {
        let upstream = try Upstream(inMemory: true)
        var tip = try upstream.commit(["a": "0"])
        for number in 1...9 { tip = try upstream.commit(["a": "\(number)"]) }
        let borrower = "\(upstream.folder.path)/borrower"
        try upstream.git("clone", "--quiet", "--bare", "--shared", upstream.path, borrower)
        let paths = [upstream.path, borrower]
        let last = tip
        let isDone = Flag()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await bounded(seconds: 120) {
                    defer { isDone.set() }
                    for _ in 0..<6 {
                        try upstream.git("repack", "--quiet", "-a", "-d")
                        try upstream.git("prune-packed", "--quiet")
                        try Self.unpack(upstream)
                    }
                    try upstream.git("gc", "--quiet", "--prune=now")
                }
            }
            for path in paths {
                group.addTask {
                    try await bounded(seconds: 120) {
                        let kept = try LocalRepository(at: path)
                        let short = String(last.description.prefix(10))
                        repeat {
                            for store in [kept, try LocalRepository(at: path)] {
                                let line = try store.firstParentHistory(
                                    from: nil, to: last, limit: 99)
                                #expect(line.count == 10)
                                #expect(try store.resolve(short) == last)
                            }
                        } while !isDone.isSet
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test(
        "Objects are borrowed over relative and absolute paths, in a circle, and damaged ones told")
    func alternates() async throws {
        let upstream = try Upstream()
        let first = try upstream.commit(["a": "1"])
        let base = upstream.folder.path
        try upstream.git("clone", "--quiet", "--shared", upstream.path, "\(base)/second")
        try upstream.git("clone", "--quiet", "--shared", "\(base)/second", "\(base)/third")
        try write(
            "# where they are\n../../../source/.git/objects\n/nonexistent\n\n",
            to: "\(base)/second/.git/objects/info/alternates")
        try write(
            "../../../third/.git/objects\n", to: "\(upstream.path)/.git/objects/info/alternates")
        let third = "\(base)/third"
        #expect(try await bounded { try Self.read(third, first, "a") } == [0x31])
        let file = Self.file(of: try upstream.git("rev-parse", "HEAD:a"), in: upstream.path)
        let size = try #require(
            try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int)
        try #require(truncate(file, size - 3) == 0)
        let error = await #expect(throws: GitError.self) {
            try await bounded { try Self.read(third, first, "a") }
        }
        #expect(error?.kind == .damaged)
        #expect(error?.description.contains(file) == true, "\(String(describing: error))")

        let list = "\(third)/.git/objects/info/alternates"
        try #require(unlink(list) == 0)
        try #require(mkfifo(list, 0o644) == 0)
        let blocked = await #expect(throws: GitError.self) {
            try await bounded { try Self.read(third, first, "a") }
        }
        #expect(blocked?.kind == .damaged)
        #expect(blocked?.description.contains(list) == true)
    }

    @Test(
        "The size of a file of 400 MB is read without its content, and with it only what it takes")
    func large() async throws {
        let upstream = try Upstream(inMemory: true)
        let file = "\(upstream.path)/a"
        try write("", to: file)
        try #require(truncate(file, 400 << 20) == 0)
        let tip = try upstream.commit()
        let store = try LocalRepository(at: upstream.path)
        let error = #expect(throws: GitError.self) {
            try CommitTree(of: tip, in: store).bytes(at: "a", limit: 1 << 20)
        }
        #expect(error?.kind == .tooLarge)
        let bytes = try CommitTree(of: tip, in: store).bytes(at: "a", limit: 1 << 30)
        #expect(bytes?.count == 400 << 20)
    }
}

extension [UInt8] {
    /// Cuts, flips, zeroes, doubles or inserts something.
    fileprivate func damaged(_ random: inout SplitMix) -> [UInt8] {
        var bytes = self
        let place = random.next(below: count)
        switch random.next(below: 6) {
        case 0: bytes.removeLast(count - place)
        case 1: bytes[place] ^= 1 << UInt8(random.next(below: 8))
        case 2:
            for index in place..<Swift.min(place + 16, count) { bytes[index] = 0 }
        case 3: bytes.insert(UInt8(random.next(below: 256)), at: place)
        case 4: bytes.remove(at: place)
        default: bytes += bytes[place...]
        }
        return bytes
    }
}

/// Says once, to whoever asks, that something is done.
private final class Flag: Sendable {
    private let value = Atomic(false)

    var isSet: Bool { value.load(ordering: .relaxed) }

    func set() { value.store(true, ordering: .relaxed) }
}

/// Numbers that are the same for a seed.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    mutating func next(below count: Int) -> Int { Int(next() % UInt64(count)) }
}
