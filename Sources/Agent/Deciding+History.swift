public import Git
import Infrastructure
public import Reporting

extension Deciding {
    /// One report for every first-parent commit after `from`, up to `to`, that changes an input.
    ///
    /// Each commit is held against the newest readable one before it; a commit that cannot be read
    /// is reported with its errors. Oldest first; `each` is called as soon as one is known.
    public func history(
        from: CommitID?, to: CommitID, each: (DecisionReport) throws -> Void
    ) async throws {
        let commits: [Commit] = try await reading.repository.firstParentHistory(from: from, to: to)
            .reversed()
        let line = commits.map(\.id)
        var base = from
        var before = commits.first?.firstParent
        var index = 0
        while index < commits.count {
            let commit = commits[index]
            if try await changesInput(commit, readLike: before) {
                do {
                    try each(try await report(base: base, target: commit.id))
                    base = commit.id
                } catch let error as ReadError {
                    try each(Deciding.report(unreadable: commit.id, base: base, error))
                }
            }
            before = commit.id
            index = try await nextChange(on: line[index...]) ?? commits.count
        }
    }

    /// Whether the commit, held against its first parent, changes a file that a cluster reads.
    ///
    /// The parent reads like the commit `before`, which may be the parent itself.
    private func changesInput(_ commit: Commit, readLike before: CommitID?) async throws -> Bool {
        guard let parent = commit.firstParent, let before else { return true }
        guard
            try await !reading.repository.changedPaths(
                from: parent, to: commit.id, among: [""]
            ).isEmpty
        else { return false }
        var watched: Set<String> = []
        for side in [commit.id, before] {
            // A side that cannot be read, or knows no cluster, may differ from the other in anything.
            guard let contents = try? await reading.contents(of: side), !contents.isEmpty else {
                return true
            }
            watched.formUnion(contents.flatMap(\.inputPaths))
        }
        let changed = try await reading.repository.changedPaths(
            from: parent, to: commit.id, among: watched.filter(CommitTree.canHold))
        return !changed.isEmpty
    }

    /// The index of the next commit on a line that may change an input: all between it and the
    /// first one of the line read like that.
    private func nextChange(on line: ArraySlice<CommitID>) async throws -> Int? {
        guard let first = line.first, line.count > 1 else { return nil }
        guard let watched = try await reading.watchedPaths(of: first) else {
            return line.startIndex + 1
        }
        return try await reading.repository.firstChange(
            on: line, of: watched.contents.filter { $0.isEmpty || CommitTree.canHold($0) },
            kindsOf: watched.kinds.filter(CommitTree.canHold))
    }
}
