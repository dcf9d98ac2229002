import ClusterModel
import ClusterSimulator
import Foundation
import TestSupport
import Testing

/// The newest commit wins; those in between are decided and told, each once, and not run.
@Suite("Commits in between", .serialized)
struct SkippedCommitTests {
    static let versions = "common/versions.hcl"

    /// What was pushed at once, by its meaning.
    private struct Push {
        let bump: String
        let side: String
        let merge: String
        let broken: String
        let mended: String
        let last: String

        init(to repository: InfraRepository) throws {
            let versions = SkippedCommitTests.versions
            bump = try repository.edit(versions, "v1.12.10", "v1.12.11", subject: "Bump to 11")
            try repository.commit("Notes", ["notes.txt": "x\n"])
            try repository.run("checkout", "--quiet", "-b", "side")
            side = try repository.edit(
                "common/network.hcl", "192.0.2.53", "192.0.2.54", subject: "On the side")
            try repository.run("checkout", "--quiet", "main")
            try repository.run("merge", "--quiet", "--no-ff", "-m", "Merge side", "side")
            merge = try repository.head()
            broken = try repository.edit(versions, "locals {", "locals {{", subject: "Break")
            mended = try repository.edit(versions, "locals {{", "locals {", subject: "Mend")
            last = try repository.edit(versions, "v1.12.11", "v1.12.12", subject: "Bump to 12")
        }
    }

    @Test("Commits in between are listed with what they meant, once, and a revert to one works")
    func between() async throws {
        try await withLiveAgent(workers: 0) { agent in
            try agent.start()
            try await agent.waitUntilReconciled()
            agent.end(with: SIGTERM)
            let push = try Push(to: agent.repository)
            try agent.start()
            try await agent.waitUntilReconciled()
            #expect(agent.versions == [Version(1, 12, 12)])
            #expect(agent.installs == [1])
            try await agent.wait(for: "the count") { $0.log.contains("1 more that change no") }
            let history = try agent.history()
            let skipped = history.filter { $0.result == "skipped" }
            #expect(skipped.map(\.target) == [push.bump, push.merge, push.broken, push.mended])
            let paths = skipped.map { $0.clusters.first?.path ?? "" }
            #expect(paths == ["talos_upgrade", "machine_config", "", "none"])
            #expect(skipped[2].errors.count == 1)
            #expect(!history.contains { $0.target == push.side })
            #expect(history.last?.target == push.last)
            #expect(history.last?.result == "done")
            let text = try agent.uprev.run(["history", "--state-dir", agent.state]).output
            #expect(text.contains("skipped: a newer commit came before it was run"))

            agent.end(with: SIGTERM)
            try agent.start()
            try agent.repository.revert(push.last)
            try await agent.waitUntilReconciled()
            #expect(agent.versions == [Version(1, 12, 11)])
            for subject in ["Bump to 11", "Merge side", "Break", "Mend"] {
                #expect(agent.lines(containing: "\"\(subject)\" is skipped") == 1)
            }
            #expect(agent.lines(containing: "that change no input") == 1)
            #expect(agent.log.contains("it cannot be read (common/versions.hcl:1: "))
            #expect(agent.cluster.cluster.violations == [])
        }
    }

    @Test("A tip that is replaced before it has settled, or while a run is under way, is skipped")
    func replaced() async throws {
        try await withLiveAgent(workers: 0, files: InfraFiles.settling("3s")) { agent in
            try agent.start()
            try await agent.waitUntilReconciled()
            let first = try agent.repository.edit(
                Self.versions, "v1.12.10", "v1.12.11", subject: "Too soon")
            try await agent.wait(forCondition: "Waiting", because: "left alone")
            let second = try agent.repository.edit(
                Self.versions, "v1.12.11", "v1.12.12", subject: "At last")
            try await agent.wait(for: "the run") { $0.log.contains("Installing") }
            let third = try agent.repository.edit(
                "common/network.hcl", "192.0.2.53", "192.0.2.54", subject: "In the middle")
            try await agent.wait(for: "the third tip") { $0.log.contains("main: In the middle") }
            try agent.repository.edit(
                "common/network.hcl", "192.0.2.54", "192.0.2.55", subject: "The newest")
            try await agent.waitUntilReconciled()
            try await agent.wait(for: "both skipped commits") {
                try $0.history().filter { $0.result == "skipped" }.count == 2
            }
            let results = Dictionary(
                try agent.history().map { ($0.target, $0.result) }, uniquingKeysWith: { $1 })
            #expect(results[first] == "skipped")
            #expect(results[third] == "skipped")
            #expect(results[second] == "done" || results[second] == "superseded")
            #expect(agent.versions == [Version(1, 12, 12)])
        }
    }

