import CLibgit2
import Glibc

/// Reads commits and trees as the bytes that they are, for walks over thousands of them.
///
/// libgit2's own commits and trees hold everything that an object says, each in memory of its own,
/// and go through a cache that such a walk only fills; half of the time goes there. So the store is
/// asked directly here, and libgit2's own way is taken only for an object that it does not find at
/// once. Every object is still hashed, and what is malformed is an error.
struct RawObjects: ~Copyable {
    private let database: Handle
    private let path: String
    private let stores: [UnsafeMutablePointer<git_odb_backend>]
    private let hash = ObjectHash()

    init(of repository: LocalRepository) throws(GitError) {
        path = repository.path
        let handle = try Handle("read objects", at: repository.path, release: git_odb_free) {
            git_repository_odb(&$0, repository.pointer)
        }
        stores = (0..<git_odb_num_backends(handle.pointer)).compactMap { index in
            var store: UnsafeMutablePointer<git_odb_backend>?
            return git_odb_get_backend(&store, handle.pointer, index) == 0 ? store : nil
        }
        database = handle
    }

    /// The tree and the first parent of a commit.
    func commit(_ id: git_oid) throws(GitError) -> (tree: git_oid, firstParent: git_oid?) {
        let object = try object(id, GIT_OBJECT_COMMIT)
        guard let tree = objectName(in: object.bytes, after: "tree ", at: 0) else {
            throw .damaged(path, "commit \(hexadecimal(id)) names no tree")
        }
        return (tree, objectName(in: object.bytes, after: "parent ", at: 46))
    }

    /// Calls `visit` with the name of each entry of a tree, and with what it is.
    func withTree(
        _ id: git_oid, _ visit: (UnsafeRawBufferPointer, TreeEntry) -> Void
    ) throws(GitError) {
        let object = try object(id, GIT_OBJECT_TREE)
        var rest = object.bytes[...]
        while !rest.isEmpty {
            guard let (name, entry) = rest.popTreeEntry() else {
                throw .damaged(path, "tree \(hexadecimal(id)) is malformed")
            }
            visit(name, entry)
        }
    }

    private func object(_ id: git_oid, _ type: git_object_t) throws(GitError) -> RawObject {
        let object = try read(id)
        guard object.type == type else {
            throw .damaged(path, "\(hexadecimal(id)) is another kind of object than it should be")
        }
        guard hash.isName(id, of: object) else {
            throw .damaged(path, "object \(hexadecimal(id)) is not what its name says")
        }
        return object
    }

    private func read(_ id: git_oid) throws(GitError) -> RawObject {
        if let object = stored(id) { return object }
        return try found(id)
    }

    /// The object from the first store that has it at hand.
    private func stored(_ id: git_oid) -> RawObject? {
        var id = id
        for store in stores {
            guard let read = store.pointee.read else { continue }
            var bytes: UnsafeMutableRawPointer?
            var size = 0
            var type = GIT_OBJECT_INVALID
            guard read(&bytes, &size, &type, store, &id) == 0, let bytes else { continue }
            return RawObject(bytes, size, type, owner: .store(store))
        }
        return nil
    }

    /// The object by libgit2's own way, which also looks for packs that are new.
    private func found(_ id: git_oid) throws(GitError) -> RawObject {
        var id = id
        var found: OpaquePointer?
        try libgit2("read \(hexadecimal(id))", at: path) {
            git_odb_read(&found, database.pointer, &id)
        }
        guard let found else { preconditionFailure("libgit2 said success and read no object.") }
        return RawObject(
            git_odb_object_data(found), git_odb_object_size(found), git_odb_object_type(found),
            owner: .object(found))
    }
}

/// The bytes of an object, which go away with this value.
struct RawObject: ~Copyable {
    /// Who made the bytes, and frees them.
    enum Owner {
        case store(UnsafeMutablePointer<git_odb_backend>)
        case object(OpaquePointer)
    }

    let bytes: UnsafeRawBufferPointer
    let type: git_object_t
    private let owner: Owner

    init(_ bytes: UnsafeRawPointer?, _ size: Int, _ type: git_object_t, owner: Owner) {
        self.bytes = UnsafeRawBufferPointer(start: bytes, count: size)
        self.type = type
        self.owner = owner
    }

    deinit {
        switch owner {
        case .store(let store): git_odb_backend_data_free(store, .init(mutating: bytes.baseAddress))
        case .object(let object): git_odb_object_free(object)
        }
    }
}

/// The name of an object in a line of a commit.
private func objectName(
    in bytes: UnsafeRawBufferPointer, after word: StaticString, at start: Int
) -> git_oid? {
    let end = start + word.utf8CodeUnitCount + 40
    guard end < bytes.count, bytes[end] == UInt8(ascii: "\n"), let base = bytes.baseAddress,
        memcmp(base + start, word.utf8Start, word.utf8CodeUnitCount) == 0
    else { return nil }
    var id = git_oid()
    let digits = (base + end - 40).assumingMemoryBound(to: CChar.self)
    return git_oid_fromstrn(&id, digits, 40) == 0 ? id : nil
}
