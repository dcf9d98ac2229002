import CLibgit2

/// Reads the objects of one directory that are kept in one way.
protocol ObjectReader: AnyObject {
    /// The content, in memory of the store that libgit2 knows.
    func read(
        _ id: git_oid, for store: UnsafeMutablePointer<git_odb_backend>
    ) throws(ObjectFault) -> (header: ObjectHeader, bytes: UnsafeMutableRawPointer)

    /// What the object says of itself, for which its content is not needed.
    func header(_ id: git_oid) throws(ObjectFault) -> ObjectHeader

    /// Whether something has the object's name; what it is shows when it is read.
    func contains(_ id: git_oid) -> Bool

    /// The one object whose name begins with these digits.
    func find(_ prefix: git_oid, digits count: Int) throws(ObjectFault) -> git_oid

    /// Looks for what is new.
    func refresh() throws(ObjectFault)

    /// The file that has the object.
    func place(of id: git_oid) -> String
}

/// What an object says of itself.
struct ObjectHeader {
    let type: git_object_t
    let size: Int
}

/// Why an object cannot be read.
enum ObjectFault: Error {
    /// There is no such object here.
    case absent
    /// Several objects begin as asked for.
    case ambiguous
    /// The file is not what Git writes.
    case damaged(String)
    /// The operating system refused something.
    case system(Int32)
    /// A folder of objects cannot be listed.
    case unlisted(String, Int32)
    /// The object says that it has so many bytes, and no more than the limit are read.
    case tooLarge(Int, limit: Int)
    /// There is no memory for the object, which has so many bytes.
    case noMemory(Int)
    /// libgit2 gave this code, and has said why.
    case told(Int32)
}
