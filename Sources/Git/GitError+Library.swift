import CLibgit2
import Foundation

/// Runs one libgit2 call, and turns a failure into an error.
///
/// libgit2 keeps its last message for each thread, and may set none: the old one is cleared first,
/// and the new one is copied before anything else can run on this thread. `readsAnswer` says that
/// what cannot be read then came from a server, and is not in the repository.
@discardableResult
func libgit2(
    _ attempt: @autoclosure () -> String,
    at place: @autoclosure () -> String,
    readsAnswer: Bool = false,
    _ call: () -> Int32
) throws(GitError) -> Int32 {
    git_error_clear()
    let code = call()
    guard code < 0 else { return code }
    throw GitError.library(
        LibraryFailure(lastOf: code),
        while: attempt(),
        at: place(),
        readsAnswer: readsAnswer
    )
}

/// What libgit2 said about a failure.
struct LibraryFailure {
    let code: Int32
    let origin: git_error_t
    let message: String?

    /// What libgit2 says about the call that just gave this code on this thread.
    init(lastOf code: Int32) {
        let last = git_error_last()?.pointee
        self.code = code
        origin = last.map { git_error_t(rawValue: UInt32(bitPattern: $0.klass)) } ?? GIT_ERROR_NONE
        message = last.flatMap { $0.message.map { String(cString: $0) } }
    }

    /// How our own readers begin when an object is too large for them.
    static let overLimit = "more than is read: "

    /// Whether an object is too large to be read at all.
    var isOverLimit: Bool {
        origin == GIT_ERROR_INTERNAL && message?.hasPrefix(Self.overLimit) == true
    }

    var reason: String {
        guard let message, !message.isEmpty else { return "libgit2 gave code \(code)" }
        return message.onOneLine(limit: 300)
    }

    /// Whether the connection or the server failed, and not the local side.
    ///
    /// A refused connection comes as an error of the operating system, which disks have too.
    var isRemote: Bool {
        [GIT_ERROR_NET, GIT_ERROR_HTTP, GIT_ERROR_SSL, GIT_ERROR_SSH].contains(origin)
            || code == GIT_EEOF.rawValue || reason.hasPrefix("failed to connect")
    }

    /// Whether the server does not let us in.
    ///
    /// libgit2 says so, too, of a connection that breaks while an SSH server is asked how one may
    /// prove oneself.
    var isRefusal: Bool {
        guard code == GIT_EAUTH.rawValue else { return [401, 403].contains(httpStatus) }
        return !reason.contains("Failed to retrieve list of SSH authentication methods")
    }

    /// Whether an SSH server said on its error stream that it has no such repository; the words are
    /// Git's own, and those of the large hosts.
    var isMissingRepository: Bool {
        let words = [
            "does not appear to be a git repository", "epository not found",
            "could not be found", "not a git repository",
        ]
        return origin == GIT_ERROR_SSH && words.contains(where: reason.contains)
    }

    /// Whether the repository's own files are the cause.
    var isDamage: Bool {
        [GIT_ERROR_ODB, GIT_ERROR_OBJECT, GIT_ERROR_TREE, GIT_ERROR_ZLIB, GIT_ERROR_REFERENCE]
            .contains(origin) || [GIT_ERROR_REPOSITORY, GIT_ERROR_CONFIG].contains(origin)
            || code == GIT_EMISMATCH.rawValue
    }

    /// Whether an object is what was committed, and yet not what Git means by a commit or a tree.
    ///
    /// What is read is hashed first, so that no other copy would be better.
    var isMalformed: Bool {
        [GIT_ERROR_OBJECT, GIT_ERROR_TREE, GIT_ERROR_INVALID, GIT_ERROR_TAG].contains(origin)
            && (reason.contains("failed to parse")
                || reason.contains("requested type does not match"))
    }

    /// Whether what was received is the cause, and not a file of the repository that receives it.
    var isAboutAnswer: Bool {
        switch origin {
        case GIT_ERROR_OS, GIT_ERROR_REPOSITORY, GIT_ERROR_CONFIG: false
        // The branch would lead to a commit that did not come.
        case GIT_ERROR_REFERENCE: reason.contains("target OID for the reference doesn't exist")
        default: true
        }
    }

    /// The HTTP status in the message, where libgit2 hides it.
    var httpStatus: Int? {
        guard let message, let range = message.range(of: "http status code: ") else { return nil }
        return Int(message[range.upperBound...].prefix { $0.isNumber })
    }
}

extension GitError {
    static func library(
        _ failure: LibraryFailure,
        while attempt: String,
        at place: String,
        readsAnswer: Bool = false
    ) -> GitError {
        if failure.origin == GIT_ERROR_NOMEMORY { return outOfMemory(place, failure.reason) }
        if failure.isOverLimit {
            return tooLarge(place, String(failure.reason.dropFirst(LibraryFailure.overLimit.count)))
        }
        if meansFullDisk(failure.reason) {
            return diskFull("Could not \(attempt): \(failure.reason)", place)
        }
        if failure.reason.contains("cannot redirect") {
            return redirected(place, failure.reason)
        }
        if failure.reason.contains("objectformat") { return sha256(place) }
        // In the middle of a pack the same words are about anything that is no packet.
        if failure.reason.contains("error parsing REF pkt-line") {
            return attempt == RemoteConnection.connecting
                ? unsupported(place) : badAnswer(place, failure.reason)
        }
        if let error = server(failure, while: attempt, at: place) { return error }
        if readsAnswer, failure.isAboutAnswer { return badAnswer(place, failure.reason) }
        if failure.isMalformed { return malformed(attempt, place, failure.reason) }
        if failure.isDamage { return damaged(place, failure.reason) }
        return GitError(
            failure.origin == GIT_ERROR_OS ? .fileSystem : .library,
            "Could not \(attempt) at \(place): \(failure.reason).",
            hint: "Check the permissions and the free space; `git fsck` checks the repository."
        )
    }

    /// What a server said, or that it could not be heard; `nil` when it is not the server.
    private static func server(
        _ failure: LibraryFailure, while attempt: String, at place: String
    ) -> GitError? {
        if failure.isRefusal {
            return GitError(
                .accessDenied,
                "\(place) refused access: \(failure.reason).",
                hint: "Give a token or key that may read the repository."
            )
        }
        if failure.httpStatus == 404 || failure.isMissingRepository {
            return GitError(
                .notARepository,
                "No Git repository is at \(place): \(failure.reason).",
                hint: "Check the URL; many servers also hide a private repository like this."
            )
        }
        guard failure.isRemote else { return nil }
        return GitError(
            .unreachable,
            "Could not \(attempt) at \(place): \(failure.reason).",
            hint: "Check that the server is up and can be reached from here."
        )
    }
}
