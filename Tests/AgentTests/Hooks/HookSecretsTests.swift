import Foundation
import TestSupport
import Testing

@testable import Agent

@Suite("Secrets of webhooks")
struct HookSecretsTests {
    @Test(
        "Each line is a secret, however lines end, and a line of a file that changed counts at once"
    )
    func lines() async throws {
        let folder = try TemporaryDirectory()
        let file = "\(folder.path)/secrets"
        try folder.write("\(HookVectors.secret)\r\n\n\(HookVectors.token)\n", to: "secrets")
        let two = try await HookSecrets.read(file: file)
        #expect(two.count == 2)
        #expect(two.signing.count == 1)
        try folder.write(HookVectors.other, to: "secrets")
        let one = try await HookSecrets.read(file: file)
        #expect(one.count == 1)
        #expect(one.signing.isEmpty)
    }

    @Test(
        "A file that cannot protect anything is refused, with its line and never with its text",
        arguments: [
            ("", HookSecretError.empty("f")), ("\n\r\n", .empty("f")),
            ("fifteen-letters", .short("f", line: 1)),
            ("\(HookVectors.other)\nshort\n", .short("f", line: 2)),
            (" \(HookVectors.other)", .blank("f", line: 1)),
            ("\(HookVectors.other)\t", .blank("f", line: 1)),
            ("whsec_not/base64!!", .malformed("f", line: 1)),
            ("whsec_c2hvcnQga2V5", .malformed("f", line: 1)),
            (
                Array(repeating: HookVectors.other, count: 9).joined(separator: "\n"),
                .tooMany("f")
            ),
        ] as [(String, HookSecretError)])
    func refused(text: String, error: HookSecretError) {
        #expect(throws: error) { try HookSecrets(Array(text.utf8), file: "f") }
        let words = [HookVectors.other, "fifteen", "base64!!", "c2hvcnQga2V5"]
        #expect(!words.contains { "\(error) \(error.hint)".contains($0) })
    }

    @Test(
        "A file that is away, a folder or a device without end is refused", .timeLimit(.minutes(1)))
    func unreadable() async throws {
        let folder = try TemporaryDirectory()
        for (path, reason) in [
            ("\(folder.path)/none", "No such file"), (folder.path, "Is a directory"),
            ("/dev/zero", "too large"),
        ] {
            let error = await #expect(throws: HookSecretError.self) {
                try await HookSecrets.read(file: path)
            }
            #expect(error?.description.contains(reason) == true, "\(path)")
        }
    }

    @Test("Printing secrets shows how many there are")
    func description() throws {
        let secrets = try HookVectors.secrets(HookVectors.secret, HookVectors.other)
        #expect("\(secrets)" == "HookSecrets(2)")
    }
}
