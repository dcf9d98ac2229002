import CLibgit2

extension LocalRepository {
    /// How the history of `tip` stands to that of a commit that is known.
    ///
    /// Every commit counts, of merged side branches too. The time it takes grows with what the two
    /// histories do not share.
    func relation(of known: CommitID, to tip: CommitID) throws(GitError) -> HistoryRelation {
        _ = try commitHandle(known)
        _ = try commitHandle(tip)
        // libgit2's own count of both at once is wrong where dates are.
        let missing = try count(to: known, notIn: tip)
        let added = try count(to: tip, notIn: known)
        if missing == 0 { return .continues(added: added) }
        if added == 0 { return .rewound(missing: missing) }
        guard let base = try mergeBase(of: known, and: tip) else {
            return .unrelated(missing: missing, added: added)
        }
        return .diverged(mergeBase: base, missing: missing, added: added)
    }

    private func count(to tip: CommitID, notIn known: CommitID) throws(GitError) -> Int {
        try commits(to: tip, notIn: [known], limit: .max)?.count ?? 0
    }

    private func mergeBase(
        of one: CommitID, and other: CommitID
    ) throws(GitError) -> CommitID? {
        var (first, second) = (one.oid, other.oid)
        var base = git_oid()
        var isAbsent = false
        try explainingShallow { () throws(GitError) in
            _ = try libgit2("compare histories", at: path) {
                let code = git_merge_base(&base, pointer, &first, &second)
                isAbsent = code == GIT_ENOTFOUND.rawValue
                return isAbsent ? 0 : code
            }
        }
        return isAbsent ? nil : CommitID(base)
    }
}
