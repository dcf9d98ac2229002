import ClusterModel
import ClusterSimulator
import Foundation
import TestSupport
import Testing

/// A force push is held, with how the histories stand to each other, until history is good again.
@Suite("Rewritten history over the wire", .serialized)
struct RewriteTests {
    static let versions = "common/versions.hcl"

    @Test("A branch that was moved back is held, told once, over a restart too, and clears")
    func rewound() async throws {
        try await withLiveAgent(workers: 0) { agent in
            let repository = agent.repository
            let first = try repository.head()
            try repository.commit("Second")
            let third = try repository.commit("Third")
            try agent.start()
            try await agent.waitUntilReconciled()
            try repository.run("reset", "--quiet", "--hard", first)
            let held = try #require(try await agent.wait(forRule: "history_rewound").rewrite)
            #expect([held.reconciled, held.tip, held.mergeBase] == [third, first, first])
            #expect([held.missing, held.added] == [2, 0])
            try await Task.sleep(for: .milliseconds(600))
            #expect(agent.lines(containing: "was moved back by 2 commits") == 1)
            let text = try agent.uprev.run(["status", "--state-dir", agent.state])
            #expect(text.status == 3)
            #expect(text.output.contains("rewrite held since"))
            #expect(text.output.contains("uprev reconcile --accept-rewrite"))

            agent.end(with: SIGKILL)
            try agent.start()
            try await agent.wait(for: "the second start") {
                $0.lines(containing: "was moved back by 2 commits") == 2
            }
            #expect(try await agent.wait(forRule: "history_rewound").rewrite == held)
            try repository.run("reset", "--quiet", "--hard", third)
            try await agent.waitUntilReconciled()
            #expect(try agent.report()?.clusters.first?.rewrite == nil)
            #expect(agent.lines(containing: "History is no longer held") == 1)
        }
    }

    @Test("Diverged, unrelated and lost histories are told apart; a merge of the old one clears")
    func relations() async throws {
        try await withLiveAgent(workers: 0) { agent in
            let repository = agent.repository
            let first = try repository.head()
            try repository.commit("Second")
            let third = try repository.commit("Third")
            try agent.start()
            try await agent.waitUntilReconciled()
            try repository.run("reset", "--quiet", "--hard", first)
            let other = try repository.commit("Other")
            let diverged = try #require(try await agent.wait(forRule: "history_diverged").rewrite)
            #expect([diverged.tip, diverged.mergeBase] == [other, first])
            #expect([diverged.missing, diverged.added] == [2, 1])

            try repository.replaceHistory { try repository.commit("Begin anew") }
            let unrelated = try #require(
                try await agent.wait(forRule: "history_unrelated").rewrite)
            #expect(unrelated.mergeBase == nil)
            #expect([unrelated.missing, unrelated.added] == [3, 1])
            try repository.run(
                "merge", "--quiet", "--allow-unrelated-histories", "-s", "ours", "--no-edit", third)
            try await agent.waitUntilReconciled()

            try repository.replaceHistory { try repository.commit("Begin anew") }
            try repository.run("reflog", "expire", "--expire=now", "--all")
            try repository.run("gc", "--quiet", "--prune=now")
            try repository.commit("After the collection")
            let lost = try #require(try await agent.wait(forRule: "history_lost").rewrite)
            #expect([lost.missing, lost.added] == [nil, nil])
            #expect(agent.installs == [0])
        }
    }

    @Test("A rewrite during a run takes nothing over: it is held at once, and the run goes on")
    func whileRunning() async throws {
        try await withLiveAgent(workers: 1) { agent in
            try agent.start()
            try await agent.waitUntilReconciled()
            let bump = try agent.repository.edit(Self.versions, "v1.12.10", "v1.12.11")
            try await agent.wait(for: "the first install") { $0.log.contains("Installing") }
            try agent.repository.replaceHistory {
                try agent.repository.commit("Begin anew")
            }
            try await agent.wait(for: "the rewrite to be held") { agent in
                try agent.report()?.clusters.first?.rewrite?.relation == "unrelated"
            }
            #expect(agent.log.contains("Run sol-1 goes on."))
            let cluster = try await agent.wait(forRule: "history_unrelated")
            #expect(cluster.reconciled == bump)
            #expect(cluster.rewrite?.reconciled == bump)
            #expect(agent.versions == [Version(1, 12, 11)])
            #expect(agent.installs == [1])
            #expect(agent.log.contains("uprev reconcile --accept-rewrite"))
            #expect(agent.cluster.cluster.violations == [])
        }
    }

    @Test("A rewrite before anything was reconciled is followed, and says so")
    func nothingReconciled() async throws {
        try await withLiveAgent(workers: 0) { agent in
            let broken = try agent.repository.edit(Self.versions, "locals {", "locals {{")
            try agent.start()
            try await agent.wait(for: "the syntax error") {
                try $0.report()?.clusters.first?.rule == "commit_unreadable"
            }
            try agent.repository.run("reset", "--quiet", "--hard", "\(broken)~1")
            try await agent.waitUntilReconciled()
            #expect(agent.log.contains("New tip of main, moved back by 1: Describe"))
            #expect(!agent.log.contains("rewrite_held"))
        }
    }
}
