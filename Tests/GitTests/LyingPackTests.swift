import Foundation
import Testing

@testable import Git

@Suite("Packs that lie", .serialized, .enabled(if: Programs.python != nil || Programs.isRequired))
struct LyingPackTests {
    private let upstream: Upstream

    init() throws {
        upstream = try Upstream()
        try upstream.commit(["a": "1"])
    }

    private static func pack(_ kind: String) throws -> [UInt8] {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Support/hostile_pack.py").path
        let child = ChildProcess(
            executable: try #require(Programs.python), arguments: [script, kind],
            environment: ["PATH": "/usr/bin:/bin"], outputLimit: 256 << 20)
        let ending = try child.run(input: [], deadline: .now.advanced(by: .seconds(120)))
        try #require(ending.exitCode == 0)
        return ending.output
    }

    /// Polls twice: for a first copy, and with a mirror that is good and must stay so.
    private func refusals(
        _ answer: [UInt8], timeout: Duration = .seconds(60)
    ) async throws -> [GitError] {
        var errors: [GitError] = []
        for hasMirror in [false, true] {
            let watched = try WatchedSource(upstream)
            if hasMirror {
                _ = try await watched.poll()
                try upstream.commit()
            }
            watched.server.behave(.packs(answer))
            let source = try watched.source(timeout: timeout)
            let error = try await gitError { try await source.poll() }
            #expect(error.disposition == .waiting, "\(error)")
            #expect(!error.description.unicodeScalars.contains { $0.value < 0x20 })
            #expect(try watched.workers().isEmpty)
            #expect(try watched.leftovers() == [])
            if hasMirror { try watched.checkCopy() }
            watched.server.behave(.honest)
            let good = try await watched.poll()
            #expect(good.tip == (try upstream.head()))
            #expect(good.mirrorRebuilt == nil, "\(good.mirrorRebuilt ?? "")")
            try watched.checkCopy()
            errors.append(error)
        }
        return errors
    }

    @Test(
        "What is no pack, or is not the one that was asked for, is a bad answer and not a bad mirror",
        arguments: [
            "empty", "checksum", "missing", "surplus", "trailing", "zlib-shorter", "zlib-longer",
            "delta-size", "delta-outside", "delta-before", "delta-unknown", "claims", "claims-less",
            "huge-object", "version", "types", "type-five", "zeros", "cut",
        ])
    func bad(kind: String) async throws {
        for error in try await refusals(WebServer.answer(try Self.pack(kind))) {
            #expect([.badAnswer, .outOfMemory].contains(error.kind), "\(kind): \(error)")
        }
    }

    @Test("A few bytes that unfold to sixteen gigabytes of memory are given up at the limit")
    func deltaBomb() async throws {
        for error in try await refusals(WebServer.answer(try Self.pack("delta-bomb"))) {
            #expect([.badAnswer, .outOfMemory].contains(error.kind), "\(error)")
        }
    }

    @Test(
        "What would take minutes of the processor takes no longer than the deadline",
        arguments: ["zlib-bomb", "delta-many"])
    func slow(kind: String) async throws {
        let start = ContinuousClock.now
        let answer = WebServer.answer(try Self.pack(kind))
        for error in try await refusals(answer, timeout: .seconds(2)) {
            // Whichever limit comes first on this machine.
            #expect([.deadlinePassed, .outOfMemory].contains(error.kind), "\(kind): \(error)")
        }
        #expect(start.duration(to: .now) < .seconds(120))
    }

    @Test("A chain of 60,000 deltas ends, one way or another, without a fault")
    func chain() async throws {
        for error in try await refusals(
            WebServer.answer(try Self.pack("delta-chain")), timeout: .seconds(20))
        {
            #expect([.badAnswer, .deadlinePassed, .outOfMemory].contains(error.kind), "\(error)")
        }
    }

    @Test(
        "A pack without its end, an error in the middle, and a band that is none",
        arguments: ["", "0009\u{3}fire", "0006\u{4}x", "0001", "0009ERR x"])
    func ending(text: String) async throws {
        let pack = try Self.pack("checksum").prefix(20)
        for error in try await refusals(WebServer.answer(Array(pack), ending: text)) {
            #expect(error.kind != .deadlinePassed, "\(error)")
        }
    }
}
