import Foundation
import TestSupport
import Testing

/// Commands to an agent that does not run, and words that are none.
@Suite("Commands without an agent")
struct ControlCommandTests {
    @Test(
        "A command finds no agent, and says what to do",
        arguments: [
            ["reconcile"], ["suspend", "--reason", "x"], ["resume"], ["cancel", "sol"],
            ["approve", "sha256:ab"],
        ])
    func noAgent(_ words: [String]) throws {
        let folder = try TemporaryDirectory()
        let result = try Program.uprev().run(words + ["--state-dir", folder.path])
        #expect(result.status == 1)
        #expect(result.output == "")
        #expect(
            result.errors.hasPrefix(
                "error: No agent runs with the state directory \(folder.path).\nhint: "))
    }

    @Test(
        "Wrong words are wrong usage",
        arguments: [
            ["suspend"], ["suspend", "--reason", "x", "--until", "tomorrow"],
            ["suspend", "--reason", "x", "--until", "-2h"], ["reconcile", "a", "b"],
            ["reconcile", "--commit", "4f2c1ab"],
            ["approve"], ["approve", "sol"], ["approve", "a", "b", "sha256:ab"],
        ])
    func usage(_ words: [String]) throws {
        let folder = try TemporaryDirectory()
        #expect(try Program.uprev().run(words + ["--state-dir", folder.path]).status == 64)
    }
}
