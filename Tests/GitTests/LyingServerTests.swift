import Foundation
import Glibc
import Testing

@testable import Git

@Suite("Servers that lie about sizes")
struct LyingServerTests {
    private let upstream: Upstream

    init() throws {
        upstream = try Upstream()
        try upstream.commit(["a": "1"])
    }

    private static let advertisement =
        "Content-Type: application/x-git-upload-pack-advertisement\r\n"
    private static let service = "001e# service=git-upload-pack\n0000"

    /// An error that time may help with, no process left, and the next poll works.
    private func expectWaiting(
        _ behaviour: WebServer.Behaviour, timeout: Duration = .seconds(30)
    ) async throws -> GitError {
        let watched = try WatchedSource(upstream)
        watched.server.behave(behaviour)
        let source = try watched.source(timeout: timeout)
        let error = try await gitError { try await source.poll() }
        #expect(error.disposition == .waiting, "\(error)")
        #expect(try watched.workers().isEmpty)
        watched.server.behave(.honest)
        #expect(try await watched.poll().tip == (try upstream.head()))
        try watched.checkCopy()
        return error
    }

    @Test(
        "A packet longer than the answer, and one shorter than its own length",
        arguments: ["ffff0000", "0001", "0003", "00ffabc", "zzzz", "-001"])
    func packetLength(packet: String) async throws {
        let body = Self.service + packet
        let error = try await expectWaiting(
            .says(
                "HTTP/1.1 200 OK\r\n\(Self.advertisement)Content-Length: \(body.utf8.count)\r\n"
                    + "Connection: close\r\n\r\n\(body)"))
        #expect(error.kind != .deadlinePassed, "\(error)")
    }

    @Test(
        "An answer shorter than it says, longer than it says, or of an impossible length",
        arguments: ["1000", "1", "-1", "99999999999999999999999", "0x10"])
    func contentLength(length: String) async throws {
        let line = String(repeating: "a", count: 40) + " refs/heads/branch\n"
        let body = Self.service + "003f" + line
        let error = try await expectWaiting(
            .says(
                "HTTP/1.1 200 OK\r\n\(Self.advertisement)Content-Length: \(length)\r\n"
                    + "Connection: close\r\n\r\n\(body)"))
        #expect(error.kind != .deadlinePassed, "\(error)")
    }

    /// The whole answer to a request for references.
    private static func answer(_ body: String, _ headers: String = "") -> WebServer.Behaviour {
        .says(
            "HTTP/1.1 200 OK\r\n\(advertisement)\(headers)Connection: close\r\n\r\n\(body)")
    }

    @Test(
        "References without capabilities, cut off, doubled, shallow or with hostile names",
        arguments: [
            "003f\(id) refs/heads/branch\n0000", "003b\(id) refs/heads/main\0",
            "003c\(id) refs/heads/main\0\n", "003a\(id) refs/heads/main",
            "003e\(id) refs/heads/main\0sym0000", "0035\(id) HEAD\0 symref=HEAD:0000",
            "0044\(id) refs/heads/main\0symref=0000",
            "0041\(id) refs/../../../main\n\n0000", "002d\(id) 0000",
            "0035shallow \(id)0000", "0043\(id) refs/heads/\u{1b}[31mmain0000",
            "0008NAK\n0000", "0000", "00000000", "0010ERR \u{1b}[2Jx\n", "0004", "0005x",
            "0032\(String(repeating: "z", count: 40)) main0000",
        ])
    func references(packets: String) async throws {
        let watched = try WatchedSource(upstream)
        watched.server.behave(Self.answer(Self.service + packets))
        let error = try await gitError { try await watched.poll() }
        let text = "\(error) \(error.hint)"
        #expect(error.kind != .damaged, "\(text)")
        #expect(error.disposition == .waiting || Self.verdicts.contains(error.kind), "\(text)")
        #expect(!text.unicodeScalars.contains { $0.value < 0x20 }, "\(text)")
        #expect(try watched.workers().isEmpty)
        #expect(try watched.leftovers() == [])
        watched.server.behave(.honest)
        #expect(try await watched.poll().tip == (try upstream.head()))
    }

    private static let id = String(repeating: "a", count: 40)

    /// What a well-formed list may say that only a person can change.
    private static let verdicts: Set<GitError.Kind> = [
        .branchMissing, .emptyRepository, .unsupportedRepository,
    ]

