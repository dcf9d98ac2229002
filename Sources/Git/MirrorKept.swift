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

    /// Brings what can be brought, and says in sentences what cannot.
    func carry(_ commits: [CommitID]) -> [String] {
        commits.compactMap { commit in
            do throws(GitError) {
                try carry(commit)
                return nil
            } catch {
                return "Commit \(commit.short), which is still needed, could not be brought along "
                    + "from the former mirror: \(error.description)"
            }
        }
    }

    private func carry(_ commit: CommitID) throws(GitError) {
        let new = try LocalRepository(at: repository)
        guard try !new.holds(commit.oid) else { return }
        let writer = try MirrorPackWriter(into: repository, from: objects, until: deadline)
        var seen: Set<String> = []
        /// Whether an object has to be brought and was not met before.
        func isWanted(_ id: git_oid) throws(GitError) -> Bool {
            guard try !new.holds(id), seen.insert(hexadecimal(id)).inserted else { return false }
            guard seen.count <= limit, !writer.isLate else { throw .tooSlow(repository) }
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
    }
}
