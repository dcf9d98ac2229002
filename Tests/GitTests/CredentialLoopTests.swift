import Foundation
import Glibc
import Synchronization
import Testing

@testable import Git

@Suite("Servers that ask for a credential again and again")
struct CredentialLoopTests {
    /// A server that gives each request the same answer over connections that stay open.
    private final class Asker: Sendable {
        private final class Seen: Sendable {
            let heads = Mutex<[String]>([])
        }

        private let seen = Seen()
        private let listener: Listener

        init(_ answers: [String], closing: Bool = false) throws {
            let seen = seen
            listener = try Listener { connection in
                defer { close(connection) }
                while let head = Self.head(connection) {
                    let count = seen.heads.withLock {
                        $0.append(head)
                        return $0.count
                    }
                    let answer = answers[min(count, answers.count) - 1]
                    guard Listener.send(Array(answer.utf8), over: connection), !closing else {
                        return
                    }
                }
            }
        }

        var url: String { "http://127.0.0.1:\(listener.port)/source/.git" }
        var requests: Int { seen.heads.withLock { $0.count } }

        /// The `Authorization` headers that came in.
        var offers: [String] {
            seen.heads.withLock { heads in
                heads.flatMap { $0.split(separator: "\r\n") }
                    .filter { $0.lowercased().hasPrefix("authorization:") }.map(String.init)
            }
        }

        private static func head(_ connection: Int32) -> String? {
            var text = ""
            var byte: UInt8 = 0
            while !text.hasSuffix("\r\n\r\n") {
                guard recv(connection, &byte, 1, 0) == 1, text.utf8.count < 65_536 else {
                    return nil
                }
                text.unicodeScalars.append(Unicode.Scalar(byte))
            }
            return text
        }
    }

    private static func challenge(
        _ schemes: [String], body: String = "<html>no</html>", connection: String = "keep-alive"
    ) -> String {
        "HTTP/1.1 401 Unauthorized\r\n"
            + schemes.map { "WWW-Authenticate: \($0)\r\n" }.joined()
            + "Connection: \(connection)\r\nContent-Type: text/html\r\n"
            + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    private let upstream: Upstream

    init() throws {
        upstream = try Upstream()
        try upstream.commit(["a": "1"])
    }

    private func poll(_ server: Asker) async throws -> GitError {
        var access = GitAccess()
        access.token = "t0ken"
        let watched = try WatchedSource(upstream, through: { _ in server.url }, access: access)
        let source = try watched.source(timeout: .seconds(30))
        let error = try await gitError { try await source.poll() }
        #expect(!"\(error)\(error.hint)".contains("t0ken"), "\(error)")
        #expect(try watched.workers().isEmpty)
        return error
    }

    @Test(
        "Over one connection or many, with any challenge, a token is offered once",
        arguments: [
            [challenge(["Basic realm=\"x\""])], [challenge(["Basic realm=\"x\""], body: "")],
            // Twice the same header is what hung libgit2 0.27 behind nginx.
            [challenge(["Basic realm=\"x\"", "Basic realm=\"x\""])],
            [challenge(["Negotiate", "Basic realm=\"x\""])],
            [challenge(["Bearer realm=\"x\"", "Digest realm=\"x\", nonce=\"y\"", "Basic"])],
            [challenge(["Basic realm=\"x\""], body: String(repeating: "x", count: 300_000))],
            [challenge(["Basic realm=\"a\""]), challenge(["Basic realm=\"b\""])],
        ], [false, true])
    func once(answers: [String], closing: Bool) async throws {
        let server = try Asker(
            answers.map { closing ? $0.replacing("keep-alive", with: "close") : $0 },
            closing: closing)
        let error = try await poll(server)
        #expect(error.kind == .accessDenied, "\(error)")
        let pair = Data("git:t0ken".utf8).base64EncodedString()
        #expect(server.offers == ["Authorization: Basic \(pair)"])
        #expect(server.requests == 2)
    }

    @Test(
        "A challenge that asks for anything but a password gets nothing",
        arguments: [
            [challenge(["Negotiate"])], [challenge(["Digest realm=\"x\", nonce=\"y\""])],
            [challenge(["Bearer realm=\"x\""])], [challenge([])], [challenge(["Basicx"])],
            [challenge(["\u{1b}[31m"])],
        ])
    func never(answers: [String]) async throws {
        let server = try Asker(answers)
        let error = try await poll(server)
        #expect(error.kind == .accessDenied, "\(error)")
        #expect(server.offers == [])
        #expect(server.requests == 1)
    }

    @Test("A server that is no proxy and asks for a proxy's credential gets none")
    func noProxy() async throws {
        let server = try Asker([
            "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\n"
                + "Content-Length: 0\r\n\r\n"
        ])
        let error = try await poll(server)
        #expect(error.kind == .accessDenied || error.kind == .unreachable, "\(error)")
        #expect(server.offers == [])
    }

    @Test("A token that is taken for the listing and refused for the pack is not offered again")
    func refusedLater() async throws {
        let watched = try WatchedSource(upstream)
        watched.server.require("git:t0ken")
        watched.server.behave(.refusesPosts)
        var access = GitAccess()
        access.token = "t0ken"
        let source = GitSource(
            url: try RemoteURL(watched.url), branch: try BranchName("main"),
            mirrorDirectory: watched.mirror, access: access, worker: watched.worker)
        let error = try await gitError { try await source.poll() }
        #expect(error.kind == .accessDenied, "\(error)")
        // Once for the listing, and the same on the request for the pack.
        #expect(watched.server.authorizations.count <= 2)
        #expect(Set(watched.server.authorizations).count == 1)
    }
}