    @Test(
        "Chunks that lie, an answer that is packed, two lengths, and statuses that are none",
        arguments: [
            answer("ffffffffffffffff\r\nabc", "Transfer-Encoding: chunked\r\n"),
            answer("-5\r\nabc", "Transfer-Encoding: chunked\r\n"),
            answer("zz\r\nabc", "Transfer-Encoding: chunked\r\n"),
            answer("0\r\n\r\n", "Transfer-Encoding: chunked\r\n"),
            answer("5\r\n001e#", "Transfer-Encoding: chunked\r\n"),
            answer("\u{1}\u{8}\u{0}\u{0}", "Content-Encoding: gzip\r\n"),
            answer(service, "Content-Length: 5\r\nContent-Length: 500\r\n"),
            answer(service, "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
            .says("HTTP/1.1 999 Odd\r\n\r\n"), .says("HTTP/1.1 200\r\n\r\n"),
            .says("HTTP/9.9 200 OK\r\n\r\n"), .says("SSH-2.0-OpenSSH\r\n"),
            .says("HTTP/1.1 204 No Content\r\n\r\n"), .says("HTTP/1.1 -1 OK\r\n\r\n"),
            .says("HTTP/1.1 503 Busy\r\nRetry-After: 9999999999\r\n\r\n"),
            .says("HTTP/1.1 429 \u{1b}[31m\r\nContent-Length: 0\r\n\r\n"),
            .says("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>"),
            .says("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n"),
        ])
    func http(behaviour: WebServer.Behaviour) async throws {
        let error = try await expectWaiting(behaviour)
        #expect(error.kind != .deadlinePassed, "\(error)")
        #expect(!error.description.contains("\u{1b}"))
    }

    @Test("Answers that come in chunks are read, and so is a list of 20,000 references")
    func honest() async throws {
        for number in 0..<20_000 where number % 1000 == 0 {
            let lines = (number..<number + 1000).map {
                "create refs/heads/branch-\($0) \((try? upstream.head().description) ?? "")\n"
            }
            try upstream.git(["update-ref", "--stdin"], input: lines.joined())
        }
        try upstream.git("pack-refs", "--all")
        let server = try ScriptServer("git_http.py", [upstream.folder.path, "chunked"])
        let url = "http://127.0.0.1:\(server.port)/source/.git"
        let watched = try WatchedSource(upstream, through: { _ in url })
        #expect(try await watched.poll().tip == (try upstream.head()))
        withExtendedLifetime(server) {}
    }

    @Test(
        "An endless stream of interim answers, acknowledgements, progress or empty packets ends",
        arguments: [
            .repeats("", "HTTP/1.1 100 Continue\r\n\r\n"), .repeatsInPack("", "0008NAK\n"),
            .repeatsInPack("", "0038ACK \(id) common\n\n\n"),
            .repeatsInPack("0008NAK\n", "0005\u{2}"), .repeatsInPack("0008NAK\n", "0005\u{1}"),
            .repeatsInPack("0008NAK\n", "0025\u{2}" + String(repeating: "a", count: 32)),
            .repeatsInPack("0008NAK\n", "0004"),
        ] as [WebServer.Behaviour])
    func endless(behaviour: WebServer.Behaviour) async throws {
        _ = try await expectWaiting(behaviour, timeout: .seconds(4))
    }

    @Test("An endless list of references takes a bounded amount of memory")
    func endlessReferences() async throws {
        let packet = "003f" + String(repeating: "a", count: 40) + " refs/heads/branch\n"
        #expect(packet.utf8.count == 0x3f)
        let error = try await expectWaiting(
            .repeats(
                "HTTP/1.1 200 OK\r\n\(Self.advertisement)Connection: close\r\n\r\n\(Self.service)",
                packet),
            timeout: .seconds(300))
        #expect(error.kind == .outOfMemory, "\(error)")
    }

    @Test("Endless headers end", arguments: ["X: y\r\n", "y"])
    func endlessHeaders(filler: String) async throws {
        _ = try await expectWaiting(
            .repeats("HTTP/1.1 200 OK\r\nX-A: ", filler), timeout: .seconds(10))
    }

    @Test("A connection that is reset anywhere is waited for", arguments: [0, 40, 350, 500])
    func resets(after count: Int) async throws {
        let error = try await expectWaiting(.resets(after: count))
        #expect(error.kind != .deadlinePassed)
    }
}
