import ClusterModel
import ClusterSimulator
import Foundation
import TestSupport
import Testing

/// A journal on a disk that is really full: a small file system of its own.
@Suite("A full disk", .serialized, .enabled(if: SmallDisk.canMount, "mounting needs root"))
struct DiskFullTests {
    @Test(
        "In mid-roll nothing more is done to the cluster, and the roll goes on once there is room")
    func midRoll() async throws {
        try await withLiveAgent { agent in
            let disk = try SmallDisk(at: agent.state)
            defer { disk.unmount() }
            try agent.start()
            try await agent.waitUntilReconciled()
            try agent.repository.edit("common/versions.hcl", "v1.12.10", "v1.12.11")
            try await agent.wait(for: "the first install") { $0.log.contains("Installing") }
            try disk.fill()
            try await agent.wait(for: "the hint to free space") { $0.log.contains("Free space") }
            let installs = agent.cluster.cluster.installs
            try await Task.sleep(for: .seconds(2))
            #expect(agent.cluster.cluster.installs == installs)
            #expect(agent.isRunning)
            try disk.empty()
            try await agent.waitUntilReconciled()
            #expect(agent.versions == [Version(1, 12, 11)])
            #expect(agent.installs == [1])
            #expect(agent.cluster.cluster.violations == [])
        }
    }
}

/// A file system of four megabytes in memory.
private struct SmallDisk {
    private static let mounter = Program("/usr/bin/env")
    private let path: String

    /// Whether this process may mount; says so loudly when it may not.
    static let canMount: Bool = {
        let isRoot = getuid() == 0
        if !isRoot { print("SKIPPED: the test with a full disk needs root to mount one.") }
        return isRoot
    }()

    init(at path: String) throws {
        self.path = path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let result = try Self.mounter.run(
            ["mount", "-t", "tmpfs", "-o", "size=4m,mode=0700", "tmpfs", path])
        guard result.status == 0 else { throw ProgramError(description: result.errors) }
    }

    /// Writes until there is no room left.
    func fill() throws {
        try Data().write(to: URL(fileURLWithPath: "\(path)/filler"))
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: "\(path)/filler"))
        for size in [65536, 4096, 512, 1] {
            let block = Data(repeating: 0, count: size)
            while (try? file.write(contentsOf: block)) != nil {}
        }
        try file.close()
    }

    /// Makes room again.
    func empty() throws { try FileManager.default.removeItem(atPath: "\(path)/filler") }

    func unmount() { _ = try? Self.mounter.run(["umount", "--lazy", path]) }
}
