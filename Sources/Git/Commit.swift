public import Foundation

/// One commit, without its tree.
public struct Commit: Hashable, Sendable {
    /// The commit's name.
    public let id: CommitID

    /// The parents, in the commit's own order; none for a first commit, several for a merge.
    public let parents: [CommitID]

    /// The name of the author, who may be another person than the committer.
    public let authorName: String

    /// When the commit was made, by the committer's clock, which nothing proves.
    public let time: Date

    /// The message, without newlines in front; bytes that are no UTF-8 are replaced.
    public let message: String

    /// The parent whose line this commit continues; `nil` for a first commit.
    public var firstParent: CommitID? { parents.first }

    /// The first paragraph of the message, in one line.
    public var subject: String {
        message.split(separator: "\n", omittingEmptySubsequences: false)
            .prefix { !$0.allSatisfy(\.isWhitespace) }
            .joined(separator: " ")
    }
}
