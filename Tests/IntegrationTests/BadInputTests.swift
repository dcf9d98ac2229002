import ClusterModel
import ClusterSimulator
import Execution
import Foundation
import TestSupport
import Testing

/// What is wrong leaves the cluster as it is, says why, and is mended by the next commit.
@Suite("Bad input over the wire", .serialized)
struct BadInputTests {
    static let versions = "common/versions.hcl"

    @Test("A syntax error stalls with its place, and the next commit mends it")
    func syntaxError() async throws {
        try await withLiveAgent(workers: 0) { agent in
            try agent.start()
            try await agent.waitUntilReconciled()
            let good = try agent.status().reconciled
            try agent.repository.edit(Self.versions, "locals {", "locals {{")
            try await agent.wait(forCondition: "Stalled", because: "common/versions.hcl:1:")
            #expect(try agent.status().reconciled == good)
            try agent.repository.edit(Self.versions, "locals {{", "locals {")
            try await agent.waitUntilReconciled()
            #expect(agent.installs == [0])
        }
    }

    @Test("A deciding value behind run_cmd stalls, and nothing is run")
    func runCommand() async throws {
        try await withLiveAgent(workers: 0) { agent in
            try agent.start()
            try await agent.waitUntilReconciled()
            let trap = "\(agent.folder.path)/trap"
            try agent.repository.edit(
                Self.versions, "\"v1.12.10\"", "run_cmd(\"touch\", \"\(trap)\")")
            try await agent.wait(forCondition: "Stalled", because: "run_cmd")
            #expect(!FileManager.default.fileExists(atPath: trap))
        }
    }

    @Test("A uprev.hcl that is gone or has an unknown argument stalls")
    func definition() async throws {
        try await withLiveAgent(workers: 0) { agent in
            try agent.start()
            try await agent.waitUntilReconciled()
            try agent.repository.edit("uprev.hcl", "schematic =", "schematics =")
            try await agent.wait(forCondition: "Stalled", because: "schematics")
            try agent.repository.commit("Remove", ["uprev.hcl": nil])
            try await agent.wait(forCondition: "Stalled", because: "uprev init")
            try agent.repository.commit("Restore", ["uprev.hcl": InfraFiles.definition])
            try await agent.waitUntilReconciled()
        }
    }

    @Test("A talosconfig of another cluster stalls, and says nothing secret")
    func talosconfig() async throws {
        try await withLiveAgent(workers: 0) { agent in
            let mixed = try agent.cluster.untrustedTalosconfig()
            try agent.folder.write(mixed, to: "wrong")
            try agent.start(talosconfig: "\(agent.folder.path)/wrong")
            try await agent.wait(forCondition: "Stalled", because: "certificate")
            let key = try #require(mixed.firstMatch(of: /key: *(\S+)/)).1
            #expect(!agent.log.contains(key))
            #expect(agent.installs == [0])
        }
    }

    @Test("A node that comes back on the old version halts the roll; a revert mends it")
    func oldVersion() async throws {
        try await withLiveAgent { agent in
            try agent.start()
            try await agent.waitUntilReconciled()
            agent.cluster.cluster.inject(SimulatedFault(.fallsBack))
            let bump = try agent.repository.edit(Self.versions, "v1.12.10", "v1.12.11")
            try await agent.wait(forCondition: "Stalled", because: "instead of v1.12.11")
            #expect(agent.versions == [Version(1, 12, 10)])
            #expect(agent.installs == [0, 1])
            try agent.repository.revert(bump)
            try await agent.waitUntilReconciled()
            #expect(agent.installs == [0, 1])
            #expect(agent.cluster.cluster.violations == [])
        }
    }

    @Test("A node that never comes back halts the roll, and the nodes after it are not touched")
    func neverReturns() async throws {
        try await withLiveAgent { agent in
            try agent.start()
            try await agent.waitUntilReconciled()
            agent.cluster.cluster.inject(SimulatedFault(.neverReturns))
            try agent.repository.edit(Self.versions, "v1.12.10", "v1.12.11")
            try await agent.wait(forCondition: "Stalled", because: "did not come back")
            #expect(agent.cluster.cluster.installs.values.filter { $0 > 0 }.count == 1)
            #expect(agent.cluster.cluster.violations == [])
        }
    }

    @Test(
        "A huge file, a link out of the repository and a path with a newline each stall or are shown"
    )
    func oddCommits() async throws {
        try await withLiveAgent(workers: 0) { agent in
            try agent.start()
            try await agent.waitUntilReconciled()
            let good = try agent.status().reconciled
            let path = "\(agent.repository.path)/\(Self.versions)"
            let text = try String(contentsOfFile: path, encoding: .utf8)
            try #require(truncate(path, 500 << 20) == 0)
            try agent.repository.commit("Large")
            try await agent.wait(forCondition: "Stalled", because: "\(500 << 20) bytes")
            try FileManager.default.removeItem(atPath: path)
            try FileManager.default.createSymbolicLink(
                atPath: path, withDestinationPath: "/etc/passwd")
            try agent.repository.commit("Link")
            try await agent.wait(forCondition: "Stalled", because: "leaves the repository")
            try FileManager.default.removeItem(atPath: path)
            try agent.repository.commit("Mend", [Self.versions: text])
            try await agent.waitUntilReconciled()
            #expect(try agent.status().reconciled != good)
            let odd = "common/a\nFAKE ERROR \u{1b}[31mlost"
            try agent.repository.commit("Odd", [odd: "x"])
            try agent.repository.edit("common/network.hcl", "192.0.2.53", "192.0.2.54")
            try await agent.waitUntilReconciled()
            #expect(!agent.log.contains("\nFAKE") && !agent.log.contains("\u{1b}"))
            #expect(agent.installs == [0])
            #expect(agent.cluster.cluster.violations == [])
        }
    }
}
