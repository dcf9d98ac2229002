import ClusterModel
import ClusterSimulator
import Execution
import Foundation
import TestSupport
import Testing

/// Commands to a running agent.
@Suite("Commands over the control socket", .serialized)
struct ControlTests {
    static let versions = "common/versions.hcl"

    @Test("An agent polls at once when it is asked to, and says what it sees")
    func reconcile() async throws {
        try await withLiveAgent(workers: 0) { agent in
            try agent.start(flags: ["--interval", "1h"])
            try await agent.waitUntilReconciled()
            #expect(agent.log.contains("HTTP is off: nothing listens. --listen turns it on"))
            let subject = "Write \u{1b}[31mnotes" + String(repeating: " and more", count: 1000)
            let head = try agent.repository.commit(subject, ["notes.txt": "a\n"])
            let result = try agent.command("reconcile")
            #expect(result.errors == "")
            #expect(result.output.contains("\u{2026}") && result.output.count < 800)
            #expect(agent.log.split(separator: "\n").allSatisfy { $0.count < 800 })
            #expect(result.output.contains("The tip of main is now \(head.prefix(7))"))
            #expect(result.output.contains("Write \\u{1B}[31mnotes"))
            // On a busy machine a look can end in a time-out, and only a poll is another one.
            try await agent.wait(for: "Ready") { agent in
                let result = try agent.command("reconcile")
                return result.status == 0 && result.output.contains("sol: Ready.")
            }
            #expect(try agent.status().reconciled == head)
            let again = try agent.command("reconcile", "sol", "--output", "json")
            let report = try JSONSerialization.jsonObject(with: Data(again.output.utf8))
            let object = try #require(report as? [String: Any])
            let clusters = try #require(object["clusters"] as? [[String: Any]])
            #expect(clusters.first?["reconciled"] as? String == head)
            #expect((object["message"] as? String)?.contains("is still") == true)
            let other = try agent.command("reconcile", "luna")
            #expect(other.status == 1)
            #expect(other.errors == "error: There is no cluster luna.\nhint: There is sol.\n")
            #expect(agent.end(with: SIGTERM) == 0)
            #expect(!FileManager.default.fileExists(atPath: "\(agent.state)/control.sock"))
            #expect(try agent.command("reconcile").status == 1)
        }
    }

    @Test("A source that cannot be polled is what a command says")
    func unreachable() async throws {
        try await withLiveAgent(workers: 0) { agent in
            try agent.start(flags: ["--interval", "1h"])
            try await agent.waitUntilReconciled()
            let path = agent.repository.path
            try FileManager.default.moveItem(atPath: path, toPath: path + ".away")
            let result = try agent.command("reconcile")
            try FileManager.default.moveItem(atPath: path + ".away", toPath: path)
            #expect(result.status == 1)
            #expect(result.errors.hasPrefix("error: "))
            #expect(result.errors.contains("infra"))
            try await agent.wait(for: "Ready") { try $0.command("reconcile").status == 0 }
        }
    }

