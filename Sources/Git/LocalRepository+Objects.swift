import CLibgit2

extension LocalRepository {
    /// The entry at a path below a tree, or `nil` when nothing is there.
    func entry(
        at path: String,
        in tree: borrowing Handle
    ) throws(GitError) -> (id: git_oid, kind: EntryKind)? {
        let tree = tree.pointer
        var absent = false
        do {
            let entry = try Handle("find \(path)", at: self.path, release: git_tree_entry_free) {
                let code = git_tree_entry_bypath(&$0, tree, path)
                absent = code == GIT_ENOTFOUND.rawValue
                return code
            }
            guard let id = git_tree_entry_id(entry.pointer) else { return nil }
            return (id.pointee, EntryKind(mode: git_tree_entry_filemode(entry.pointer)))
        } catch {
            guard absent else { throw error }
            return nil
        }
    }

    /// Everything directly in a tree, in Git's order.
    func entries(
        ofTree id: git_oid
    ) throws(GitError) -> [(name: String, id: git_oid, kind: EntryKind)] {
        var id = id
        let tree = try Handle("read a tree", at: path, release: git_tree_free) {
            git_tree_lookup(&$0, pointer, &id)
        }
        return (0..<git_tree_entrycount(tree.pointer)).compactMap { index in
            guard let entry = git_tree_entry_byindex(tree.pointer, index),
                let name = git_tree_entry_name(entry), let id = git_tree_entry_id(entry)
            else { return nil }
            let kind = EntryKind(mode: git_tree_entry_filemode(entry))
            return (String(cString: name), id.pointee, kind)
        }
    }

    /// The size of a file's content in bytes, from its header alone.
    func blobSize(_ id: git_oid) throws(GitError) -> Int { try header(of: id).size }

    /// Whether the object is there and a commit.
    func isCommit(_ id: git_oid) -> Bool {
        (try? header(of: id).type) == GIT_OBJECT_COMMIT
    }

    private func header(of id: git_oid) throws(GitError) -> (size: Int, type: git_object_t) {
        var id = id
        let database = try Handle("read objects", at: path, release: git_odb_free) {
            git_repository_odb(&$0, pointer)
        }
        var size = 0
        var type = GIT_OBJECT_INVALID
        try missingIsDamage(id) { () throws(GitError) in
            try libgit2("read \(hexadecimal(id))", at: path) {
                git_odb_read_header(&size, &type, database.pointer, &id)
            }
        }
        return (size, type)
    }

    /// Lends the content of a file.
    func withBlob<R>(
        _ id: git_oid,
        _ body: (UnsafeRawBufferPointer) throws(GitError) -> R
    ) throws(GitError) -> R {
        var oid = id
        let path = path
        let pointer = pointer
        let blob = try Handle("read \(hexadecimal(id))", at: path, release: git_blob_free) {
            git_blob_lookup(&$0, pointer, &oid)
        }
        let size = Int(git_blob_rawsize(blob.pointer))
        return try body(.init(start: git_blob_rawcontent(blob.pointer), count: size))
    }

    private func missingIsDamage(_ id: git_oid, _ read: () throws(GitError) -> Int32)
        throws(GitError)
    {
        do {
            _ = try read()
        } catch {
            throw error.kind == .damaged ? error : .damaged(path, error.description)
        }
    }
}

extension LocalRepository {
    /// Makes sure that every file and directory of a commit is there, without reading contents.
    func checkObjects(of commit: CommitID) throws(GitError) {
        let tree = try treeHandle(of: commit)
        guard let root = git_tree_id(tree.pointer) else { return }
        var waiting = [root.pointee]
        var seen: Set<String> = []
        while let next = waiting.popLast() {
            for entry in try entries(ofTree: next) where seen.insert(hexadecimal(entry.id)).inserted
            {
                switch entry.kind {
                case .directory: waiting.append(entry.id)
                case .submodule: continue
                case .file, .executable, .symbolicLink: _ = try blobSize(entry.id)
                }
            }
        }
    }
}
