import ClusterModel
import Foundation
import Testing

@testable import Talos

@Suite("Talosconfig")
struct TalosConfigTests {
    private let identity: TestIdentity
    private let text: String

    init() throws {
        identity = try TestAuthority().client()
        text = identity.talosconfig(
            endpoints: ["10.0.0.1", "[fd00::1]:50001"], nodes: ["10.0.0.2"])
    }

    private func parse(_ text: String, context: String? = nil) throws -> TalosConfig {
        try TalosConfig(text: text, file: "/etc/talosconfig", context: context)
    }

    private func failure(of text: String, context: String? = nil) throws -> TalosConfigError {
        try #require(
            throws: TalosConfigError.self,
            performing: { _ = try parse(text, context: context) })
    }

    @Test("The chosen context, with a key under the label that Talos writes")
    func accepted() throws {
        let config = try parse(text)
        #expect(config.context == "sol")
        #expect(
            config.endpoints == [
                MachineEndpoint(host: "10.0.0.1"), MachineEndpoint(host: "fd00::1", port: 50001),
            ])
        #expect(config.nodes == ["10.0.0.2"])
        #expect(config.credentials.expiry != nil)
    }

    @Test("Without a choice the only context is taken")
    func onlyContext() throws {
        #expect(try parse(text.replacing("context: sol\n", with: "")).context == "sol")
    }

    @Test("Neither description nor dump of the credentials shows anything of them")
    func redacted() throws {
        let config = try parse(text)
        var shown = ""
        dump(config, to: &shown)
        shown += "\(config.credentials) \(String(reflecting: config.credentials))"
        #expect(!shown.contains("PRIVATE"))
        #expect(!shown.lowercased().contains("nioss"))
    }

    @Test(
        "A missing key is named with its path",
        arguments: [
            "contexts.sol.ca", "contexts.sol.crt", "contexts.sol.key", "contexts.sol.endpoints",
        ])
    func missing(path: String) throws {
        let key = try #require(path.split(separator: ".").last)
        let lines = text.split(separator: "\n").filter { !$0.contains("\(key):") }
        let error = try failure(of: lines.joined(separator: "\n"))
        #expect(error.reason == .missing(key: path))
        #expect(error.description == "The talosconfig /etc/talosconfig has no \(path).")
    }

    @Test("No contexts at all")
    func empty() throws {
        #expect(try failure(of: "context: x").reason == .missing(key: "contexts"))
        #expect(try failure(of: "").reason == .notYAML("it is no mapping"))
        #expect(
            try failure(of: "contexts: 3").reason
                == .invalid(key: "contexts", expected: "a mapping"))
    }

    @Test("A context that is not there is answered with those that are")
    func noContext() throws {
        let error = try failure(of: text, context: "luna")
        #expect(error.reason == .noContext("luna", known: ["sol"]))
        #expect(error.description.contains("it has \"sol\""))
    }

    @Test("Wrong values are named by key, and never shown")
    func wrongValues() throws {
        let secret = Data("top secret".utf8).base64EncodedString()
        let key = Data(identity.key.utf8).base64EncodedString()
        let cases: [(String, TalosConfigError.Reason)] = [
            (
                text.replacing("key: \(key)", with: "key: \(secret)"),
                .invalid(key: "contexts.sol.key", expected: "a private key in PEM")
            ),
            (
                text.replacing("key: \(key)", with: "key: '!!!'"),
                .invalid(key: "contexts.sol.key", expected: "base64")
            ),
            (
                text.replacing("key: \(key)", with: "key: [\(secret)]"),
                .invalid(key: "contexts.sol.key", expected: "a text")
            ),
            (
                text.replacing("\"10.0.0.1\"", with: "\"http://x/y\""),
                .invalid(key: "contexts.sol.endpoints", expected: "a list of hosts or host:port")
            ),
        ]
        for (text, reason) in cases {
            let error = try failure(of: text)
            #expect(error.reason == reason)
            #expect(!"\(error) \(error.hint)".contains(secret))
            #expect(error.disposition == .stalled)
        }
    }

    @Test("A syntax error has its place, and not the line around it")
    func syntax() throws {
        let error = try failure(of: "context: sol\nkey: \"c2VjcmV0\n")
        guard case .notYAML(let problem) = error.reason else {
            Issue.record("\(error)")
            return
        }
        #expect(problem.contains("line"))
        #expect(!problem.contains("c2VjcmV0"))
    }

    @Test("A key that belongs to another certificate")
    func otherKey() throws {
        let other = try TestAuthority().client()
        let error = try failure(
            of: TestIdentity(
                authority: identity.authority, certificate: identity.certificate, key: other.key
            ).talosconfig(endpoints: ["10.0.0.1"]))
        #expect(error.reason == .invalid(key: "contexts.sol.key", expected: "the key of its crt"))
    }

    @Test(
        "A proxy and other ways to log in are refused",
        arguments: ["proxy-url: http://p", "auth: {basic: {}}"])
    func unsupported(line: String) throws {
        let error = try failure(
            of: text.replacing("    endpoints:", with: "    \(line)\n    endpoints:"))
        let key = try #require(line.split(separator: ":").first)
        #expect(error.reason == .unsupported(key: "contexts.sol.\(key)"))
    }

    @Test("A file that is not there")
    func unreadable() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
        let error = try #require(
            throws: TalosConfigError.self, performing: { _ = try TalosConfig(file: path) })
        #expect(error.reason == .unreadable("it does not exist"))
        #expect(error.file == path)
    }
}
