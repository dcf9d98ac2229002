import ClusterModel
import ClusterSimulator
import Foundation
import TestSupport
import Testing

/// A person lets clusters follow rewritten history: exactly what is held, and nothing else.
@Suite("Accepting rewritten history over the wire", .serialized)
struct AcceptanceTests {
    static let versions = "common/versions.hcl"

    private func replaceHistory(_ repository: InfraRepository, _ old: String, _ new: String) throws
    {
        try repository.replaceHistory {
            try repository.edit(Self.versions, old, new, subject: "Begin anew")
        }
    }

    @Test("A branch that was moved back is rolled back once it is accepted, and not before")
    func rewound() async throws {
        try await withLiveAgent(workers: 0) { agent in
            try agent.start()
            try await agent.waitUntilReconciled()
            let none = try agent.accept()
            #expect(none.status != 0)
            #expect(none.errors.contains("No rewritten history is held"))
            let bump = try agent.repository.edit(Self.versions, "v1.12.10", "v1.12.11")
            try await agent.waitUntilReconciled()
            try agent.repository.run("reset", "--quiet", "--hard", "HEAD~1")
            _ = try await agent.wait(forRule: "history_rewound")
            let other = try agent.accept("--commit", bump)
            #expect(other.status != 0)
            #expect(other.errors.contains("and not in \(bump.prefix(7))"))
            #expect(agent.versions == [Version(1, 12, 11)])
            let accepted = try agent.accept("--commit", try agent.repository.head())
            #expect(accepted.output.contains("is accepted"), "\(accepted.errors)")
            try await agent.waitUntilReconciled()
            #expect(agent.versions == [Version(1, 12, 10)])
            #expect(agent.installs == [2])
            let history = try agent.uprev.run(["history", "--state-dir", agent.state]).output
            #expect(history.contains("rewritten history accepted by"))
            #expect(history.contains("(rewound)"))

            // What was accepted is used up: the same way back is held another time.
            try agent.repository.run("reset", "--quiet", "--hard", bump)
            try await agent.waitUntilReconciled()
            try agent.repository.run("reset", "--quiet", "--hard", "HEAD~1")
            _ = try await agent.wait(forRule: "history_rewound")
            #expect(agent.cluster.cluster.violations == [])
        }
    }

    @Test("What is accepted outlives a kill, also when the reconciled commit is gone for good")
    func lost() async throws {
        try await withLiveAgent(workers: 0) { agent in
            try agent.start()
            try await agent.waitUntilReconciled()
            try replaceHistory(agent.repository, "# What every", "# What each")
            _ = try await agent.wait(forRule: "history_unrelated")
            try agent.repository.run("reflog", "expire", "--expire=now", "--all")
            try agent.repository.run("gc", "--quiet", "--prune=now")
            try agent.repository.edit(Self.versions, "v1.12.10", "v1.12.11")
            _ = try await agent.wait(forRule: "history_lost")
            let accepted = try agent.accept()
            #expect(accepted.output.contains("Accepting \(try agent.repository.head())."))
            #expect(accepted.output.contains("is accepted"), "\(accepted.errors)")
            try await agent.wait(for: "the first install") { $0.log.contains("Installing") }
            agent.end(with: SIGKILL)
            try agent.start()
            try await agent.waitUntilReconciled()
            #expect(agent.versions == [Version(1, 12, 11)])
            #expect(agent.installs == [1])
            #expect(agent.cluster.cluster.violations == [])
        }
    }

    @Test("An accepted rewrite takes over from the run under way")
    func whileRunning() async throws {
        try await withLiveAgent(workers: 2) { agent in
            try agent.start()
            try await agent.waitUntilReconciled()
            let first = try agent.repository.head()
            try agent.repository.edit(Self.versions, "v1.12.10", "v1.12.11")
            try await agent.wait(for: "the first install") { $0.log.contains("Installing") }
            try replaceHistory(agent.repository, "v1.12.11", "v1.12.10")
            try await agent.wait(for: "the rewrite to be held") { agent in
                try agent.report()?.clusters.first?.rewrite?.reconciled == first
            }
            #expect(try agent.accept().output.contains("is accepted"))
            try await agent.waitUntilReconciled()
            #expect(agent.versions == [Version(1, 12, 10)])
            #expect(agent.log.contains("takes over"))
            #expect(agent.installs.contains(0))
            #expect(agent.cluster.cluster.violations == [])
        }
    }

    @Test("Commits on top of what is accepted are followed; a second rewrite is held again")
    func second() async throws {
        try await withLiveAgent(workers: 0, files: InfraFiles.settling("4s")) { agent in
            try agent.start()
            try await agent.waitUntilReconciled()
            try replaceHistory(agent.repository, "v1.12.10", "v1.12.11")
            _ = try await agent.wait(forRule: "history_unrelated")
            #expect(try agent.accept().output.contains("is accepted"))
            try await agent.wait(forCondition: "Waiting", because: "left alone")
            let top = try agent.repository.edit(Self.versions, "v1.12.11", "v1.12.12")
            try await agent.wait(for: "the tip on top") {
                $0.log.contains("\(top.prefix(7)) New tip") && !$0.log.contains("Installing")
            }
            try await agent.wait(forCondition: "Waiting", because: "left alone")
            try agent.repository.run("checkout", "--quiet", "--orphan", "third")
            try agent.repository.commit("And once more")
            try agent.repository.run("branch", "--quiet", "-M", "main")
            _ = try await agent.wait(forRule: "history_unrelated")
            #expect(agent.installs == [0])
            try agent.repository.run("reset", "--quiet", "--hard", top)
            try await agent.waitUntilReconciled()
            #expect(agent.versions == [Version(1, 12, 12)])
            #expect(agent.installs == [1])
        }
    }

    @Test("Acceptance overrides no signature", .enabled(if: SSHSigners.canSign))
    func unsigned() async throws {
        let signers = try SSHSigners("ada")
        try await withLiveAgent(workers: 0) { agent in
            try signers.sign(agent.repository, as: "ada")
            try agent.repository.run("commit", "--quiet", "--amend", "--no-edit")
            try agent.start(flags: ["--allowed-signers", signers.file])
            try await agent.waitUntilReconciled()
            try signers.sign(agent.repository, as: nil)
            try replaceHistory(agent.repository, "v1.12.10", "v1.12.11")
            _ = try await agent.wait(forRule: "history_unrelated")
            #expect(try agent.accept().output.contains("is accepted"))
            _ = try await agent.wait(forRule: "unsigned_commit")
            #expect(agent.installs == [0])
            try signers.sign(agent.repository, as: "ada")
            try agent.repository.run("commit", "--quiet", "--amend", "--no-edit")
            // Another commit than the accepted one: it is held, whoever signed it.
            _ = try await agent.wait(forRule: "history_unrelated")
            #expect(try agent.accept().output.contains("is accepted"))
            try await agent.waitUntilReconciled()
            #expect(agent.versions == [Version(1, 12, 11)])
        }
    }
}
