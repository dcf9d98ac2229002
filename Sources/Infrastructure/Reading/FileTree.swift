/// The objects of one commit, as this room needs to read them.
///
/// Directories and files are asked for by the name of their content, such as the object IDs of
/// Git: equal names mean equal content, now and in every other commit, so that whatever was made of
/// one can be kept. Reading is synchronous and has no effects. An error that it throws ends the
/// reading of the commit; what was made of the commit is then not kept.
public protocol FileTree {
    /// The name of the top directory's content.
    func rootDirectory() throws(FileTreeError) -> String

    /// What is directly in a directory, in any order.
    func entries(ofDirectory id: String) throws(FileTreeError) -> [FileTreeEntry]

    /// The size of a file in bytes, without reading its content.
    func size(ofFile id: String) throws(FileTreeError) -> Int

    /// The content of a file; of a link, the path that it leads to.
    func bytes(ofFile id: String) throws(FileTreeError) -> [UInt8]
}

/// One entry of a directory.
public struct FileTreeEntry: Hashable, Sendable {
    /// What an entry is.
    public enum Kind: Hashable, Sendable {
        /// A file, executable or not.
        case file
        /// A directory.
        case directory
        /// A symbolic link.
        case link
        /// Another repository, of which only the name of a commit is known.
        case submodule
    }

    /// The name, without any `/`.
    public let name: String

    /// What it is.
    public let kind: Kind

    /// The name of its content.
    public let id: String

    /// Creates an entry.
    public init(name: String, kind: Kind, id: String) {
        self.name = name
        self.kind = kind
        self.id = id
    }
}

/// Why something in a commit cannot be read although it is there.
public struct FileTreeError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The path, as far as it is known.
    public var path: String

    /// One full sentence that says what is wrong.
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
