import ClusterModel
import ClusterSimulator
import Execution
import Foundation
import TestSupport
import Testing

/// Plans that wait for a person.
@Suite("Approving over the control socket", .serialized)
struct ApprovalTests {
    /// The digest that status shows, as soon as it shows one.
    private func digest(_ agent: LiveAgent) async throws -> String {
        var found: Substring?
        try await agent.wait(for: "a plan that waits for approval (adoption)") { agent in
            let reason = try agent.status().reason
            guard reason.contains("approval (adoption) of ") else { return false }
            found = reason.split(separator: " ").first { $0.hasPrefix("sha256:") }
            return true
        }
        return String(try #require(found).prefix { $0 != "." })
    }

    private static var newer: [String: String] {
        var files = InfraFiles.all
        files["common/versions.hcl"] = InfraFiles.versions
            .replacingOccurrences(of: "v1.12.10", with: "v1.12.11")
        return files
    }

    @Test("A first plan waits for exactly its digest, over a restart too, and then runs")
    func adoption() async throws {
        try await withLiveAgent(files: Self.newer) { agent in
            try agent.start()
            try await agent.wait(forCondition: "Waiting", because: "approval (adoption) of sha256:")
            let digest = try await digest(agent)
            let wrong = try agent.command("approve", "sol", digest + "0")
            #expect(wrong.status == 1)
            #expect(wrong.errors.contains("another digest: \(digest)."))
            try agent.repository.commit("Write notes", ["notes.txt": "a\n"])
            _ = try agent.command("reconcile")
            #expect(agent.installs == [0])
            #expect(try await self.digest(agent) == digest)
            #expect(try agent.command("suspend", "--reason", "x").status == 0)
            let approved = try agent.command("approve", digest)
            #expect(approved.status == 0, "\(approved.errors)")
            #expect(approved.output.contains("is approved by "))
            try await agent.restart()
            #expect(try agent.command("reconcile").status == 3)
            #expect(agent.installs == [0])
            _ = try agent.command("resume")
            try await agent.waitUntilReconciled()
            #expect(agent.installs == [1])
            #expect(agent.cluster.cluster.violations == [])
            let late = try agent.command("approve", digest)
            #expect(late.errors.contains("No plan of sol waits for approval."))
        }
    }

    @Test("An approved plan that is cancelled in mid-roll waits for approval anew")
    func cancel() async throws {
        try await withLiveAgent(workers: 2, files: Self.newer) { agent in
            try agent.start()
            try await agent.wait(forCondition: "Waiting", because: "approval (adoption) of sha256:")
            _ = try agent.command("approve", try await digest(agent))
            try await agent.wait(for: "the first install") { $0.log.contains("Installing") }
            #expect(try agent.command("cancel").status == 0)
            try await agent.wait(forCondition: "Stalled", because: "was cancelled")
            _ = try agent.command("reconcile", "--retry")
            try await agent.wait(forCondition: "Waiting", because: "approval (adoption) of sha256:")
            #expect(agent.installs == [0, 1])
            #expect(agent.cluster.cluster.violations == [])
        }
    }

    @Test("An approval does not count any more when another plan was decided in between")
    func inBetween() async throws {
        try await withLiveAgent(workers: 0, files: Self.newer) { agent in
            try agent.start()
            let first = try await digest(agent)
            agent.cluster.cluster.inject(SimulatedFault(.fallsBack))
            #expect(try agent.command("approve", first).status == 0)
            try await agent.wait(forCondition: "Stalled", because: "instead of v1.12.11")
            let installs = agent.cluster.cluster.installs
            try agent.repository.edit("common/versions.hcl", "v1.12.11", "v1.12.12")
            #expect(try await digest(agent) != first)
            try agent.repository.edit("common/versions.hcl", "v1.12.12", "v1.12.11")
            try await agent.wait(
                forCondition: "Waiting", because: "approval (adoption) of \(first)")
            #expect(try agent.status().run == nil)
            #expect(agent.cluster.cluster.installs == installs)
        }
    }

    @Test("The digest of a plan for a commit that is not the tip any more is not approved")
    func stale() async throws {
        var files = Self.newer
        files["uprev.hcl"] = InfraFiles.settling("3s")["uprev.hcl"]
        try await withLiveAgent(workers: 0, files: files) { agent in
            try agent.start()
            let first = try await digest(agent)
            try agent.repository.edit("common/versions.hcl", "v1.12.11", "v1.12.12")
            try await agent.wait(for: "the new tip") {
                try $0.status().reason.contains("left alone")
            }
            let result = try agent.command("approve", first)
            #expect(result.status == 1)
            #expect(
                result.errors.contains("No plan of sol waits for approval.")
                    || result.errors.contains("has another digest"))
            #expect(!agent.log.contains("is approved by"))
        }
    }
}
