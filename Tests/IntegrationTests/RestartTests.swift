import ClusterModel
import ClusterSimulator
import Execution
import Foundation
import TestSupport
import Testing

/// What an agent makes of commits that came while it was down, and of its first start.
@Suite("Starting over the wire", .serialized)
struct RestartTests {
    static let versions = "common/versions.hcl"

    @Test("A revert that was pushed while the agent was down stops the roll before the next node")
    func revertWhileDown() async throws {
        try await withLiveAgent(workers: 2) { agent in
            try agent.start()
            try await agent.waitUntilReconciled()
            let bump = try agent.repository.edit(Self.versions, "v1.12.10", "v1.12.11")
            try await agent.wait(for: "the first proven node") {
                $0.log.contains("is proven to run v1.12.11")
            }
            agent.end(with: SIGKILL)
            let installs = agent.cluster.cluster.installs.values.reduce(0, +)
            try agent.repository.revert(bump)
            try agent.start()
            try await agent.waitUntilReconciled()
            #expect(agent.versions == [Version(1, 12, 10)])
            // At most the node in flight was finished; each that moved went back once.
            let moved = agent.cluster.cluster.installs.values.filter { $0 > 0 }
            #expect(moved.allSatisfy { $0 == 2 })
            #expect(moved.count <= installs + 1)
            #expect(agent.cluster.cluster.violations == [])
        }
    }

    @Test(
        "A first start with a bump that fails is mended by a revert, though nothing was reconciled")
    func firstStart() async throws {
        try await withLiveAgent { agent in
            let bump = try agent.repository.edit(Self.versions, "v1.12.10", "v1.12.11")
            agent.cluster.cluster.inject(SimulatedFault(.fallsBack))
            try agent.start()
            try await agent.wait(forCondition: "Stalled", because: "instead of v1.12.11")
            try agent.repository.revert(bump)
            try await agent.waitUntilReconciled()
            #expect(agent.versions == [Version(1, 12, 10)])
            #expect(agent.cluster.cluster.violations == [])
        }
    }

    @Test("A Kubernetes upgrade that outlives a killed agent ends before another begins")
    func survivingUpgrade() async throws {
        try await withLiveAgent { agent in
            let bin = try agent.installTalosctl(
                first: "echo begin",
                then: "echo end >> \(agent.folder.path)/bin/calls")
            try agent.start()
            try await agent.waitUntilReconciled()
            try agent.repository.edit(Self.versions, "v1.34.1", "v1.35.0")
            try await agent.wait(for: "talosctl") { _ in
                FileManager.default.fileExists(atPath: "\(bin)/calls")
            }
            agent.end(with: SIGKILL)
            try agent.start()
            try await agent.wait(for: "the survivor to be noticed") {
                $0.log.contains("of an earlier start still runs")
            }
            agent.moveKubelets(to: Version(1, 35, 0))
            try agent.folder.write("", to: "bin/go")
            // Another commit is tried at once, without the pause after the failed attempt.
            try agent.repository.commit("Try again", ["notes.txt": "again\n"])
            try await agent.waitUntilReconciled()
            let calls = try String(contentsOfFile: "\(bin)/calls", encoding: .utf8)
            let words = calls.split(separator: "\n")
            let turns = words.count / 2
            #expect(words == Array(repeating: ["begin", "end"], count: turns).flatMap { $0 })
        }
    }

    @Test("While a cluster is halted, an outage in between does not become the reason")
    func haltedAndAway() async throws {
        try await withLiveAgent(workers: 0) { agent in
            try agent.start()
            try await agent.waitUntilReconciled()
            agent.cluster.cluster.inject(SimulatedFault(.fallsBack))
            try agent.repository.edit(Self.versions, "v1.12.10", "v1.12.11")
            try await agent.wait(forCondition: "Stalled", because: "instead of v1.12.11")
            let config = "\(agent.folder.path)/talosconfig"
            try FileManager.default.moveItem(atPath: config, toPath: config + ".away")
            try await agent.wait(forCondition: "Stalled", because: "talosconfig")
            try FileManager.default.moveItem(atPath: config + ".away", toPath: config)
            try await agent.wait(forCondition: "Stalled", because: "instead of v1.12.11")
        }
    }

    @Test("A worker that is off keeps the cluster from being called ready")
    func workerAway() async throws {
        try await withLiveAgent { agent in
            try agent.start()
            try await agent.waitUntilReconciled()
            let worker = NodeName("wk-1")
            agent.cluster.cluster.inject(SimulatedFault(.neverReturns, on: worker))
            agent.cluster.cluster.cutPower(worker)
            try await agent.wait(forCondition: "Waiting", because: "wk-1 does not answer")
            agent.cluster.cluster.revive(worker)
            try await agent.waitUntilReconciled()
        }
    }

    @Test("History keeps what a commit meant after it was reconciled")
    func history() async throws {
        try await withLiveAgent(workers: 0) { agent in
            try agent.start()
            try await agent.waitUntilReconciled()
            let bump = try agent.repository.edit(Self.versions, "v1.12.10", "v1.12.11")
            try await agent.waitUntilReconciled()
            let result = try agent.uprev.run(["history", "--state-dir", agent.state])
            let line = try #require(
                result.output.split(separator: "\n").first { $0.hasPrefix(bump.prefix(7)) })
            #expect(line.contains("talos_upgrade"))
            #expect(result.output.contains("run sol-1: done"))
        }
    }
}
