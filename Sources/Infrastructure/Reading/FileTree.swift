/// The files of one commit, as this room needs to read them.
///
/// Paths are relative to the top of the repository, with `/` between names and without `.` or
/// `..`; the empty path is the top itself. Reading is synchronous and has no effects.
public protocol FileTree {
    /// The content of the file at a path; `nil` when nothing is there or a directory is.
    ///
    /// Throws when something is there that must not be read: a symbolic link (also on the way), a
    /// submodule, or a file that is too large.
    func bytes(at path: String) throws(FileTreeError) -> [UInt8]?

    /// A name of the file's content, such as its blob ID; `nil` when no file is there.
    ///
    /// Two equal names mean equal content.
    func hash(of path: String) throws(FileTreeError) -> String?

    /// The paths of all files at or below a path, in any order; empty when nothing is there.
    func paths(under path: String) throws(FileTreeError) -> [String]
}

/// Why a path of a commit cannot be read although something is there.
public struct FileTreeError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The path.
    public var path: String

    /// One full sentence that names the path.
    public var message: String

    /// What to do next.
    public var hint: String?

    /// Creates an error.
    public init(path: String, message: String, hint: String? = nil) {
        self.path = path
        self.message = message
        self.hint = hint
    }

    /// The sentence.
    public var description: String { message }
}
