import ClusterModel
import ClusterSimulator
import Execution
import Foundation
import TestSupport
import Testing

/// Only commits that a named signer signed, each one of them, move a cluster.
@Suite(
    "Signatures over the wire", .serialized,
    .enabled(if: SSHSigners.canSign, "openssh-client is needed"))
struct SignatureTests {
    static let versions = "common/versions.hcl"

    private func start(_ agent: LiveAgent, _ signers: SSHSigners) throws {
        try agent.start(flags: ["--allowed-signers", signers.file])
    }

    /// Stops the agent's work for as long as it needs for several polls.
    private func pause() async throws { try await Task.sleep(for: .seconds(1)) }

    @Test("A signed bump is run and its signer told; an unsigned one is not, nor what follows it")
    func unsigned() async throws {
        let signers = try SSHSigners("ada")
        try await withLiveAgent(workers: 0) { agent in
            try signers.sign(agent.repository, as: "ada")
            try agent.repository.run("commit", "--quiet", "--amend", "--no-edit")
            try start(agent, signers)
            try await agent.waitUntilReconciled()
            let good = try agent.repository.edit(Self.versions, "v1.12.10", "v1.12.11")
            try await agent.waitUntilReconciled()
            #expect(agent.versions == [Version(1, 12, 11)])
            #expect(agent.log.contains("Signed by ada@example.com (SHA256:"))

            try signers.sign(agent.repository, as: nil)
            let bad = try agent.repository.edit(
                Self.versions, "v1.12.11", "v1.12.12", subject: "Sneak in")
            let sentence = "\(bad.prefix(8)) \"Sneak in\" is refused: it is not signed"
            try await agent.wait(forCondition: "Stalled", because: sentence)
            try signers.sign(agent.repository, as: "ada")
            try agent.repository.edit(Self.versions, "v1.12.12", "v1.12.13")
            try await agent.wait(for: "the newest commit to be seen") {
                try $0.status().desired == $0.repository.head()
            }
            try await agent.wait(forCondition: "Stalled", because: sentence)
            agent.end(with: SIGTERM)
            try start(agent, signers)
            try await pause()
            try await agent.wait(forCondition: "Stalled", because: sentence)
            #expect(agent.installs == [1])
            #expect(try agent.status().reconciled == good)

            try agent.repository.run("reset", "--quiet", "--hard", good)
            try agent.repository.edit(Self.versions, "v1.12.11", "v1.12.13")
            try await agent.waitUntilReconciled()
            #expect(agent.versions == [Version(1, 12, 13)])
            #expect(agent.installs == [2])
        }
    }

    @Test("An unknown key is refused until it is among the signers, without another commit")
    func unknownKey() async throws {
        let signers = try SSHSigners("ada", "bob")
        try signers.allow(["ada"])
        try await withLiveAgent(workers: 0) { agent in
            try signers.sign(agent.repository, as: "ada")
            try agent.repository.run("commit", "--quiet", "--amend", "--no-edit")
            try start(agent, signers)
            try await agent.waitUntilReconciled()
            try signers.sign(agent.repository, as: "bob")
            try agent.repository.edit(Self.versions, "v1.12.10", "v1.12.11")
            try await agent.wait(
                forCondition: "Stalled", because: "is not among the allowed signers")
            #expect(agent.installs == [0])
            try FileManager.default.moveItem(atPath: signers.file, toPath: signers.file + ".away")
            try await agent.wait(forCondition: "Stalled", because: signers.file)
            try signers.allow(["ada", "bob"])
            try await agent.waitUntilReconciled()
            #expect(agent.installs == [1])
            #expect(agent.log.contains("Signed by bob@example.com"))
        }
    }

    @Test("An unsigned commit is not even read: the clusters that it adds are not known")
    func unread() async throws {
        let signers = try SSHSigners("ada")
        try await withLiveAgent(workers: 0) { agent in
            try start(agent, signers)
            try await agent.wait(for: "the refusal") { $0.log.contains("it is not signed") }
            #expect(try agent.status().condition == "Unknown")
            try signers.sign(agent.repository, as: "ada")
            try agent.repository.run("commit", "--quiet", "--amend", "--no-edit")
            try await agent.waitUntilReconciled()
            try signers.sign(agent.repository, as: nil)
            let more = InfraFiles.definition.replacingOccurrences(of: "\"sol\"", with: "\"luna\"")
            try agent.repository.commit("Add", ["uprev.hcl": InfraFiles.definition + more])
            try await agent.wait(forCondition: "Stalled", because: "it is not signed")
            let status = try agent.uprev.run(["status", "--state-dir", agent.state])
            #expect(!status.output.contains("luna"))
        }
    }

