import Foundation
import Glibc
import Synchronization
import Testing

@testable import Git

/// A disk that is really full: a small file system of its own.
@Suite("A full disk under a mirror", .enabled(if: getuid() == 0, "mounting needs root"))
struct MirrorDiskTests {
    private let watched: WatchedSource
    private let disk: String

    /// Mounts the mirror's directory.
    init() throws {
        let upstream = try Upstream()
        try upstream.commit(["a": "1"])
        watched = try WatchedSource(upstream)
        disk = watched.mirror
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
    }

    private func mounted(_ size: String, _ work: () async throws -> Void) async throws {
        try #require(mount("tmpfs", disk, "tmpfs", 0, "size=\(size)") == 0)
        defer { umount2(disk, Int32(MNT_DETACH)) }
        try await work()
    }

    private var free: Int { DiskSpace(at: disk)?.free ?? 0 }

    /// Writes until as many bytes are free; the file system counts pages.
    private func fill(leaving bytes: Int) throws {
        let file = open("\(disk)/filler", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        defer { close(file) }
        let page = [UInt8](repeating: 1, count: 4096)
        while free > bytes {
            guard Glibc.write(file, page, page.count) == page.count else { break }
        }
    }

    private func large(_ seed: UInt64) -> [String: String?] {
        Dictionary(
            uniqueKeysWithValues: (0..<40).map { number in
                ("f\(number)", Upstream.incompressible(seed * 100 + UInt64(number)))
            })
    }

    @Test("A fetch ends before the disk is full, leaves nothing, and goes on when there is room")
    func fetch() async throws {
        try await mounted("4m") {
            let old = try await watched.poll().tip
            let tip = try watched.upstream.commit(large(1))
            try fill(leaving: 900 << 10)
            let before = free
            for _ in 1...3 {
                let error = try await gitError { try await watched.source().poll() }
                #expect(error.kind == .diskFull, "\(error)")
                #expect(error.disposition == .waiting)
                #expect(error.description.contains(disk))
                #expect(free == before, "Nothing piles up.")
                #expect(try watched.leftovers().isEmpty)
                #expect(try await GitRepository(at: watched.copy).text(at: "a", of: old) == "1")
            }
            try #require(unlink("\(disk)/filler") == 0)
            let revision = try await watched.poll()
            #expect(revision.tip == tip)
            #expect(revision.mirrorRebuilt == nil)
            try watched.checkCopy()
        }
    }

    @Test("A first fetch and a new copy that do not fit leave nothing, and the old copy")
    func clone() async throws {
        try await mounted("4m") {
            try watched.upstream.commit(large(2))
            try fill(leaving: 700 << 10)
            let before = free
            let error = try await gitError { try await watched.source().poll() }
            #expect(error.kind == .diskFull, "\(error)")
            #expect(free >= before - 4096)
            #expect(try watched.leftovers().isEmpty)
            try #require(unlink("\(disk)/filler") == 0)
            let source = try watched.source()
            let tip = try await source.poll().tip

            try fill(leaving: 700 << 10)
            let renewal = try await gitError { try await source.tidy(at: .renewing) }
            #expect(renewal.kind == .diskFull, "\(renewal)")
            try write("", to: "\(watched.copy)/HEAD")
            #expect(try await gitError { try await source.poll() }.kind == .diskFull)
            #expect(try watched.leftovers().isEmpty)
            #expect(try await source.repository().text(at: "a", of: tip) == "1")
            try #require(unlink("\(disk)/filler") == 0)
            #expect(try await source.poll().mirrorRebuilt != nil)
        }
    }

    @Test("Not a byte and not a file is left, and the kind of error is the same")
    func nothingLeft() async throws {
        try await mounted("4m") {
            _ = try await watched.poll()
            let tip = try watched.upstream.commit(["a": "2"])
            try fill(leaving: 0)
            let error = try await gitError { try await watched.source().poll() }
            #expect(error.kind == .diskFull, "\(error)")
            #expect(error.hint.contains("Free space"))
            try #require(unlink("\(disk)/filler") == 0)
            #expect(try await watched.poll().tip == tip)
        }
        try await mounted("4m,nr_inodes=12") {
            let error = try await gitError { try await watched.source().poll() }
            #expect(error.kind == .diskFull, "\(error)")
            #expect(try watched.leftovers().isEmpty)
        }
    }

    @Test("A small commit is seen on a disk that is nearly full")
    func nearlyFull() async throws {
        try await mounted("4m") {
            _ = try await watched.poll()
            let tip = try watched.upstream.commit(["a": "2"])
            try fill(leaving: 300 << 10)
            #expect(try await watched.poll().tip == tip)
        }
    }

    @Test("A merge that does not fit leaves the packs, and is done when there is room")
    func merge() async throws {
        try await mounted("4m") {
            _ = try await watched.poll()
            for seed in [3, 4] as [UInt64] {
                try watched.upstream.commit(large(seed).filter { $0.key.count == 2 })
                _ = try await watched.poll()
            }
            let packs = try watched.packs()
            try fill(leaving: 450 << 10)
            let source = try watched.source()
            let least = LeastFree(at: disk)
            let error = try await gitError { try await source.tidy(at: MirrorLimits(packs: 1)) }
            #expect(error.kind == .diskFull, "\(error)")
            #expect(least.end() > 100 << 10, "The journal needs room too.")
            #expect(try watched.packs() == packs)
            #expect(try watched.leftovers().isEmpty)
            try #require(unlink("\(disk)/filler") == 0)
            let told = try await source.tidy(at: MirrorLimits(packs: 1))
            #expect(told != nil)
            try watched.checkCopy()
        }
    }

    @Test("A pack larger than a worker may write is an error that leaves nothing")
    func fileLimit() async throws {
        // The shell's limit comes first, and a worker cannot raise it unless it is root's.
        let program = watched.program
        let worker = WorkerCommand(
            executable: "/bin/sh",
            arguments: ["-c", "ulimit -f 200; exec \"$0\" git-worker", program])
        try watched.upstream.commit(large(4))
        let source = GitSource(
            url: try RemoteURL(watched.url), branch: try BranchName("main"),
            mirrorDirectory: disk, worker: worker)
        do {
            _ = try await source.poll()
        } catch let error as GitError {
            #expect(error.disposition == .waiting, "\(error)")
        }
        #expect(try watched.leftovers().isEmpty)
        #expect(try await watched.poll().tip == (try watched.upstream.head()))
    }
}

/// Watches a disk, and remembers the least that was free.
private final class LeastFree: Sendable {
    private let state = Mutex((least: Int.max, isOver: false))

    init(at directory: String) {
        Thread.detachNewThread { [self] in
            while true {
                let free = DiskSpace(at: directory)?.free ?? 0
                let isOver = state.withLock { state in
                    if !state.isOver { state.least = min(state.least, free) }
                    return state.isOver
                }
                if isOver { return }
                usleep(200)
            }
        }
    }

    func end() -> Int {
        state.withLock { state in
            state.isOver = true
            return state.least
        }
    }
}
