import ClusterModel
import Execution
import Foundation
import GRDB
import TestSupport
import Testing

@testable import RunStore

@Suite("Who may open a journal, and what is refused")
struct OwnershipTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private var file: String { "\(directory.path)/journal.sqlite" }

    @Test("A second writer is refused and told who holds the directory; a reader is not")
    func oneWriter() async throws {
        let store = try RunStore.open(in: directory.path)
        let error = #expect(throws: StoreError.self) { try RunStore.open(in: directory.path) }
        #expect(error?.message.contains("process \(getpid())") == true)
        try await store.save(ClusterRecord(name: Sample.cluster))
        let reader = try RunStore.reader(in: directory.path)
        #expect(try await reader.clusters().map(\.name) == [Sample.cluster])
    }

    @Test("The directory is free again once its owner is gone")
    func released() throws {
        try RunStore.open(in: directory.path).close()
        try RunStore.open(in: directory.path).close()
    }

    @Test("A journal that is used after it was closed says so, also by those that were waiting")
    func closed() async throws {
        let store = try RunStore.open(in: directory.path)
        let run = RunID(cluster: Sample.cluster, number: 1)
        await withTaskGroup(of: Bool.self) { group in
            for number in 0..<40 {
                group.addTask {
                    if number == 20 { return (try? store.close()) != nil }
                    do {
                        try await store.append(.runStarted(planDigest: "sha256:1"), to: run)
                        return try await !store.entries(of: run).isEmpty
                    } catch {
                        return (error as? StoreError)?.message.contains("it is closed") == true
                    }
                }
            }
            #expect(await group.allSatisfy(\.self))
        }
        let error = await #expect(throws: StoreError.self) { try await store.clusters() }
        #expect(error?.message.contains("Could not read the clusters") == true)
        try store.close()
    }

    @Test("A copy of the lock's descriptor, as a child has before `exec`, holds nothing")
    func inherited() throws {
        let store = try RunStore.open(in: directory.path)
        let lock = "\(directory.path)/lock"
        let held = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").filter {
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)"))
                == lock
        }
        let copy = dup(try #require(held.first.flatMap(Int32.init)))
        defer { close(copy) }
        try store.close()
        try RunStore.open(in: directory.path).close()
    }

    @Test("A reader of a directory without a journal is told so")
    func missing() throws {
        let error = #expect(throws: StoreError.self) { try RunStore.reader(in: directory.path) }
        #expect(error?.hint.contains("uprev run") == true)
    }

    @Test("A file that is no database is refused and left as it is")
    func garbage() throws {
        let bytes = Data(repeating: 0x5a, count: 8192)
        try bytes.write(to: URL(fileURLWithPath: file))
        let error = #expect(throws: StoreError.self) { try RunStore.open(in: directory.path) }
        #expect(error?.disposition == .stalled)
        #expect(error?.message.contains(file) == true)
        #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == bytes)
    }

    @Test("A journal with damaged pages is refused, never reset")
    func damaged() async throws {
        do {
            let store = try RunStore.open(in: directory.path)
            for number in 0..<200 {
                try await store.append(
                    LogRecord(
                        time: 0, level: .info, event: .progress,
                        message: String(repeating: "x", count: 500) + "\(number)"))
            }
            try store.close()
        }
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: file))
        try handle.seek(toOffset: 4096)
        try handle.write(contentsOf: Data(repeating: 0xff, count: 16384))
        try handle.close()
        #expect(throws: StoreError.self) { try RunStore.open(in: directory.path) }
    }

    @Test("A journal of a newer program is refused")
    func newer() async throws {
        do {
            let store = try RunStore.open(in: directory.path)
            try await store.write("raise the version") { database in
                try database.execute(sql: "PRAGMA user_version = 99")
            }
            try store.close()
        }
        let error = #expect(throws: StoreError.self) { try RunStore.open(in: directory.path) }
        #expect(error?.message.contains("newer version") == true)
    }

    @Test("A full disk is an error that waits, and what was written before stays")
    func fullDisk() async throws {
        let store = try RunStore.open(in: directory.path)
        let run = RunID(cluster: Sample.cluster, number: 1)
        try await store.append(.runStarted(planDigest: "sha256:1"), to: run)
        try await store.write("limit the file") { database in
            _ = try Int.fetchOne(database, sql: "PRAGMA max_page_count = 1")
        }
        let long = String(repeating: "y", count: 100_000)
        let error = await #expect(throws: StoreError.self) {
            try await store.append(.stepCleared(1, reason: long), to: run)
        }
        #expect(error?.disposition == .waiting)
        #expect(try await store.entries(of: run) == [.runStarted(planDigest: "sha256:1")])
    }
}