    @Test("A first start asks for the tip's signature only, and for all that come after it")
    func firstStart() async throws {
        let signers = try SSHSigners("ada")
        try await withLiveAgent { agent in
            try signers.sign(agent.repository, as: "ada")
            let bump = try agent.repository.edit(Self.versions, "v1.12.10", "v1.12.11")
            agent.cluster.cluster.inject(SimulatedFault(.fallsBack))
            try start(agent, signers)
            try await agent.wait(forCondition: "Stalled", because: "instead of v1.12.11")
            try signers.sign(agent.repository, as: nil)
            try agent.repository.commit("Unsigned")
            try signers.sign(agent.repository, as: "ada")
            try agent.repository.revert(bump)
            try await agent.wait(forCondition: "Stalled", because: "\"Unsigned\" is refused")
            try agent.repository.run("reset", "--quiet", "--hard", bump)
            try agent.repository.revert(bump)
            try await agent.waitUntilReconciled()
            #expect(agent.versions == [Version(1, 12, 10)])
        }
    }

    @Test("A branch that moves back to an unsigned commit is refused, though nothing in it is new")
    func movedBack() async throws {
        let signers = try SSHSigners("ada")
        try await withLiveAgent(workers: 0) { agent in
            let unsigned = try agent.repository.head()
            try signers.sign(agent.repository, as: "ada")
            try agent.repository.edit(
                "uprev.hcl", "settle           = \"0s\"",
                "settle           = \"1h\"")
            try start(agent, signers)
            try await agent.wait(forCondition: "Waiting", because: "left alone")
            try agent.repository.run("reset", "--quiet", "--hard", unsigned)
            try await agent.wait(
                forCondition: "Stalled", because: "\(unsigned.prefix(8)) \"")
            #expect(try agent.status().reason.contains("it is not signed"))
            #expect(try agent.status().reconciled == nil)
        }
    }

    @Test("A run whose signer is trusted no more is not continued, and a good commit replaces it")
    func revokedWhileDown() async throws {
        let signers = try SSHSigners("ada", "mallory")
        try await withLiveAgent(workers: 2) { agent in
            try signers.sign(agent.repository, as: "ada")
            try agent.repository.run("commit", "--quiet", "--amend", "--no-edit")
            try start(agent, signers)
            try await agent.waitUntilReconciled()
            let good = try agent.repository.head()
            try signers.sign(agent.repository, as: "mallory")
            try agent.repository.edit(Self.versions, "v1.12.10", "v1.12.11")
            try await agent.wait(for: "the first proven node") {
                $0.log.contains("is proven to run v1.12.11")
            }
            agent.end(with: SIGKILL)
            try signers.allow(["ada"])
            let installs = agent.cluster.cluster.installs
            try start(agent, signers)
            try await agent.wait(
                forCondition: "Stalled", because: "is not among the allowed signers")
            try await pause()
            #expect(agent.cluster.cluster.installs == installs)
            try agent.repository.run("reset", "--quiet", "--hard", good)
            try signers.sign(agent.repository, as: "ada")
            try agent.repository.commit("Go on", ["notes.txt": "on\n"])
            try await agent.waitUntilReconciled()
            #expect(agent.log.contains("is not continued"))
            #expect(agent.versions == [Version(1, 12, 10)])
            #expect(agent.cluster.cluster.violations == [])
        }
    }

    @Test("An unsigned commit takes nothing over from a run under way")
    func duringRun() async throws {
        let signers = try SSHSigners("ada")
        try await withLiveAgent(workers: 2) { agent in
            try signers.sign(agent.repository, as: "ada")
            try agent.repository.run("commit", "--quiet", "--amend", "--no-edit")
            try start(agent, signers)
            try await agent.waitUntilReconciled()
            let bump = try agent.repository.edit(Self.versions, "v1.12.10", "v1.12.11")
            try await agent.wait(for: "the first install") { $0.log.contains("Installing") }
            try signers.sign(agent.repository, as: nil)
            try agent.repository.revert(bump)
            try await agent.wait(forCondition: "Stalled", because: "it is not signed")
            #expect(agent.versions == [Version(1, 12, 11)])
            #expect(agent.installs == [1])
            #expect(try agent.status().reconciled == bump)
        }
    }
}
