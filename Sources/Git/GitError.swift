/// Why Git could not answer.
///
/// It names no secret: URLs with credentials are refused before they can reach a message.
public struct GitError: Error, Hashable, Codable, Sendable {
    /// What went wrong, for code that has to decide.
    public enum Kind: String, Codable, Sendable {
        /// The URL cannot be used.
        case invalidURL
        /// The transport of the URL proves nothing of the server.
        case insecureURL
        /// The URL needs a key, a token or a file of host keys that is not named.
        case accessMissing
        /// A key, a token or a file of certificates cannot be read or used.
        case accessUnusable
        /// The server's certificate is not trusted.
        case certificateRefused
        /// The server's SSH host key is not trusted.
        case hostKeyRefused
        /// The server sends the request elsewhere.
        case redirected
        /// The server's answer took more memory than a worker may have.
        case outOfMemory
        /// The branch name is not one that Git allows.
        case invalidBranchName
        /// No Git repository is at the path or URL.
        case notARepository
        /// The repository names its objects with SHA-256.
        case sha256Repository
        /// The repository has only a part of its history.
        case shallowRepository
        /// The server's repository is shallow or uses SHA-256, and its answer does not say which.
        case unsupportedRepository
        /// The repository has no commit.
        case emptyRepository
        /// The repository does not have the branch.
        case branchMissing
        /// The server wants credentials, or refuses those that it got.
        case accessDenied
        /// No commit has this name.
        case revisionUnknown
        /// Several commits have this name.
        case revisionAmbiguous
        /// The commit is not in the repository.
        case commitMissing
        /// An object is what was committed, and no well-formed commit, directory or file.
        case malformed
        /// The path is not one that a tree can hold.
        case invalidPath
        /// A file was wanted, and the tree has a symbolic link.
        case symbolicLink
        /// A file was wanted, and the tree has a submodule.
        case submodule
        /// A submodule must not be fetched from where the commit says that it is.
        case submoduleRefused
        /// The server of a submodule does not have the commit that is wanted.
        case submoduleMissing
        /// A file was wanted, and the tree has a directory.
        case directory
        /// The file or tree is larger than the reader accepts.
        case tooLarge
        /// The tree holds a name that must not reach a file system.
        case unsafeName
        /// A symbolic link of the tree may lead out of the checkout.
        case linkLeavesTree
        /// The server could not be reached, or broke off.
        case unreachable
        /// What the server sent is damaged, or is not what it said it would send.
        case badAnswer
        /// The operation was not done in time, and was ended.
        case deadlinePassed
        /// Another process still writes to the mirror.
        case mirrorBusy
        /// The child process died, or said something that is no answer.
        case workerFailed
        /// The repository's own files are broken.
        case damaged
        /// There is not enough room on the disk.
        case diskFull
        /// The operating system refused something.
        case fileSystem
        /// libgit2 refused something, and said why.
        case library
    }

    /// Who or what can help.
    public enum Disposition: String, Codable, Sendable {
        /// Time will help: try again later.
        case waiting
        /// A person must act: trying again gives the same answer.
        case stalled
        /// The local copy is broken: a mirror can be discarded and fetched again.
        case damagedMirror
    }

    /// What went wrong, for code that has to decide.
    public let kind: Kind

    /// What went wrong, in one sentence that names the place.
    public let description: String

    /// What to do next, in one sentence.
    public let hint: String

    init(_ kind: Kind, _ description: String, hint: String) {
        self.kind = kind
        self.description = description
        self.hint = hint
    }

    /// Who or what can help.
    public var disposition: Disposition {
        switch kind {
        case .unreachable, .badAnswer, .deadlinePassed, .mirrorBusy, .workerFailed, .outOfMemory,
            .diskFull, .submoduleMissing,
            .fileSystem, .library:
            .waiting
        case .damaged:
            .damagedMirror
        default:
            .stalled
        }
    }
}

extension GitError: CustomStringConvertible {}
