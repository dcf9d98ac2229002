import CLibgit2

extension LocalRepository {
    /// As many as Git itself follows.
    private static let symbolicLimit = 5

    /// The newest commit of a branch.
    func tip(of branch: BranchName, at place: String) throws(GitError) -> CommitID {
        if let tip = try target(of: branch.reference) { return tip }
        throw isEmpty ? .empty(place) : .branchMissing(branch, place)
    }

    /// Whether no branch and no tag exists; libgit2's own answer depends on the name of `HEAD`.
    var isEmpty: Bool {
        guard RepositoryFiles.areListable(in: commonDirectory + "refs") else { return false }
        var names = git_strarray()
        guard git_reference_list(&names, pointer) == 0 else { return false }
        defer { git_strarray_dispose(&names) }
        return names.count == 0
    }

    /// The commit that a reference leads to, through tags and symbolic references; `nil` when the
    /// reference does not exist.
    func target(of reference: String) throws(GitError) -> CommitID? {
        var name = reference
        for _ in 0...Self.symbolicLimit {
            guard let found = try lookUp(reference: name) else { return nil }
            guard git_reference_type(found.pointer) == GIT_REFERENCE_SYMBOLIC else {
                return try peel(found, named: reference)
            }
            guard let next = git_reference_symbolic_target(found.pointer) else { return nil }
            name = String(cString: next)
        }
        throw .damaged(path, "\(reference) leads from reference to reference and to no commit")
    }

    private func lookUp(reference name: String) throws(GitError) -> Handle? {
        var valid: Int32 = 0
        guard git_reference_name_is_valid(&valid, name) == 0, valid == 1 else { return nil }
        let own = git_repository_path(pointer).map { String(cString: $0) } ?? ""
        // libgit2 would wait for a pipe, and reads whatever is there as a whole.
        for file in [own + name, commonDirectory + name, commonDirectory + "packed-refs"] {
            try RepositoryFiles.require(file, allowsDirectory: true)
        }
        var absent = false
        do {
            return try Handle("read \(name)", at: path, release: git_reference_free) {
                let code = git_reference_lookup(&$0, pointer, name)
                absent = code == GIT_ENOTFOUND.rawValue
                return code
            }
        } catch {
            guard absent else { throw error }
            return nil
        }
    }

    private var commonDirectory: String {
        git_repository_commondir(pointer).map { String(cString: $0) } ?? ""
    }
}
