import Git
import Infrastructure

/// The files of a commit as the reading room wants them.
struct GitFileTree: FileTree {
    /// Larger files are refused rather than read: no input that a person writes comes near it.
    static let sizeLimit = 16 << 20

    let tree: CommitTree

    func bytes(at path: String) throws(FileTreeError) -> [UInt8]? {
        do throws(GitError) {
            return try tree.bytes(at: path, limit: Self.sizeLimit)
        } catch {
            throw FileTreeError(path: path, message: error.description, hint: error.hint)
        }
    }

    func hash(of path: String) throws(FileTreeError) -> String? {
        do throws(GitError) {
            return try tree.blobID(at: path)
        } catch {
            throw FileTreeError(path: path, message: error.description, hint: error.hint)
        }
    }

    func paths(under path: String) throws(FileTreeError) -> [String] {
        do throws(GitError) {
            return try tree.paths(under: path)
        } catch {
            throw FileTreeError(path: path, message: error.description, hint: error.hint)
        }
    }
}
