import Foundation
import Testing

@testable import Git

@Suite("Several agents on one mirror")
struct MirrorRaceTests {
    @Test("They wait for each other, and never break the mirror, whatever each of them does")
    func race() async throws {
        let upstream = try Upstream()
        try upstream.commit(["a": "0"])
        let watched = try WatchedSource(upstream)
        _ = try await watched.poll()
        await withThrowingTaskGroup(of: Void.self) { group in
            for agent in 0..<4 {
                group.addTask {
                    let source = try watched.source()
                    for round in 0..<6 {
                        do {
                            _ = try await source.poll()
                            if agent == 1, round % 2 == 0 {
                                try? write("", to: "\(watched.copy)/HEAD")
                            }
                            if agent == 2 { _ = try await source.tidy(at: MirrorLimits(packs: 1)) }
                            if agent == 3 {
                                _ = try await source.tidy(at: round < 3 ? .renewing : .init())
                            }
                        } catch let error as GitError {
                            #expect(error.disposition == .waiting, "\(error)")
                        }
                    }
                }
            }
            group.addTask {
                for number in 1...8 { try upstream.commit(["a": "\(number)"]) }
            }
            while let result = await group.nextResult() {
                #expect(throws: Never.self) { try result.get() }
            }
        }
        let revision = try await watched.poll()
        #expect(revision.tip == (try upstream.head()))
        #expect(revision.mirrorRebuilt == nil)
        #expect(try watched.leftovers().isEmpty)
        try watched.checkConnectivity()
        try watched.checkCopy()
    }
}
