import Git
import Infrastructure

/// The objects of a commit as the reading room wants them.
final class GitFileTree: FileTree {
    let tree: CommitTree
    /// The first error of Git, which says nothing of the commit.
    private var failure: GitError?

    init(tree: CommitTree) {
        self.tree = tree
    }

    /// Reads the commit; throws the error of Git where an object could not be read.
    static func read<Result>(
        _ tree: CommitTree, _ work: (GitFileTree) throws -> Result
    ) throws -> Result {
        let files = GitFileTree(tree: tree)
        let result = Swift.Result { try work(files) }
        if let failure = files.failure { throw failure }
        return try result.get()
    }

    func rootDirectory() throws(FileTreeError) -> String {
        guard let id = tree.rootObjectID else {
            throw FileTreeError(path: "", message: "The commit \(tree.commit) has no files.")
        }
        return id
    }

    func entries(ofDirectory id: String) throws(FileTreeError) -> [FileTreeEntry] {
        try reading { () throws(GitError) in
            try tree.entries(ofDirectory: id).map { entry in
                FileTreeEntry(name: entry.name, kind: .init(entry.kind), id: entry.objectID)
            }
        }
    }

    func size(ofFile id: String) throws(FileTreeError) -> Int {
        try reading { () throws(GitError) in try tree.size(ofFile: id) }
    }

    func bytes(ofFile id: String) throws(FileTreeError) -> [UInt8] {
        try reading { () throws(GitError) in try tree.bytes(ofFile: id) }
    }

    private func reading<Result>(
        _ work: () throws(GitError) -> Result
    ) throws(FileTreeError) -> Result {
        do {
            return try work()
        } catch {
            if failure == nil { failure = error }
            throw FileTreeError(path: "", message: error.description, hint: error.hint)
        }
    }
}

extension FileTreeEntry.Kind {
    fileprivate init(_ kind: EntryKind) {
        self =
            switch kind {
            case .file, .executable: .file
            case .symbolicLink: .link
            case .directory: .directory
            case .submodule: .submodule
            }
    }
}
