import CLibgit2

/// Brings commits that the branch does not have any more from a former copy into a new one.
///
/// A commit comes with everything that it reaches, or not at all: half a history would look like
/// damage to whoever reads it. Only files of objects are read, so the former copy may be broken
/// otherwise.
struct MirrorKept {
    /// The objects directory of the former copy.
    let objects: String

    /// The new copy, which is complete but for these commits.
    let repository: String

    /// More objects than this take too long.
    let limit: Int

    let deadline: ContinuousClock.Instant

    /// Why a commit was not brought along.
    struct Loss: CustomStringConvertible {
        let commit: CommitID

        /// Whether the former copy did not have it either.
        let wasAbsent: Bool

        let reason: GitError

        var description: String {
            "Commit \(commit.short), which is still needed, could not be brought along from the "
                + "former mirror: \(reason.description)"
        }
    }

    /// Brings what can be brought, and gives back what cannot.
    func carry(_ commits: [CommitID]) -> [Loss] {
        commits.compactMap { commit in
            do throws(GitError) {
                if try carry(commit) { return nil }
                let reason = GitError.commitMissing(commit, objects)
                return Loss(commit: commit, wasAbsent: true, reason: reason)
            } catch {
                return Loss(commit: commit, wasAbsent: false, reason: error)
            }
        }
    }

    /// Whether the former copy or the new one has the commit at all.
    private func carry(_ commit: CommitID) throws(GitError) -> Bool {
        let new = try LocalRepository(at: repository)
        guard try !new.holds(commit.oid) else { return true }
        let writer = try MirrorPackWriter(into: repository, from: objects, until: deadline)
        guard try writer.repository.holds(commit.oid) else { return false }
        var seen: Set<String> = []
        /// Whether an object has to be brought and was not met before.
        func isWanted(_ id: git_oid) throws(GitError) -> Bool {
            guard try !new.holds(id), seen.insert(hexadecimal(id)).inserted else { return false }
            guard seen.count <= limit, !writer.isLate(after: seen.count) else {
                throw .tooSlow(repository)
            }
            return true
        }
        var waiting = [commit]
        var trees: [git_oid] = []
        while let next = waiting.popLast() {
            guard try isWanted(next.oid) else { continue }
            waiting += try writer.repository.commit(next).parents
            try writer.insert(next.oid)
            let tree = try writer.repository.treeHandle(of: next)
            if let id = git_tree_id(tree.pointer)?.pointee, try isWanted(id) { trees.append(id) }
        }
        while let next = trees.popLast() {
            try writer.insert(next)
            for entry in try writer.repository.entries(ofTree: next) where entry.kind != .submodule
            {
                guard try isWanted(entry.id) else { continue }
                if entry.kind == .directory {
                    trees.append(entry.id)
                } else {
                    try writer.insert(entry.id)
                }
            }
        }
        try writer.write()
        return true
    }
}
