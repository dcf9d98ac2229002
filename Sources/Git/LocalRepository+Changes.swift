import CLibgit2

extension LocalRepository {
    /// The paths whose content, kind or mode differs between two commits, in Git's order.
    ///
    /// A path that is only in one of them counts; a renamed file gives both of its paths.
    func changedPaths(from old: CommitID, to new: CommitID) throws(GitError) -> [String] {
        let oldTree = try treeHandle(of: old)
        let newTree = try treeHandle(of: new)
        var options = git_diff_options()
        git_diff_options_init(&options, UInt32(GIT_DIFF_OPTIONS_VERSION))
        options.flags = GIT_DIFF_INCLUDE_TYPECHANGE.rawValue | GIT_DIFF_SKIP_BINARY_CHECK.rawValue
        let (before, after) = (oldTree.pointer, newTree.pointer)
        let diff = try Handle("compare trees", at: path, release: git_diff_free) {
            git_diff_tree_to_tree(&$0, pointer, before, after, &options)
        }
        return (0..<git_diff_num_deltas(diff.pointer)).compactMap { index in
            guard let delta = git_diff_get_delta(diff.pointer, index)?.pointee else { return nil }
            return (delta.new_file.path ?? delta.old_file.path).map { String(cString: $0) }
        }
    }
}
