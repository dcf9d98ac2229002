import Foundation
import Glibc
import Testing

@testable import Git

@Suite("An https:// source", .enabled(if: Programs.canServeTLS, Programs.reason))
struct HTTPSTests {
    private let upstream: Upstream
    private let certificates: Certificates

    init() throws {
        upstream = try Upstream()
        certificates = try Certificates()
        try upstream.commit(["a": "1"])
    }

    private func serve(
        _ names: String = "DNS:localhost", as host: String = "localhost", versions: [String] = [],
        days: Int = 2, trusting: Bool = true
    ) throws -> WatchedSource {
        var access = GitAccess()
        access.caFile = trusting ? certificates.authority : nil
        let issued = try certificates.issue(names, days: days)
        var front: TLSFront?
        var source = try WatchedSource(
            upstream,
            through: { server in
                let made = try TLSFront(issued, to: server.port, versions: versions)
                front = made
                return "https://\(host):\(made.port)/source/.git"
            }, access: access)
        source.companions = [try #require(front)]
        return source
    }

    @Test("The first poll clones, the next moves nothing, a new commit is fetched")
    func polls() async throws {
        let served = try serve()
        let source = try served.source()
        let first = try await source.poll().tip
        #expect(first == (try upstream.head()))
        let posts = { served.server.requests.filter { $0.hasPrefix("POST") }.count }
        #expect(posts() == 1)
        let before = served.server.requests.count
        #expect(try await source.poll().tip == first)
        #expect(posts() == 1)
        #expect(served.server.requests.count == before + 1)
        let second = try upstream.commit(["a": "2"])
        #expect(try await source.poll().tip == second)
        #expect(posts() == 2)
        #expect(try served.workers().isEmpty)
        try served.checkCopy()
    }

    @Test(
        "Names, IP addresses and TLS 1.3 alone are accepted",
        arguments: [
            ("DNS:localhost", "localhost", [String]()), ("IP:127.0.0.1", "127.0.0.1", []),
            ("DNS:x,DNS:localhost", "localhost", ["TLSv1_3", "TLSv1_3"]),
            ("DNS:localhost", "localhost", ["TLSv1_2", "TLSv1_2"]),
        ])
    func accepted(names: String, host: String, versions: [String]) async throws {
        let served = try serve(names, as: host, versions: versions)
        #expect(try await served.poll().tip == (try upstream.head()))
    }

    @Test(
        "A certificate for another name or address, or out of date, is refused with what it says",
        arguments: [
            ("DNS:git.test", "localhost", 2, "ostname mismatch", "DNS:git.test"),
            ("IP:127.0.0.2", "127.0.0.1", 2, "IP address mismatch", "IP Address:127.0.0.2"),
            ("DNS:localhost", "127.0.0.1", 2, "IP address mismatch", "DNS:localhost"),
            ("DNS:localhost", "localhost", -1, "expired", "DNS:localhost"),
        ])
    func refused(
        names: String, host: String, days: Int, reason: String, offered: String
    ) async throws {
        let served = try serve(names, as: host, days: days)
        let error = try await gitError { try await served.poll() }
        #expect(error.kind == .certificateRefused)
        for words in [host, reason, offered, "issuer CN=Test Authority", "SHA256:"] {
            #expect(error.description.contains(words), "\(error)")
        }
        #expect(error.description.contains(certificates.authority))
        #expect(served.server.requests.isEmpty)
    }

    @Test("A private authority is not trusted unless it is named, and nothing is sent before")
    func untrusted() async throws {
        let served = try serve(trusting: false)
        served.server.require("git:t0ken")
        var watched = served
        watched.access.token = "t0ken"
        let error = try await gitError { try await watched.poll() }
        #expect(error.kind == .certificateRefused)
        #expect(error.disposition == .stalled)
        #expect(error.description.contains("an authority of the system"))
        #expect(error.hint.contains("--ca-file"))
        #expect(served.server.requests.isEmpty)

        watched.access.caFile = certificates.authority
        #expect(try await watched.poll().tip == (try upstream.head()))
    }

    @Test("A file of authorities that holds none is refused, and a pinned certificate accepted")
    func pinned() async throws {
        let issued = try certificates.issue("DNS:localhost")
        let server = try WebServer(root: upstream.folder.path)
        let front = try TLSFront(issued, to: server.port)
        var access = GitAccess()
        access.caFile = issued.certificate
        let url = "https://localhost:\(front.port)/source/.git"
        var watched = try WatchedSource(upstream, through: { _ in url }, access: access)
        watched.companions = [front, server]
        #expect(try await watched.poll().tip == (try upstream.head()))
        watched.access.caFile = issued.key
        let error = try await gitError { try await watched.poll() }
        #expect(error.kind == .certificateRefused)
        #expect(error.description.contains("holds none"))
    }

    @Test("An old protocol, and a server without TLS, are refused")
    func oldProtocol() async throws {
        let served = try serve(versions: ["TLSv1", "TLSv1_1"])
        let old = try await gitError { try await served.poll() }
        #expect(old.kind == .unreachable)
        #expect(old.description.contains("protocol version"), "\(old)")

        let server = try Listener { connection in
            Listener.send(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8), over: connection)
            Listener.awaitClose(connection)
            close(connection)
        }
        var plain = try WatchedSource(
            upstream, through: { _ in "https://localhost:\(server.port)/source/.git" })
        plain.companions = [server]
        let error = try await gitError { try await plain.poll() }
        #expect(error.kind == .unreachable)
        #expect(error.description.contains("TLS"), "\(error)")
    }

    @Test("No server, and a name that has no address, are waited for")
    func absent() async throws {
        for (host, words) in [("localhost:1", "refused"), ("git.invalid", "has no address")] {
            let url = "https://\(host)/x"
            let watched = try WatchedSource(upstream, through: { _ in url })
            let error = try await gitError { try await watched.poll() }
            #expect(error.kind == .unreachable)
            #expect(error.description.contains(words), "\(error)")
        }
    }
}
