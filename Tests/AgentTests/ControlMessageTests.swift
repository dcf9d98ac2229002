import Foundation
import TestSupport
import Testing

@testable import Agent

@Suite("Messages of the control socket")
struct ControlMessageTests {
    private func error(of text: String) -> String? {
        do throws(ControlError) {
            _ = try ControlRequest.decode(Array(text.utf8))
            return nil
        } catch {
            return error.description
        }
    }

    private func listen(
        in folder: TemporaryDirectory, answer: @escaping ControlSocket.Answer
    ) throws -> ControlSocket {
        try ControlSocket(in: folder.path, complaint: { _ in [] }, answer: answer)
    }

    @Test("A request comes back as it was sent")
    func roundTrip() async throws {
        let folder = try TemporaryDirectory()
        let socket = try listen(in: folder) { _, line in
            let request = try? ControlRequest.decode(line)
            return ControlReply("\(request?.verb.rawValue ?? "") \(request?.reason ?? "")").line
        }
        var request = ControlRequest(.suspend, cluster: "sol")
        request.reason = "umlauts: äöü, \"quotes\" and a \n break"
        let reply = try await ControlClient(stateDirectory: folder.path).send(request)
        #expect(reply.message == "suspend \(request.reason ?? "")")
        await socket.close()
    }

    @Test(
        "Rubbish is an error and nothing else",
        arguments: [
            "", "{}", "null", "[]", "7", "{\"version\": \"1\"}", "{\"version\": 1}", "\u{0}\u{1}",
            "{\"version\": 1, \"verb\": \"destroy\"}", "{\"version\": 1, \"verb\": 3}",
            "{\"version\": 1, \"verb\": \"suspend\", \"until\": \"never\"}",
            "{\"version\": 1, \"verb\": \"suspend\", \"until\": 1e999}",
            String(repeating: "[", count: 60_000), String(repeating: "{\"a\":", count: 12_000),
        ])
    func rubbish(_ text: String) {
        #expect(error(of: text)?.contains("The request is n") == true)
    }

    @Test("Bytes that are no text are an error")
    func noText() {
        #expect(throws: ControlError.self) { try ControlRequest.decode([0xff, 0xfe, 0x7b]) }
    }

    @Test("A request of a newer version is refused, whatever else is in it")
    func newerCommand() {
        let text = error(of: "{\"version\": 2, \"verb\": [\"new\"]}")
        #expect(text?.contains("speaks version 2 of the control protocol") == true)
    }

    @Test(
        "A reply of a newer version, and one that is none, are errors that say so",
        arguments: [
            ("{\"version\": 2, \"ok\": true}", "The agent speaks version 2"),
            ("{}", "cannot be read"), ("", "cannot be read"),
            ("{\"version\": 1}", "cannot be read"),
        ])
    func badReply(_ reply: String, _ sentence: String) async throws {
        let folder = try TemporaryDirectory()
        let socket = try listen(in: folder) { _, _ in
            Array(reply.utf8)
        }
        let error = await #expect(throws: ControlError.self) {
            try await ControlClient(stateDirectory: folder.path).send(ControlRequest(.reconcile))
        }
        #expect(error?.description.contains(sentence) == true)
        await socket.close()
    }

    @Test("A command that takes longer than an agent may be silent is waited for")
    func patience() async throws {
        let folder = try TemporaryDirectory()
        var limits = ControlLimits()
        limits.sign = .milliseconds(50)
        let socket = try ControlSocket(
            in: folder.path, limits: limits, complaint: { _ in [] },
            answer: { _, _ in
                try? await Task.sleep(for: .milliseconds(3500))
                return Array("done".utf8)
            })
        let reply = try await ControlExchange(directory: folder.path, silence: .seconds(2))
            .send(Array("x".utf8))
        #expect(reply == Array("done".utf8))
        await socket.close()
    }

    @Test("A refusal reaches the one who asked with its hint")
    func refusal() async throws {
        let folder = try TemporaryDirectory()
        let socket = try listen(in: folder) { _, _ in
            ControlReply(refusing: ControlError("Not now.", hint: "Later.")).line
        }
        let error = await #expect(throws: ControlError.self) {
            try await ControlClient(stateDirectory: folder.path).send(ControlRequest(.reconcile))
        }
        #expect(error == ControlError("Not now.", hint: "Later."))
        await socket.close()
    }
}
