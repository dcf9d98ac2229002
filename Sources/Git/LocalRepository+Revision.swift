import CLibgit2

extension LocalRepository {
    /// Finds the commit that a person means.
    ///
    /// The text is taken apart here and never given to libgit2's own parser, which also searches
    /// messages with regular expressions. A name that is a branch and a tag of different commits
    /// is refused: guessing would be wrong half of the time.
    func resolve(_ revision: String) throws(GitError) -> CommitID {
        let baseEnd = revision.firstIndex { $0 == "~" || $0 == "^" } ?? revision.endIndex
        var commit = try base(String(revision[..<baseEnd]), of: revision)
        var rest = revision[baseEnd...]
        while let sign = rest.popFirst() {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            guard sign == "~" || sign == "^", let count = digits.isEmpty ? 1 : Int(digits) else {
                throw unknown(revision)
            }
            commit =
                try sign == "~"
                ? ancestor(of: commit, generations: count, in: revision)
                : parent(of: commit, number: count, in: revision)
        }
        return commit
    }

    private func base(_ name: String, of revision: String) throws(GitError) -> CommitID {
        if name == "HEAD" || name == "@" {
            if let head = try target(of: "HEAD") { return head }
            throw isEmpty ? .empty(path) : unknown(revision)
        }
        if let id = CommitID(name) {
            _ = try commitHandle(id)
            return id
        }
        let names =
            name.hasPrefix("refs/")
            ? [name] : ["heads", "tags", "remotes"].map { "refs/\($0)/\(name)" }
        var found: [(name: String, commit: CommitID)] = []
        for name in names {
            if let commit = try target(of: name) { found.append((name, commit)) }
        }
        if Set(found.map(\.commit)).count > 1 {
            throw ambiguous(revision, "it names \(found.map(\.name).joined(separator: " and "))")
        }
        if let first = found.first {
            // A branch may be named as a hash begins.
            let other = try? abbreviated(name, of: revision)
            guard other == nil || other == first.commit else {
                throw ambiguous(revision, "it names \(first.name), and a commit's hash begins so")
            }
            return first.commit
        }
        return try abbreviated(name, of: revision)
    }

    private func abbreviated(_ name: String, of revision: String) throws(GitError) -> CommitID {
        guard (4..<40).contains(name.utf8.count), name.allSatisfy({ $0.isASCII && $0.isHexDigit })
        else { throw unknown(revision) }
        var oid = git_oid()
        git_oid_fromstrn(&oid, name, name.utf8.count)
        var code: Int32 = 0
        do {
            let commit = try Handle("read \(name)", at: path, release: git_commit_free) {
                code = git_commit_lookup_prefix(&$0, pointer, &oid, name.utf8.count)
                return code
            }
            guard let id = git_commit_id(commit.pointer) else {
                preconditionFailure("libgit2 gave a commit without a name.")
            }
            return CommitID(id.pointee)
        } catch {
            switch code {
            case GIT_ENOTFOUND.rawValue: throw brokenPack ?? unknown(revision)
            case GIT_EAMBIGUOUS.rawValue: throw ambiguous(revision, "several objects begin so")
            default: throw error
            }
        }
    }

    private func ancestor(
        of commit: CommitID,
        generations: Int,
        in revision: String
    ) throws(GitError) -> CommitID {
        var commit = commit
        for _ in 0..<generations { commit = try parent(of: commit, number: 1, in: revision) }
        return commit
    }

    private func parent(
        of commit: CommitID,
        number: Int,
        in revision: String
    ) throws(GitError) -> CommitID {
        guard number > 0 else { return commit }
        let parents = try self.commit(commit).parents
        guard number <= parents.count else { throw unknown(revision) }
        return parents[number - 1]
    }

    private func unknown(_ revision: String) -> GitError {
        GitError(
            .revisionUnknown,
            "No commit is named \(revision.debugDescription) in the repository at \(path).",
            hint: "Give a branch, a tag, a commit hash, or one of these with ~N behind it."
        )
    }

    private func ambiguous(_ revision: String, _ reason: String) -> GitError {
        GitError(
            .revisionAmbiguous,
            "\(revision.debugDescription) is ambiguous in the repository at \(path): \(reason).",
            hint: "Write the whole hash, or refs/heads/NAME or refs/tags/NAME."
        )
    }
}
