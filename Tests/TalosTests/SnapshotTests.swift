import ClusterModel
import Crypto
import Execution
import Foundation
import Testing

@testable import Talos

@Suite("etcd snapshots", .timeLimit(.minutes(1)))
struct SnapshotTests {
    /// A snapshot of a database of that many bytes.
    private func snapshot(_ size: Int) -> [UInt8] {
        let database = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        return database + Array(SHA256.hash(data: database))
    }

    private func withFolder(_ body: (URL) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder)
    }

    private func content(of folder: URL) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    }

    private func nodes() -> [FakeNode] {
        (1...2).map { FakeNode(name: "cp-\($0)", etcdID: UInt64($0)) }
    }

    @Test("A follower's snapshot is streamed, verified and readable by the owner alone")
    func good() async throws {
        let bytes = snapshot(3 << 20)
        try await withCluster(nodes()) { test in
            test.cluster.change { $0.behaviour.snapshot = bytes }
            try await withFolder { folder in
                let path = folder.appending(path: "etcd.db").path
                let receipt = try await test.client.snapshotEtcd(to: path)
                let digest = SHA256.hash(data: bytes.dropLast(32))
                #expect(receipt.bytes == bytes.count)
                #expect(receipt.path == path)
                #expect(receipt.sha256 == digest.map { String(format: "%02x", $0) }.joined())
                #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data(bytes))
                let attributes = try FileManager.default.attributesOfItem(atPath: path)
                #expect(attributes[.posixPermissions] as? Int == 0o600)
                #expect(content(of: folder) == ["etcd.db"])
                #expect(test.cluster.get(\.calls).contains("EtcdSnapshot \(test.addresses[1])"))
            }
        }
    }

    @Test("What an attempt that was killed left behind is replaced")
    func leftover() async throws {
        let bytes = snapshot(1024)
        try await withCluster(nodes()) { test in
            test.cluster.change { $0.behaviour.snapshot = bytes }
            try await withFolder { folder in
                try FileManager.default.createDirectory(
                    at: folder, withIntermediateDirectories: true)
                let path = folder.appending(path: "etcd.db").path
                try Data(repeating: 7, count: 5000).write(
                    to: URL(fileURLWithPath: path + ".partial"))
                _ = try await test.client.snapshotEtcd(to: path)
                #expect(content(of: folder) == ["etcd.db"])
            }
        }
    }

    /// Ways in which a snapshot can be wrong although the stream ends well.
    enum Damage: CaseIterable {
        case empty
        case shortByOne
        case withoutTrailer
        case shortByPage
        case flipped
        case wrongTrailer

        func apply(_ bytes: [UInt8]) -> [UInt8] {
            var bytes = bytes
            switch self {
            case .empty: return []
            case .shortByOne: return Array(bytes.dropLast())
            case .withoutTrailer: return Array(bytes.dropLast(32))
            case .shortByPage: return Array(bytes.dropLast(512))
            case .flipped: bytes[100] ^= 1
            case .wrongTrailer: bytes[bytes.count - 1] ^= 1
            }
            return bytes
        }
    }

    @Test("A damaged snapshot leaves nothing behind", arguments: Damage.allCases)
    func damaged(damage: Damage) async throws {
        let bytes = damage.apply(snapshot(4096))
        try await withCluster(nodes()) { test in
            test.cluster.change { $0.behaviour.snapshot = bytes }
            try await withFolder { folder in
                let path = folder.appending(path: "etcd.db").path
                let error: ClusterError = try await failure {
                    _ = try await test.client.snapshotEtcd(to: path)
                }
                #expect(error.kind == .failed)
                #expect(error.message.contains("EtcdSnapshot"))
                #expect(content(of: folder).isEmpty)
            }
        }
    }

    @Test("A connection lost in the middle leaves nothing behind", arguments: [0, 1500, 2 << 20])
    func lost(after count: Int) async throws {
        let bytes = snapshot(3 << 20)
        try await withCluster(nodes()) { test in
            test.cluster.change {
                $0.behaviour.snapshot = bytes
                $0.behaviour.snapshotCut = count
            }
            try await withFolder { folder in
                let path = folder.appending(path: "etcd.db").path
                let error: ClusterError = try await failure {
                    _ = try await test.client.snapshotEtcd(to: path)
                }
                #expect(error.kind == .unreachable)
                #expect(content(of: folder).isEmpty)
                // Both members were tried.
                let calls = test.cluster.get(\.calls).filter { $0.hasPrefix("EtcdSnapshot") }
                #expect(Set(calls).count == 2)
            }
        }
    }

    @Test("A stream that falls silent ends at the limit, and leaves nothing behind")
    func silent() async throws {
        let bytes = snapshot(4096)
        var timeouts = TalosTimeouts.forTests
        timeouts.silence = .milliseconds(300)
        try await withCluster([FakeNode(name: "cp-1")], timeouts: timeouts) { test in
            test.cluster.change {
                $0.behaviour.snapshot = Array(bytes.prefix(2048))
                $0.behaviour.snapshotStalls = true
            }
            try await withFolder { folder in
                let path = folder.appending(path: "etcd.db").path
                let error: ClusterError = try await failure {
                    _ = try await test.client.snapshotEtcd(to: path)
                }
                #expect(error.kind == .unreachable)
                #expect(error.message.contains("nothing came for"))
                #expect(content(of: folder).isEmpty)
            }
        }
    }

    @Test("A place that cannot be written to is named, and no second member is asked")
    func unwritable() async throws {
        let bytes = snapshot(1024)
        try await withCluster(nodes()) { test in
            test.cluster.change { $0.behaviour.snapshot = bytes }
            let error: ClusterError = try await failure {
                _ = try await test.client.snapshotEtcd(to: "/proc/none/etcd.db")
            }
            #expect(error.kind == .failed)
            #expect(error.message.contains("/proc/none/etcd.db"))
            #expect(!test.cluster.get(\.calls).contains { $0.hasPrefix("EtcdSnapshot") })
        }
    }

    @Test("A write that fails is named with the file")
    func failingWrite() async throws {
        let file = SnapshotFile(path: "/nowhere/etcd.db")
        // Never opened: the system refuses the write as it would on a full disk.
        let error: FileFailure = try await failure { try await file.write([1, 2, 3]) }
        #expect(error.description.hasPrefix("cannot write /nowhere/etcd.db: "))
        await file.discard()
    }

    @Test("No healthy member, no snapshot")
    func unhealthy() async throws {
        var node = FakeNode(name: "cp-1")
        node.etcdErrors = ["etcdserver: no leader"]
        try await withCluster([node]) { test in
            let error: ClusterError = try await failure {
                _ = try await test.client.snapshotEtcd(to: "/nowhere/etcd.db")
            }
            #expect(error.kind == .refused)
            #expect(error.message.contains("no member of etcd is healthy"))
        }
    }

    @Test("The digest does not depend on how the bytes arrive", arguments: [1, 31, 32, 33, 512])
    func pieces(size: Int) throws {
        let bytes = snapshot(2048)
        var digest = SnapshotDigest()
        for start in stride(from: 0, to: bytes.count, by: size) {
            digest.update(Array(bytes[start..<min(start + size, bytes.count)]))
        }
        let expected = bytes.suffix(32).map { String(format: "%02x", $0) }.joined()
        #expect(try digest.verified() == expected)
        #expect(digest.count == bytes.count)
    }
}