    /// Puts so many commits that change only a comment on top, at once.
    private func push(_ count: Int, to agent: LiveAgent) throws {
        var stream = "reset refs/heads/main\nfrom \(try agent.repository.head())\n\n"
        for number in 1...count {
            let text = InfraFiles.versions + "# \(number)\n"
            stream += "commit refs/heads/main\ncommitter Ada <ada@example.com> "
            stream += "\(1_800_000_000 + number) +0000\ndata 4\nPush\n"
            stream += "M 100644 inline common/versions.hcl\ndata \(text.utf8.count)\n\(text)\n\n"
        }
        try agent.folder.write(stream, to: "stream")
        let shell = Program(
            "/bin/sh", environment: ["HOME": agent.folder.path, "PATH": "/usr/bin:/bin"])
        let script =
            "git fast-import --quiet < \(agent.folder.path)/stream && git reset --quiet --hard"
        let done = try shell.run(["-c", script], in: agent.repository.path)
        #expect(done.status == 0, "\(done.errors)")
    }

    @Test("A push of thousands of commits is told in a bounded number of lines")
    func many() async throws {
        try await withLiveAgent(workers: 0) { agent in
            try agent.start()
            try await agent.waitUntilReconciled()
            agent.end(with: SIGTERM)
            try push(5000, to: agent)
            try agent.start()
            let began = ContinuousClock.now
            try await agent.waitUntilReconciled()
            try await agent.wait(for: "the count", seconds: 60) {
                $0.log.contains("4974 older ones, which were not looked at one by one")
            }
            #expect(ContinuousClock.now - began < .seconds(60))
            #expect(agent.lines(containing: "\"Push\" is skipped") == 25)
            #expect(try agent.history().filter { $0.result == "skipped" }.count == 25)
        }
    }

    @Test("A cluster that is taken out of uprev.hcl is let go, and goes on when it comes back")
    func removed() async throws {
        let luna = InfraFiles.definition.replacingOccurrences(of: "\"sol\"", with: "\"luna\"")
        try await withLiveAgent(workers: 0) { agent in
            try agent.start()
            try await agent.waitUntilReconciled()
            let gone = try agent.repository.commit("Move it", ["uprev.hcl": luna])
            try await agent.wait(for: "the cluster to be let go") {
                try $0.report()?.removed?.map(\.cluster) == ["sol"]
            }
            #expect(try agent.report()?.removed?.first?.revision == gone)
            let text = try agent.uprev.run(["status", "--state-dir", agent.state]).output
            #expect(text.contains("sol: not in uprev.hcl any more since \(gone.prefix(7))"))
            #expect(text.contains("hint: Put the block back"))
            try await Task.sleep(for: .milliseconds(600))
            #expect(agent.lines(containing: "does not define this cluster any more") == 1)

            try agent.repository.commit("Back", ["uprev.hcl": InfraFiles.definition])
            try await agent.wait(for: "the cluster to be back") { agent in
                guard let sol = try agent.report()?.clusters.first(where: { $0.cluster == "sol" })
                else { return false }
                return try sol.condition == "Ready" && sol.reconciled == agent.repository.head()
            }
            #expect(try agent.report()?.removed?.map(\.cluster) == ["luna"])
            #expect(agent.lines(containing: "defines this cluster again") == 1)
            #expect(agent.installs == [0])
        }
    }
}
