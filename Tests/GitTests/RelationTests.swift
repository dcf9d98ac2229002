import Testing

@testable import Git

@Suite("How two histories stand to each other")
struct RelationTests {
    @Test("On top, back, rewritten and unrelated are told apart, with the counts of git rev-list")
    func relations() async throws {
        let upstream = try Upstream()
        let first = try upstream.commit(message: "First")
        try upstream.git("checkout", "--quiet", "-b", "side")
        try upstream.commit(["side": "x"], message: "Side")
        try upstream.git("checkout", "--quiet", "main")
        let second = try upstream.commit(["main": "x"], message: "Second")
        try upstream.git("merge", "--quiet", "--no-ff", "--no-edit", "side")
        let merged = try upstream.head()
        try upstream.git("checkout", "--quiet", "-B", "other", "\(first)")
        let other = try upstream.commit(message: "Other")
        try upstream.git("checkout", "--quiet", "--orphan", "unrelated")
        try upstream.commit(message: "Unrelated")
        let unrelated = try upstream.commit(message: "More")

        let repository = try GitRepository(at: upstream.path)
        func relation(_ old: CommitID, _ new: CommitID) async throws -> HistoryRelation {
            let words = try upstream.git(
                "rev-list", "--left-right", "--count", "\(old)...\(new)"
            ).split(separator: "\t").compactMap { Int($0) }
            let found = try await repository.relation(of: old, to: new)
            #expect([found.counts.missing, found.counts.added] == words)
            return found
        }
        #expect(try await relation(first, first) == .continues(added: 0))
        #expect(try await relation(second, merged) == .continues(added: 2))
        #expect(try await relation(merged, second) == .rewound(missing: 2))
        #expect(
            try await relation(merged, other)
                == .diverged(mergeBase: first, missing: 3, added: 1))
        #expect(try await relation(other, unrelated) == .unrelated(missing: 2, added: 2))
        let gone = try #require(CommitID(String(repeating: "2", count: 40)))
        for (old, new) in [(gone, first), (first, gone)] {
            let error = try await gitError { try await repository.relation(of: old, to: new) }
            #expect(error.kind == .commitMissing)
        }
    }

    @Test("Each kind of error has a word for machines")
    func words() {
        let words: [(GitError.Kind, String)] = [
            (.branchMissing, "branch_missing"), (.emptyRepository, "empty_repository"),
            (.shallowRepository, "shallow_repository"), (.sha256Repository, "sha256_repository"),
            (.unsupportedRepository, "unsupported_repository"),
            (.notARepository, "not_a_repository"), (.accessDenied, "access_denied"),
            (.invalidURL, "invalid_url"), (.unreachable, "unreachable"),
            (.deadlinePassed, "deadline_passed"), (.damaged, "damaged"),
        ]
        for (kind, word) in words { #expect(kind.rule == word) }
    }
}

extension HistoryRelation {
    var counts: (missing: Int, added: Int) {
        switch self {
        case .continues(let added): (0, added)
        case .rewound(let missing): (missing, 0)
        case .diverged(_, let missing, let added), .unrelated(let missing, let added):
            (missing, added)
        }
    }
}
