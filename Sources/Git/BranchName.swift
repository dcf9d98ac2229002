import CLibgit2

/// The name of a branch, without `refs/heads/` in front.
public struct BranchName: Hashable, Sendable, CustomStringConvertible {
    /// The name as the operator writes it.
    public let description: String

    /// Takes a name that Git allows for a branch; others throw `invalidBranchName`.
    public init(_ name: String) throws(GitError) {
        try GitLibrary.start()
        var valid: Int32 = 0
        let code = git_branch_name_is_valid(&valid, name)
        guard code == 0, valid == 1, !name.utf8.contains(0), !name.hasPrefix("refs/") else {
            throw GitError(
                .invalidBranchName,
                "\(name.debugDescription) is not a name that Git allows for a branch.",
                hint: "Write the branch without refs/heads/ in front, for example main."
            )
        }
        description = name
    }

    /// The name of the reference that holds the branch.
    var reference: String { "refs/heads/\(description)" }
}
