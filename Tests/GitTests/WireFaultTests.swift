import Foundation
import Testing

@testable import Git

/// Every transport against a wire that goes wrong at every moment of a poll.
@Suite("Wires that go wrong, by transport and moment", .serialized)
struct WireFaultTests {
    /// The server's bytes that come through, dense where a handshake and a listing are.
    private static func moments(of total: Int, _ fault: FaultyWire.Fault) -> [Int] {
        let early = [0, 1, 20, 60, 200, 500, 900, 1300, 1700, 2200, 2800, 3500]
        let all = (early + [total / 2, total - 40, total - 1, total]).filter { $0 <= total }
        // What breaks off by a close differs little from a reset, and drops from silence.
        return fault == .stalls || fault == .resets
            ? all : all.enumerated().filter { $0.offset % 3 == 0 }.map(\.element)
    }

    @Test(
        "A poll ends by its deadline or by the server's, and leaves nothing behind",
        arguments: Wiring.Transport.allCases, FaultyWire.Fault.allCases)
    func poll(transport: Wiring.Transport, fault: FaultyWire.Fault) async throws {
        guard transport.canBeServed else { return }
        let upstream = try Upstream()
        try upstream.commit(["large": Upstream.incompressible(1), "a": "1"])
        let tip = try upstream.head()
        let wiring = try Wiring(transport, to: upstream)
        let good = try wiring.line()
        #expect(try await good.watched.poll().tip == tip)
        let moments = Self.moments(of: good.wire.passed, fault)
        let late = try await withThrowingTaskGroup(of: Bool.self) { group in
            for moment in moments {
                group.addTask { try await breaks(fault, at: moment, wiring.line(), tip) }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        // Only at the last three moments may a poll have all that it needs.
        if fault == .stalls { #expect(late >= moments.count - 3) }
    }

    /// Polls over a wire that breaks, and says whether the deadline ended that.
    private func breaks(
        _ fault: FaultyWire.Fault, at moment: Int, _ line: Wiring.Line, _ tip: CommitID
    ) async throws -> Bool {
        let watched = line.watched
        line.wire.fail(fault, after: moment)
        var wasLate = false
        do {
            let timeout: Duration = .seconds(isSlow(fault) ? 3 : 60)
            #expect(try await watched.source(timeout: timeout).poll().tip == tip)
        } catch {
            let error = try #require(error as? GitError)
            #expect(error.disposition == .waiting, "\(fault) after \(moment): \(error)")
            wasLate = error.kind == .deadlinePassed
            #expect(wasLate == isSlow(fault), "\(fault) after \(moment): \(error)")
        }
        #expect(try watched.workers().isEmpty)
        #expect(try watched.leftovers() == [], "\(fault) after \(moment)")

        line.wire.fail(nil)
        #expect(try await watched.poll().tip == tip)
        #expect(try watched.leftovers() == [])
        try watched.checkCopy()
        return wasLate
    }

    private func isSlow(_ fault: FaultyWire.Fault) -> Bool { fault == .stalls || fault == .drips }
}
