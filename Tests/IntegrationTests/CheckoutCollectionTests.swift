import Foundation
import Glibc
import TestSupport
import Testing

/// The real agent, and what is left of clusters that are not defined any more.
@Suite("Checkouts of clusters that are gone")
struct CheckoutCollectionTests {
    private func exists(_ name: String, _ agent: LiveAgent) -> Bool {
        FileManager.default.fileExists(atPath: "\(agent.state)/\(name)")
    }

    private func write(_ names: [String], for agent: LiveAgent) throws {
        for name in names {
            let file = URL(fileURLWithPath: "\(agent.state)/\(name)")
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data("x".utf8).write(to: file)
        }
    }

    @Test("They go at the start and after each look, but none in use; what is carried stays")
    func collection() async throws {
        try await withLiveAgent(workers: 0) { agent in
            try write(
                [
                    "checkouts/luna/luna-1-x/f", "stages/luna/carry/terraform.tfstate",
                    "checkouts/held/held-1-x/f", "stages/held/stage.lock",
                    "checkouts/sol/sol-0-x/f",
                ], for: agent)
            // As a program does that outlived an agent.
            let lock = open("\(agent.state)/stages/held/stage.lock", O_RDWR | O_CLOEXEC)
            #expect(flock(lock, LOCK_EX | LOCK_NB) == 0)
            try agent.start()
            try await agent.wait(for: "the end of luna's checkouts") {
                !exists("checkouts/luna", $0)
            }
            try await agent.waitUntilReconciled()
            #expect(exists("checkouts/held/held-1-x/f", agent))
            #expect(exists("checkouts/sol/sol-0-x/f", agent))
            close(lock)
            try await agent.wait(for: "the end of held's checkouts") {
                !exists("checkouts/held", $0)
            }
            #expect(exists("stages/luna/carry/terraform.tfstate", agent))
            let file = "\(agent.repository.path)/uprev.hcl"
            let text = try String(contentsOfFile: file, encoding: .utf8)
            try agent.repository.commit(
                "Another cluster", ["uprev.hcl": text.replacing("\"sol\"", with: "\"luna\"")])
            try await agent.wait(for: "the end of sol's checkouts") { !exists("checkouts/sol", $0) }
        }
    }
}