    @Test("Suspended in mid-roll, the node in flight is finished; resumed, the roll goes on")
    func suspend() async throws {
        try await withLiveAgent(workers: 2) { agent in
            try agent.start()
            try await agent.waitUntilReconciled()
            try agent.repository.edit(Self.versions, "v1.12.10", "v1.12.11")
            try await agent.wait(for: "the first install") { $0.log.contains("Installing") }
            let suspended = try agent.command("suspend", "--reason", "storage is moved")
            #expect(suspended.status == 0, "\(suspended.errors)")
            #expect(suspended.output.contains("(uid \(getuid()))"))
            #expect(try agent.status().condition == "Suspended")
            try await agent.wait(for: "the end of the run") { try $0.status().run == nil }
            #expect(agent.installs == [0, 1])
            #expect(
                agent.cluster.cluster.nodes.allSatisfy { agent.cluster.cluster.isGood($0.name) })
            try await expectLeftAlone(agent)
            try await agent.restart()
            try await expectLeftAlone(agent)
            let resumed = try agent.command("resume")
            #expect(resumed.output.contains("Resumed by "))
            try await agent.waitUntilReconciled()
            #expect(agent.installs == [1])
            #expect(agent.versions == [Version(1, 12, 11)])
            #expect(agent.cluster.cluster.violations == [])
            #expect(try agent.command("resume").output.contains("sol is not suspended."))
        }
    }

    /// A new commit is seen, and nothing is done about it.
    private func expectLeftAlone(_ agent: LiveAgent) async throws {
        let installs = agent.installs
        let head = try agent.repository.commit("Look elsewhere")
        try await agent.wait(for: "the new commit") { try $0.status().desired == head }
        let status = try agent.command("status")
        #expect(status.status == 3)
        #expect(status.output.contains("sol: Suspended. Suspended by "))
        #expect(status.output.contains(": storage is moved."))
        #expect(try agent.status().run == nil)
        #expect(agent.installs == installs)
    }

    @Test("A suspension with an end is over by itself, also when the next poll is far")
    func expiry() async throws {
        try await withLiveAgent(workers: 0) { agent in
            try agent.start(flags: ["--interval", "1h"])
            try await agent.waitUntilReconciled()
            #expect(try agent.command("suspend", "--reason", "freeze", "--until", "3s").status == 0)
            try agent.repository.edit(Self.versions, "v1.12.10", "v1.12.11")
            try await agent.waitUntilReconciled()
            #expect(agent.log.contains("The suspension by "))
            #expect(agent.installs == [1])
        }
    }

    @Test("A cancelled run ends, and its commit is tried again when it is asked for, once")
    func cancel() async throws {
        try await withLiveAgent(workers: 2) { agent in
            try agent.start()
            try await agent.waitUntilReconciled()
            #expect(try agent.command("cancel").errors.contains("No run of sol is under way."))
            #expect(try agent.command("reconcile", "--retry").status == 1)
            try agent.repository.edit(Self.versions, "v1.12.10", "v1.12.11")
            try await agent.wait(for: "the first install") { $0.log.contains("Installing") }
            let other = try agent.command("cancel", "--run", "sol-7")
            #expect(other.errors.contains("Run sol-7 is not under way. It is sol-1 that is."))
            let cancelled = try agent.command("cancel", "--run", "sol-1")
            #expect(try agent.status().reason.contains("cancelled by "))
            #expect(cancelled.status == 0, "\(cancelled.errors)")
            #expect(cancelled.output.contains("Run sol-1 is cancelled by "))
            try await agent.restart()
            try await agent.wait(forCondition: "Stalled", because: "was cancelled by ")
            let late = try agent.command("cancel")
            #expect(late.errors.contains("The last one, sol-1, has ended: cancelled."))
            #expect(agent.installs == [0, 1])
            #expect(
                agent.cluster.cluster.nodes.allSatisfy { agent.cluster.cluster.isGood($0.name) })
            #expect(try agent.command("reconcile").status == 3)
            #expect(try agent.status().run == nil)
            _ = try agent.command("reconcile", "--retry")
            try await agent.waitUntilReconciled()
            #expect(agent.installs == [1])
            #expect(agent.cluster.cluster.violations == [])
        }
    }

    @Test("A halted commit is tried once more for each time that it is asked for")
    func retry() async throws {
        // On a busy machine a simulated node takes long to boot, and must not halt the run by that.
        var files = InfraFiles.all
        files["uprev.hcl"] = InfraFiles.definition.replacingOccurrences(
            of: "\"20s\"", with: "\"150s\"")
        try await withLiveAgent(workers: 0, files: files) { agent in
            try agent.start()
            try await agent.waitUntilReconciled()
            agent.cluster.cluster.inject(SimulatedFault(.fallsBack))
            try agent.repository.edit(Self.versions, "v1.12.10", "v1.12.11")
            try await agent.wait(forCondition: "Stalled", because: "instead of v1.12.11")
            agent.cluster.cluster.inject(SimulatedFault(.fallsBack))
            _ = try agent.command("reconcile", "--retry")
            try await agent.wait(for: "the second run to halt") {
                try $0.status().run == nil && $0.log.contains("#2")
            }
            try await agent.wait(forCondition: "Stalled", because: "instead of v1.12.11")
            try await agent.restart()
            #expect(try agent.command("reconcile").status == 3)
            #expect(try agent.status().run == nil)
            _ = try agent.command("reconcile", "--retry")
            try await agent.waitUntilReconciled()
            #expect(agent.versions == [Version(1, 12, 11)])
            #expect(agent.cluster.cluster.violations == [])
        }
    }

    @Test(
        "Rewritten history is followed once it is accepted, and only up to the tip that was meant")
    func acceptRewrite() async throws {
        try await withLiveAgent(workers: 0) { agent in
            let first = try agent.repository.head()
            try agent.start()
            try await agent.waitUntilReconciled()
            try agent.repository.commit("Write notes", ["notes.txt": "a\n"])
            try await agent.waitUntilReconciled()
            #expect(try agent.command("reconcile", "--accept-rewrite").status == 1)
            try agent.repository.run("reset", "--hard", "--quiet", first)
            let rewritten = try agent.repository.edit(Self.versions, "v1.12.10", "v1.12.11")
            try await agent.wait(for: "the rewrite to be held") {
                let status = try $0.status()
                return status.condition == "Stalled" && status.desired == rewritten
            }
            let other = try agent.command("reconcile", "--accept-rewrite", "--commit", first)
            #expect(other.status == 1)
            #expect(agent.installs == [0])
            agent.end(with: SIGKILL)
            try agent.start(flags: ["--interval", "1h"])
            let words = ["reconcile", "--accept-rewrite", "--commit", String(rewritten.prefix(7))]
            var output = ""
            try await agent.wait(for: "the agent to take commands") { agent in
                let result = try agent.uprev.run(words + ["--state-dir", agent.state])
                output = result.output
                return result.status != 1
            }
            #expect(output.contains("is accepted up to \(rewritten.prefix(7))."))
            try await agent.waitUntilReconciled()
            #expect(agent.installs == [1])
            #expect(agent.cluster.cluster.violations == [])
            #expect(agent.log.contains("was accepted by "))
        }
    }

    @Test(
        "A command to an agent that is killed meanwhile ends with an error, and the next start works"
    )
    func killed() async throws {
        try await withLiveAgent(workers: 0) { agent in
            try agent.start()
            try await agent.waitUntilReconciled()
            agent.signal(SIGSTOP)
            let (uprev, state) = (agent.uprev, agent.state)
            let command = Task.detached {
                try uprev.run(["suspend", "--reason", "x", "--state-dir", state])
            }
            try await Task.sleep(for: .milliseconds(500))
            agent.end(with: SIGKILL)
            let result = try await command.value
            #expect(result.status == 1)
            #expect(result.errors.contains("ended the connection before it had answered"))
            #expect(FileManager.default.fileExists(atPath: "\(state)/control.sock"))
            try agent.start()
            try await agent.wait(for: "the socket") {
                try $0.command("suspend", "--reason", "again").status == 0
            }
            #expect(try agent.status().condition == "Suspended")
        }
    }

    @Test("Two commands at once are both taken")
    func twoAtOnce() async throws {
        try await withLiveAgent(workers: 0) { agent in
            try agent.start()
            try await agent.waitUntilReconciled()
            let (uprev, state) = (agent.uprev, agent.state)
            let results = try await withThrowingTaskGroup(of: Int32.self) { group in
                for words in [
                    ["reconcile"], ["reconcile"], ["suspend", "--reason", "x"], ["resume"],
                ] {
                    group.addTask { try uprev.run(words + ["--state-dir", state]).status }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(results.allSatisfy { [0, 3, 4].contains($0) }, "\(results)")
        }
    }
}
