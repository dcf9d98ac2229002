import CLibgit2

/// One entry of a directory of a commit.
public struct DirectoryEntry: Hashable, Sendable {
    /// The name; bytes that are no UTF-8 are replaced.
    public let name: String

    /// What it is.
    public let kind: EntryKind

    /// The name of its object as 40 hexadecimal digits; equal names mean equal content.
    public let objectID: String
}

extension CommitTree {
    /// The name of the top directory's object.
    public var rootObjectID: String? {
        git_tree_id(root.pointer).map { hexadecimal($0.pointee) }
    }

    /// Everything directly in a directory, in Git's order.
    ///
    /// With the names of the objects a caller can tell which directories two commits share, and
    /// read those only once. Throws `damaged` for a name that no directory has.
    public func entries(ofDirectory objectID: String) throws(GitError) -> [DirectoryEntry] {
        try repository.entries(ofTree: try identifier(objectID)).map {
            DirectoryEntry(name: $0.name, kind: $0.kind, objectID: hexadecimal($0.id))
        }
    }

    /// The size in bytes of a file's or a link's content, from its header alone.
    public func size(ofFile objectID: String) throws(GitError) -> Int {
        try repository.blobSize(try identifier(objectID))
    }

    /// The content of a file, or the target of a link.
    public func bytes(ofFile objectID: String) throws(GitError) -> [UInt8] {
        try repository.withBlob(try identifier(objectID)) { Array($0) }
    }

    private func identifier(_ objectID: String) throws(GitError) -> git_oid {
        var id = git_oid()
        guard objectID.utf8.count == 40, git_oid_fromstr(&id, objectID) == 0 else {
            throw .damaged(repository.path, "\(objectID.debugDescription) names no object")
        }
        return id
    }
}
