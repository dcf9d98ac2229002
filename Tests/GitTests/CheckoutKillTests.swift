import Foundation
import Glibc
import Testing

@testable import Git

@Suite("Checkouts and what interrupts them")
struct CheckoutKillTests {
    private func wideCommit(_ upstream: Upstream) throws -> CommitID {
        var files: [String: String?] = [:]
        for number in 0..<300 { files["d\(number % 20)/f\(number)"] = "content \(number)\n" }
        return try upstream.commit(files)
    }

    /// Begins a checkout in a process of its own for each place, and kills each after its delay.
    ///
    /// It must be called where no other thread of the process is of importance.
    private static func checkOutAndKill(
        _ commit: CommitID, from source: String, places: [String], measuring measure: String
    ) throws {
        let store = try LocalRepository(at: source)
        // Measured here, where no other test waits for the same threads.
        let began = ContinuousClock.now
        _ = try Checkout(of: commit, from: store, at: measure).perform()
        let step = Int(min(ContinuousClock.now - began, .seconds(2)) / .microseconds(1)) / 14
        // Swift hides it, since most of its runtime is not there any more afterwards.
        let symbol = try #require(dlsym(UnsafeMutableRawPointer(bitPattern: 0), "fork"))
        let fork = unsafeBitCast(symbol, to: (@convention(c) () -> pid_t).self)
        for (index, place) in places.enumerated() {
            let child = fork()
            if child == 0 {
                _ = try? Checkout(of: commit, from: store, at: place).perform()
                // Done before the time was up: killed all the same.
                while true { pause() }
            }
            usleep(UInt32(step * index))
            kill(child, SIGKILL)
            waitpid(child, nil, 0)
        }
    }

    /// Makes the folder of each place, and lets an old checkout stand in every second one.
    private func prepare(
        _ places: [String], with old: CommitID, from repository: GitRepository
    ) async throws {
        for (index, place) in places.enumerated() {
            try FileManager.default.createDirectory(
                atPath: (place as NSString).deletingLastPathComponent,
                withIntermediateDirectories: true)
            if index % 2 == 0 { try await repository.checkOut(old, into: place) }
        }
    }

    @Test("Killed at any moment, a checkout is not there or whole, and the next one is whole")
    func killed() async throws {
        let upstream = try Upstream(inMemory: true)
        let old = try upstream.commit(["old": "1"])
        let commit = try wideCommit(upstream)
        let expected = [
            old: try upstream.entries(of: old), commit: try upstream.entries(of: commit),
        ]
        let repository = try GitRepository(at: upstream.path)
        let folder = try TestFolder(inMemory: true)
        let places = (0..<18).map { "\(folder.path)/\($0)/w" }
        try await prepare(places, with: old, from: repository)
        await #expect(processExitsWith: .success) {
            [
                from = upstream.path as String, places = places as [String],
                commit = commit as CommitID, measure = "\(folder.path)/measure" as String
            ] in
            try Self.checkOutAndKill(commit, from: from, places: places, measuring: measure)
        }
        var survived = 0
        for (index, place) in places.enumerated() {
            if exists(place) {
                let head = try #require(CommitID(try CheckedOut(place).git("rev-parse", "HEAD")))
                if head == commit { survived += 1 }
                #expect(head == commit || (index % 2 == 0 && head == old))
                #expect(try CheckedOut(place).entries() == expected[head])
                #expect(try CheckedOut(place).git("status", "--porcelain") == "")
            } else {
                #expect(index % 2 == 1)
            }
            try await repository.checkOut(commit, into: place)
            #expect(try CheckedOut(place).entries() == expected[commit])
            let folder = (place as NSString).deletingLastPathComponent
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["w"])
        }
        // The sweep reached from before the first file to after the last.
        #expect(survived > 0 && survived < places.count)
    }

    @Test(
        "A disk that fills up at any point leaves the old checkout", .enabled(if: getuid() == 0))
    func full() async throws {
        let upstream = try Upstream()
        let old = try upstream.commit(["old": "1"])
        let commit = try upstream.commit([
            "a": Upstream.incompressible(1), "b": Upstream.incompressible(2),
        ])
        let folder = try TestFolder()
        let disk = "\(folder.path)/disk"
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
        try #require(mount("tmpfs", disk, "tmpfs", 0, "size=4m") == 0)
        defer { umount2(disk, Int32(MNT_DETACH)) }
        let store = try LocalRepository(at: upstream.path)
        let place = "\(disk)/w"
        try Checkout(of: old, from: store, at: place).perform()
        var failures = 0
        for kilobytes in stride(from: 60, through: 560, by: 50) {
            let room = try #require(DiskSpace(at: disk))
            let filler = open("\(disk)/filler", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
            try #require(posix_fallocate(filler, 0, room.free - kilobytes << 10) == 0)
            close(filler)
            do throws(GitError) {
                // Without the look at the disk beforehand, as when others fill it meanwhile.
                try Checkout(of: commit, from: store, at: place).perform(lookingAtDisk: false)
            } catch {
                failures += 1
                #expect(error.disposition == .waiting, "\(error)")
                #expect(try content("\(place)/old") == "1")
                #expect(!exists("\(place)/a"))
            }
            // Cut short first: children of other tests may hold it open for an instant.
            truncate("\(disk)/filler", 0)
            unlink("\(disk)/filler")
            let names = try FileManager.default.contentsOfDirectory(atPath: disk)
            #expect(names == ["w"])
            try Checkout(of: old, from: store, at: place).perform(lookingAtDisk: false)
        }
        #expect(failures > 3)
    }
}
