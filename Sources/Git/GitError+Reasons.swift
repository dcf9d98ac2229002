import Foundation
import Glibc

extension GitError {
    static func shallow(_ place: String) -> GitError {
        GitError(
            .shallowRepository,
            "The repository at \(place) is shallow: a part of its history is missing.",
            hint: "Fetch the whole history there with `git fetch --unshallow`."
        )
    }

    static func sha256(_ place: String) -> GitError {
        GitError(
            .sha256Repository,
            "The repository at \(place) names its objects with SHA-256, which libgit2 cannot read.",
            hint: "Use a repository in Git's default SHA-1 format."
        )
    }

    static func unsupported(_ place: String) -> GitError {
        GitError(
            .unsupportedRepository,
            "The repository at \(place) is shallow or names its objects with SHA-256: "
                + "libgit2 cannot read its list of references.",
            hint: "Use a repository with its whole history, in Git's default SHA-1 format."
        )
    }

    static func empty(_ place: String) -> GitError {
        GitError(
            .emptyRepository,
            "The repository at \(place) has no commit yet.",
            hint: "Push a first commit."
        )
    }

    static func branchMissing(_ branch: BranchName, _ place: String) -> GitError {
        GitError(
            .branchMissing,
            "The repository at \(place) has no branch \(branch).",
            hint: "Push the branch, or watch another one with --branch."
        )
    }

    static func commitMissing(_ id: CommitID, _ place: String) -> GitError {
        GitError(
            .commitMissing,
            "Commit \(id) is not in the repository at \(place).",
            hint: "History was rewritten and the commit dropped, or it was never pushed."
        )
    }

    static func damaged(_ place: String, _ reason: String) -> GitError {
        GitError(
            .damaged,
            "The repository at \(place) is damaged: \(reason).",
            hint: "A mirror is fetched again by itself; elsewhere `git fsck` lists what is broken."
        )
    }

    static func malformed(_ attempt: String, _ place: String, _ reason: String) -> GitError {
        GitError(
            .malformed,
            "Could not \(attempt) at \(place), because it is not well-formed: \(reason).",
            hint:
                "It was committed so, by no usual program: `git fsck` says more. Reset the branch to "
                + "a commit before it."
        )
    }

    static func badAnswer(_ place: String, _ reason: String) -> GitError {
        GitError(
            .badAnswer,
            "What \(place) sent cannot be used: \(reason).",
            hint: "It is asked again; if this stays, look at the server with `git fsck`."
        )
    }

    static func system(_ attempt: String, _ code: Int32 = errno) -> GitError {
        GitError(
            [ENOSPC, EDQUOT].contains(code) ? .diskFull : .fileSystem,
            "Could not \(attempt): \(String(cString: strerror(code))).",
            hint: "Check the permissions and the free space there."
        )
    }

    /// Keeps the reason of the operating system that Foundation wraps.
    static func system(_ attempt: String, because error: any Error) -> GitError {
        let cause = (error as? CocoaError)?.underlying ?? error
        return system(attempt, (cause as? POSIXError)?.code.rawValue ?? EIO)
    }

    static func deadline(_ place: String, _ timeout: Duration) -> GitError {
        GitError(
            .deadlinePassed,
            "\(place) did not finish answering within \(timeout).",
            hint: "Check the server; a slow one needs a longer --git-timeout."
        )
    }

    static func worker(_ reason: String) -> GitError {
        GitError(
            .workerFailed,
            "The Git worker process failed: \(reason).",
            hint: "It is tried again; if this stays, report it with the log."
        )
    }
}

extension GitError {
    static func invalidPath(_ path: String) -> GitError {
        GitError(
            .invalidPath,
            "The path \(path.debugDescription) cannot be in a Git tree.",
            hint: "Write it relative to the top of the repository, without . and .. in it."
        )
    }

    static func wrongKind(_ path: String, _ kind: EntryKind, in commit: CommitID) -> GitError {
        let place = "\(path.debugDescription) at commit \(commit.short)"
        return switch kind {
        case .symbolicLink:
            GitError(
                .symbolicLink,
                "\(place) is a symbolic link, and links are not followed.",
                hint: "Commit the file itself."
            )
        case .submodule:
            GitError(
                .submodule,
                "\(place) is a submodule, and submodules are not read.",
                hint: "Commit the files themselves."
            )
        case .directory, .file, .executable:
            GitError(
                .directory,
                "\(place) is a directory, and a file is needed there.",
                hint: "Name a file."
            )
        }
    }

    static func tooLarge(_ place: String, _ reason: String) -> GitError {
        GitError(
            .tooLarge,
            "The repository at \(place) holds something that is too large to be read: \(reason).",
            hint: "Keep large files and generated trees out of the watched repository; `git fsck` "
                + "says whether the file is broken instead."
        )
    }

    static func tooLarge(_ what: String, _ size: Int, limit: Int) -> GitError {
        GitError(
            .tooLarge,
            "\(what) is larger (\(size)) than the limit of \(limit).",
            hint: "Keep large files and generated trees out of the watched repository."
        )
    }
}
