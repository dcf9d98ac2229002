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

    @Test(
        "A pack that claims billions of objects, holds garbage, or ends early",
        arguments: [
            Array("PACK".utf8) + [0, 0, 0, 2, 0xff, 0xff, 0xff, 0xff],
            Array("PACK".utf8) + [0, 0, 0, 2, 0, 0x90, 0, 0, 0x30],
            Array("PACK".utf8) + [0, 0, 0, 9, 0, 0, 0, 1], Array("PACK".utf8),
            Array(repeating: 0, count: 4000),
            // A blob of 2^60 bytes.
            Array("PACK".utf8) + [0, 0, 0, 2, 0, 0, 0, 1, 0xbf] + Array(repeating: 0xff, count: 7)
                + [0x0f, 0x78, 0x9c],
        ] as [[UInt8]])
    func packs(bytes: [UInt8]) async throws {
        let error = try await expectWaiting(.packs(Array("0008NAK\n".utf8) + bytes))
        #expect(error.kind != .deadlinePassed, "\(error)")
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
