import Foundation
import Testing

@testable import Git

@Suite("Tokens")
struct TokenTests {
    private let upstream: Upstream

    init() throws {
        upstream = try Upstream()
        try upstream.commit(["a": "1"])
    }

    private func watch(_ secret: String?) throws -> (WatchedSource, String) {
        var watched = try WatchedSource(upstream)
        let file = "\(watched.state.path)/token"
        watched.server.require("git:t0ken-of-the-day")
        if let secret {
            try write(secret, to: file)
            watched.access.tokenFile = file
        }
        return (watched, file)
    }

    @Test("The right token lets in, for the listing and the fetch")
    func accepted() async throws {
        let (watched, _) = try watch("t0ken-of-the-day\n")
        let source = try watched.source()
        #expect(try await source.poll().tip == (try upstream.head()))
        try upstream.commit(["a": "2"])
        #expect(try await source.poll().tip == (try upstream.head()))
        let configuration = try content("\(watched.copy)/config")
        #expect(!configuration.contains("t0ken"))
    }

    @Test("A wrong token is offered once, and the error names its file and not the token")
    func wrong() async throws {
        let (watched, file) = try watch("wrong-token")
        let error = try await gitError { try await watched.poll() }
        #expect(error.kind == .accessDenied)
        #expect(error.disposition == .stalled)
        #expect(error.description.contains(file))
        #expect(!"\(error) \(error.hint)".contains("wrong-token"))
        #expect(watched.server.authorizations.count == 1)
    }

    @Test("No token is an error that says which flag names one")
    func none() async throws {
        let (watched, _) = try watch(nil)
        let error = try await gitError { try await watched.poll() }
        #expect(error.kind == .accessDenied)
        #expect(error.hint.contains("--token-file"))
        #expect(watched.server.authorizations.isEmpty)
    }

    @Test("A token that is replaced works at the next poll")
    func rotation() async throws {
        let (watched, file) = try watch("t0ken-of-the-day")
        let source = try watched.source()
        _ = try await source.poll()
        watched.server.require("git:next-t0ken")
        #expect(try await gitError { try await source.poll() }.kind == .accessDenied)
        try write("next-t0ken\n", to: file)
        #expect(try await source.poll().tip == (try upstream.head()))
        try FileManager.default.removeItem(atPath: file)
        #expect(try await gitError { try await source.poll() }.kind == .accessUnusable)
    }

    @Test("The user of the token can be named")
    func user() async throws {
        var (watched, _) = try watch("t0ken-of-the-day")
        watched.server.require("deploy:t0ken-of-the-day")
        watched.access.tokenUser = "deploy"
        #expect(try await watched.poll().tip == (try upstream.head()))
    }

    @Test("A server that sends the token back does not get it into a message")
    func echoed() async throws {
        let (watched, _) = try watch("t0ken-of-the-day")
        watched.server.behave(.echoesAuthorization)
        let error = try await gitError { try await watched.poll() }
        let pair = Data("git:t0ken-of-the-day".utf8).base64EncodedString()
        #expect(error.description.contains("you sent"), "\(error)")
        #expect(!error.description.contains(pair))
        #expect(!error.description.contains("\u{1b}"))
        #expect(watched.server.authorizations.contains("Basic \(pair)"))
    }

    @Test("The token is in no command line, no environment and no readable memory of the worker")
    func hidden() async throws {
        let (watched, _) = try watch("t0ken-of-the-day")
        watched.server.behave(.silent)
        let source = try watched.source()
        let poll = Task { try await source.poll() }
        while watched.server.authorizations.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        let worker = try #require(try watched.workers().first)
        for name in ["cmdline", "environ"] {
            let bytes = FileManager.default.contents(atPath: "/proc/\(worker)/\(name)") ?? Data()
            #expect(bytes.range(of: Data("t0ken".utf8)) == nil)
        }
        // A process that cannot be dumped belongs to root, so no other of the user can look into it.
        let owner = try FileManager.default.attributesOfItem(atPath: "/proc/\(worker)/mem")
        #expect(owner[.ownerAccountID] as? Int == 0)
        let limits = try content("/proc/\(worker)/limits")
        #expect(limits.contains(#/Max core file size +0 +0 /#))
        poll.cancel()
        _ = await poll.result
    }
}
