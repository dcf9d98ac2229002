import Foundation
import Testing

@testable import Git

/// Commits whose dates say nothing of their order: in the future, before their parents, at zero.
@Suite("Histories with wrong dates")
struct SkewedHistoryTests {
    private struct Seeded: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state ^ (state >> 29)) &* 0x9E37_79B9_7F4A_7C15
        }
    }

    /// A graph made at random, with what follows from its edges alone.
    private struct History {
        let upstream: Upstream
        let parents: [CommitID: [CommitID]]
        let commits: [CommitID]

        init(seed: UInt64, count: Int) throws {
            var generator = Seeded(state: seed)
            upstream = try Upstream()
            // A few dates only, so that many are equal; 4,300,000,000 is in 2106.
            let dates = [
                0, 1_000_000_000, 1_700_000_000, 1_700_000_001, 4_300_000_000, 4_300_009_000,
            ]
            var stream = ""
            for number in 1...count {
                let date = dates.randomElement(using: &generator) ?? 0
                stream += "commit refs/heads/c\(number)\nmark :\(number)\n"
                stream += "committer C <c@example.com> \(date) +0000\n"
                stream += "data <<END\n\(number)\nEND\n"
                guard number > 3 else { continue }
                let from = Int.random(in: max(1, number - 8)..<number, using: &generator)
                stream += "from :\(from)\n"
                let merged = Int.random(in: 1..<number, using: &generator)
                if merged != from, merged % 3 == 0 { stream += "merge :\(merged)\n" }
            }
            try upstream.git(["fast-import", "--quiet"], input: stream)
            var parents: [CommitID: [CommitID]] = [:]
            for line in try upstream.git("rev-list", "--all", "--parents").split(separator: "\n") {
                let ids = line.split(separator: " ").compactMap { CommitID(String($0)) }
                parents[try #require(ids.first)] = Array(ids.dropFirst())
            }
            self.parents = parents
            commits = parents.keys.sorted { $0.description < $1.description }
        }

        func reached(from commit: CommitID) -> Set<CommitID> {
            var seen: Set<CommitID> = []
            var waiting = [commit]
            while let next = waiting.popLast() {
                if seen.insert(next).inserted { waiting += parents[next] ?? [] }
            }
            return seen
        }

        func line(of tip: CommitID) -> [CommitID] {
            Array(sequence(first: tip) { parents[$0]?.first })
        }
    }

    @Test(
        "Relation, ancestry and lines are those of the graph",
        arguments: 1...3 as ClosedRange<UInt64>)
    func graph(seed: UInt64) async throws {
        let history = try History(seed: seed, count: 60)
        let repository = try GitRepository(at: history.upstream.path)
        #expect(history.commits.count == 60)
        var generator = Seeded(state: seed)
        for round in 1...200 {
            let old = try #require(history.commits.randomElement(using: &generator))
            let new = try #require(history.commits.randomElement(using: &generator))
            let (olds, news) = (history.reached(from: old), history.reached(from: new))
            let counts = (olds.subtracting(news).count, news.subtracting(olds).count)
            let relation = try await repository.relation(of: old, to: new)
            #expect(relation.counts == counts, "\(old) \(new)")
            switch relation {
            case .diverged(let base, _, _): #expect(olds.intersection(news).contains(base))
            case .unrelated: #expect(olds.isDisjoint(with: news))
            case .continues: #expect(news.isSuperset(of: olds))
            case .rewound: #expect(olds.isStrictSuperset(of: news))
            }
            let isAncestor = try await repository.isAncestor(old, of: new)
            #expect(isAncestor == news.contains(old), "\(old) \(new)")
            let line = history.line(of: new)
            #expect(
                try await repository.isOnFirstParentLine(old, of: new) == line.contains(old))
            let listed = try await repository.firstParentHistory(from: old, to: new).map(\.id)
            #expect(listed == line.filter { !olds.contains($0) }, "\(old) \(new)")
            let range = try LocalRepository(at: history.upstream.path)
                .commits(to: new, notIn: [old], limit: 100)
            #expect(Set(range ?? []) == news.subtracting(olds), "\(old) \(new)")
            #expect(range?.count == counts.1)
            guard round % 40 == 0 else { continue }
            let words = try history.upstream.git(
                "rev-list", "--left-right", "--count", "\(old)...\(new)")
            #expect(words == "\(counts.0)\t\(counts.1)")
        }
    }

    @Test("A comparison that leaves a shallow repository says that it is shallow")
    func shallow() async throws {
        let upstream = try Upstream()
        for number in 1...6 { try upstream.commit(["n": "\(number)"]) }
        let clone = "\(upstream.folder.path)/clone"
        try upstream.git("clone", "--quiet", "--depth=4", upstream.url, clone)
        let repository = try GitRepository(at: clone)
        let tip = try await repository.resolve("HEAD")
        try upstream.git("-C", clone, "checkout", "--quiet", "--orphan", "alone")
        try upstream.git("-C", clone, "commit", "--quiet", "--message", "Alone")
        let alone = try await repository.resolve("HEAD")
        let error = try await gitError { try await repository.relation(of: alone, to: tip) }
        #expect(error.kind == .shallowRepository, "\(error)")
    }
}
