import ClusterModel
import ClusterSimulator
import Execution
import Foundation
import TestSupport
import Testing

/// The whole way: a pushed commit becomes a reconciled cluster, and a revert brings it back.
@Suite("Reconciling over the wire", .serialized)
struct ReconcileTests {
    static let versions = "common/versions.hcl"

    @Test("A bump rolls every node once, a revert rolls them back, and nothing else moves")
    func bumpAndRevert() async throws {
        try await withLiveAgent { agent in
            try agent.start()
            try await agent.waitUntilReconciled()
            #expect(agent.installs == [0])
            let bump = try agent.repository.edit(Self.versions, "v1.12.10", "v1.12.11")
            try await agent.waitUntilReconciled()
            #expect(agent.versions == [Version(1, 12, 11)])
            #expect(agent.installs == [1])
            try agent.repository.edit("common/network.hcl", "192.0.2.53", "192.0.2.54")
            try await agent.waitUntilReconciled()
            #expect(agent.installs == [1])
            try agent.repository.revert(bump)
            try await agent.waitUntilReconciled()
            #expect(agent.versions == [Version(1, 12, 10)])
            #expect(agent.installs == [2])
            #expect(agent.cluster.cluster.violations == [])
            #expect(agent.log.contains("undoes \(bump.prefix(7))"))
        }
    }

    @Test("An extension's digest at the same version rolls through the lifecycle interface")
    func digest() async throws {
        var files = InfraFiles.all
        files[Self.versions] = InfraFiles.versions
            .replacingOccurrences(of: "v1.12.10", with: "v1.13.9")
        try await withLiveAgent(version: Version(1, 13, 9), files: files) { agent in
            try agent.start()
            try await agent.waitUntilReconciled()
            try agent.repository.edit(
                "common/install-schematic.hcl", String(repeating: "a", count: 64),
                String(repeating: "c", count: 64))
            try await agent.waitUntilReconciled()
            #expect(agent.installs == [1])
            #expect(agent.versions == [Version(1, 13, 9)])
            #expect(agent.cluster.cluster.violations == [])
        }
    }

    @Test("A Kubernetes bump runs talosctl once with the right arguments, and installs nothing")
    func kubernetes() async throws {
        try await withLiveAgent { agent in
            let bin = try agent.installTalosctl(
                first: #"echo "$@""#,
                then: #"echo "updating kube-apiserver to version 1.35.0""#)
            try agent.start()
            try await agent.waitUntilReconciled()
            try agent.repository.edit(Self.versions, "v1.34.1", "v1.35.0")
            try await agent.wait(for: "talosctl") { _ in
                FileManager.default.fileExists(atPath: "\(bin)/calls")
            }
            agent.moveKubelets(to: Version(1, 35, 0))
            try agent.folder.write("", to: "bin/go")
            try await agent.waitUntilReconciled()
            let calls = try String(contentsOfFile: "\(bin)/calls", encoding: .utf8)
            #expect(calls.split(separator: "\n").count == 1)
            #expect(calls.contains("upgrade-k8s --to 1.35.0"))
            #expect(calls.contains("--talosconfig \(agent.folder.path)/talosconfig"))
            #expect(agent.log.contains("updating kube-apiserver"))
            #expect(agent.installs == [0])
        }
    }

    @Test("A newer commit takes over after the node in flight; only nodes that moved roll back")
    func revertInMidRoll() async throws {
        try await withLiveAgent(workers: 2) { agent in
            try agent.start()
            try await agent.waitUntilReconciled()
            let bump = try agent.repository.edit(Self.versions, "v1.12.10", "v1.12.11")
            try await agent.wait(for: "the first proven node") {
                $0.log.contains("is proven to run v1.12.11")
            }
            try agent.repository.revert(bump)
            try await agent.waitUntilReconciled()
            #expect(agent.versions == [Version(1, 12, 10)])
            #expect(agent.installs.contains(0))
            #expect(agent.installs.contains(2))
            #expect(!agent.installs.contains(1))
            #expect(agent.cluster.cluster.violations == [])
            #expect(agent.log.contains("takes over"))
        }
    }

    @Test("SIGTERM in mid-roll ends the agent soon, and the next start continues")
    func terminate() async throws {
        try await withLiveAgent { agent in
            try agent.start()
            try await agent.waitUntilReconciled()
            try agent.repository.edit(Self.versions, "v1.12.10", "v1.12.11")
            try await agent.wait(for: "the first install") { $0.log.contains("Installing") }
            let started = ContinuousClock.now
            #expect(agent.end(with: SIGTERM) == 0)
            #expect(ContinuousClock.now - started < .seconds(25))
            try agent.start()
            try await agent.waitUntilReconciled()
            #expect(agent.installs == [1])
            #expect(agent.versions == [Version(1, 12, 11)])
            #expect(agent.cluster.cluster.violations == [])
        }
    }

    @Test("SIGKILL at many moments of a roll: every node is installed once")
    func killed() async throws {
        try await withLiveAgent { agent in
            try agent.start()
            try await agent.waitUntilReconciled()
            try agent.repository.edit(Self.versions, "v1.12.10", "v1.12.11")
            // Times that fall into all kinds of steps, the same at every test.
            for number in 1...12 {
                try await Task.sleep(for: .milliseconds(100 + number * 373 % 800))
                agent.end(with: SIGKILL)
                try agent.start()
            }
            try await agent.waitUntilReconciled()
            #expect(agent.versions == [Version(1, 12, 11)])
            #expect(agent.installs == [1])
            #expect(agent.cluster.cluster.violations == [])
        }
    }
}
