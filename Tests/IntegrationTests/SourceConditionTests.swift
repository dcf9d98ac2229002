import Foundation
import TestSupport
import Testing

/// What is wrong with the branch or its repository has a condition of its own, is told once, and
/// clears by itself.
@Suite("A source that cannot be followed", .serialized)
struct SourceConditionTests {
    /// Puts what `git` makes with these arguments in the place of the watched repository.
    private func replace(_ agent: LiveAgent, by arguments: [String]) throws {
        let path = agent.repository.path
        try FileManager.default.moveItem(atPath: path, toPath: "\(path).away")
        let git = Program(
            "/usr/bin/git",
            environment: ["HOME": agent.folder.path, "GIT_CONFIG_NOSYSTEM": "1"])
        let makes = arguments == ["--version"] ? arguments : arguments + [path]
        let result = try git.run(makes, in: agent.folder.path)
        #expect(result.status == 0, "\(result.errors)")
    }

    private func restore(_ agent: LiveAgent) throws {
        let path = agent.repository.path
        if FileManager.default.fileExists(atPath: path) {
            try FileManager.default.removeItem(atPath: path)
        }
        try FileManager.default.moveItem(atPath: "\(path).away", toPath: path)
    }

    @Test("A deleted branch stalls, is told once, also over a restart, and clears")
    func branch() async throws {
        try await withLiveAgent(workers: 0) { agent in
            try agent.start()
            try await agent.waitUntilReconciled()
            let head = try agent.repository.head()
            try agent.repository.run("checkout", "--quiet", "-b", "other")
            try agent.repository.run("branch", "--quiet", "-D", "main")
            let missing = try await agent.wait(forRule: "branch_missing")
            #expect(missing.reason.contains("has no branch main"))
            #expect(missing.hint?.contains("Push the branch") == true)
            #expect(missing.reconciled == head)
            try await Task.sleep(for: .milliseconds(600))
            #expect(agent.lines(containing: "has no branch main") == 1)

            // A restart does not call the cluster ready because nobody can look.
            agent.end(with: SIGTERM)
            try agent.start()
            try await agent.wait(for: "the second start") {
                $0.lines(containing: "has no branch main") == 2
            }
            try await Task.sleep(for: .milliseconds(400))
            #expect(try await agent.wait(forRule: "branch_missing").reason == missing.reason)
            try agent.repository.run("checkout", "--quiet", "-b", "main")
            try await agent.waitUntilReconciled()
            #expect(agent.lines(containing: "can be read again") == 1)
        }
    }

    @Test("A repository that is empty, of SHA-256, shallow or gone has its own word, and clears")
    func repositories() async throws {
        try await withLiveAgent(workers: 0) { agent in
            try agent.repository.commit("Second")
            try agent.start()
            try await agent.waitUntilReconciled()
            let away = "file://\(agent.repository.path).away"
            let places: [(rule: String, arguments: [String])] = [
                ("empty_repository", ["init", "--quiet", "--initial-branch=main"]),
                ("sha256_repository", ["init", "--quiet", "--object-format=sha256"]),
                ("shallow_repository", ["clone", "--quiet", "--depth=1", away]),
                ("not_a_repository", ["--version"]),
            ]
            for (rule, arguments) in places {
                try replace(agent, by: arguments)
                let found = try await agent.wait(forRule: rule)
                #expect(found.hint != nil)
                #expect(try agent.report()?.source?.rule == rule)
                try restore(agent)
                try await agent.waitUntilReconciled()
                #expect(try agent.report()?.source?.rule == nil)
            }
            #expect(agent.installs == [0])
        }
    }

    @Test("An empty repository at the first start is shown, though no cluster is known")
    func emptyAtFirst() async throws {
        try await withLiveAgent(workers: 0) { agent in
            try replace(agent, by: ["init", "--quiet", "--initial-branch=main"])
            try agent.start()
            try await agent.wait(for: "the source's condition") {
                try $0.report()?.source?.rule == "empty_repository"
            }
            let shown = try agent.uprev.run(["status", "--state-dir", agent.state])
            #expect(shown.status == 3)
            #expect(shown.output.contains("branch main: Stalled since"))
            #expect(shown.output.contains("hint: Push a first commit."))
            try restore(agent)
            try await agent.waitUntilReconciled()
        }
    }

    @Test("A server that says 404, 401 or 403 stalls, one that breaks waits, and both clear")
    func server() async throws {
        try await withLiveAgent(workers: 0) { agent in
            let folder = URL(fileURLWithPath: agent.repository.path).deletingLastPathComponent()
            let server = try HTTPSource(serving: folder.path)
            let url = "http://127.0.0.1:\(server.port)/infra/.git"
            try agent.start(flags: ["--repository", url])
            try await agent.waitUntilReconciled()
            let refusal = folder.appendingPathComponent("refuse").path
            for (status, rule) in [
                ("404", "not_a_repository"), ("403", "access_denied"), ("401", "access_denied"),
            ] {
                try status.write(toFile: refusal, atomically: true, encoding: .utf8)
                let found = try await agent.wait(forRule: rule)
                #expect(found.reason.contains("127.0.0.1"))
                #expect(found.hint != nil)
                try FileManager.default.removeItem(atPath: refusal)
                try await agent.waitUntilReconciled()
            }
            try "500".write(toFile: refusal, atomically: true, encoding: .utf8)
            try await agent.wait(for: "Waiting") { agent in
                try agent.report()?.clusters.first?.condition == "Waiting"
            }
            #expect(try agent.report()?.source?.condition == "Waiting")
            try FileManager.default.removeItem(atPath: refusal)
            try agent.repository.commit("Next")
            try await agent.waitUntilReconciled()
            #expect(try agent.report()?.source?.tip == agent.repository.head())
            withExtendedLifetime(server) {}
        }
    }
}
