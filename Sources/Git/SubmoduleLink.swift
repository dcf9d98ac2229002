import CLibgit2
import Foundation

/// A submodule of a commit: where it stands, what it is and where it comes from.
struct SubmoduleLink: Hashable, Sendable {
    /// The largest `.gitmodules` that is read, in bytes.
    private static let fileLimit = 1 << 20

    /// The path from the top of the tree.
    let path: String

    /// The commit that the tree names.
    let commit: CommitID

    /// Where it is fetched from.
    let url: RemoteURL

    /// The submodules of a commit of the repository at `base`, in Git's order.
    ///
    /// Throws `submoduleRefused` for one that must not be fetched, or of which nothing is said.
    static func all(
        of commit: CommitID, in repository: LocalRepository, from base: RemoteURL
    ) throws(GitError) -> [SubmoduleLink] {
        let tree = try CommitTree(of: commit, in: repository)
        let links = try tree.submoduleEntries()
        guard !links.isEmpty else { return [] }
        let bytes = try tree.bytes(at: ".gitmodules", limit: fileLimit) ?? []
        let modules = try GitModules(bytes, of: commit).modules
        var found: [SubmoduleLink] = []
        for (path, id) in links {
            let named = modules.filter { $0.path == path }
            guard let module = named.first, named.count == 1, let url = module.url else {
                throw refused(
                    path, commit,
                    named.count > 1
                        ? ".gitmodules has two entries of that path"
                        : ".gitmodules has no entry of that path with a URL")
            }
            try require(module, at: path, in: commit)
            found.append(
                SubmoduleLink(
                    path: path, commit: CommitID(id),
                    url: try resolve(url, of: path, in: commit, against: base)))
        }
        return found
    }

    /// Names and paths that have fooled Git are refused, although nothing is done with them here: a
    /// stage may run Git.
    private static func require(
        _ module: GitModules.Module, at path: String, in commit: CommitID
    ) throws(GitError) {
        let parts = module.name.split(omittingEmptySubsequences: false) { $0 == "/" || $0 == "\\" }
        let isPlain = module.name.unicodeScalars.allSatisfy { $0.value > 0x1F && $0.value != 0x7F }
        guard isPlain, !module.name.isEmpty, !parts.contains(".."), !module.name.hasPrefix("-")
        else { throw refused(path, commit, "its name in .gitmodules is not a plain one") }
        guard !path.hasPrefix("-") else {
            throw refused(path, commit, "its path begins with a dash, as an option does")
        }
    }

    private static func resolve(
        _ text: String, of path: String, in commit: CommitID, against base: RemoteURL
    ) throws(GitError) -> RemoteURL {
        do throws(GitError) {
            return try base.submodule(text)
        } catch {
            // The text itself may hold a password, so only the reason is told.
            throw refused(path, commit, error.description, hint: error.hint)
        }
    }

    private static func refused(
        _ path: String, _ commit: CommitID, _ reason: String,
        hint: String = "Correct .gitmodules, or leave out --submodules."
    ) -> GitError {
        let end = reason.hasSuffix(".") ? "" : "."
        return GitError(
            .submoduleRefused,
            "The submodule \(path.debugDescription) of commit \(commit.short) is not fetched: "
                + "\(reason)\(end)",
            hint: hint)
    }
}

extension RemoteURL {
    /// Where a submodule is that a repository at this URL names by `text`.
    ///
    /// It must be on the same host, reached in the same way, so that a commit can neither send the
    /// repository's credentials to somebody else nor let the agent look around in its network.
    func submodule(_ text: String) throws(GitError) -> RemoteURL {
        let isRelative = text.hasPrefix("./") || text.hasPrefix("../")
        let url = try RemoteURL(isRelative ? try joined(with: text) : text)
        let isAllowed =
            switch (transport, url.transport) {
            case (.file, .file): true
            case (.http(let own), .http(let other)), (.https(let own), .https(let other)):
                own == other
            case (.ssh(let own, let user), .ssh(let other, let otherUser)):
                own == other && user == otherUser
            default: false
            }
        guard isAllowed else {
            throw GitError(
                .insecureURL,
                "\(url) is not on the host of the repository, reached in the same way",
                hint: "Give it a URL relative to the repository's, such as ../modules.git."
            )
        }
        return url
    }

    /// A relative URL as Git reads it: each `../` takes one name off the end.
    private func joined(with text: String) throws(GitError) -> String {
        let base = description
        let start: String.Index
        if let scheme = base.range(of: "://") {
            start = base[scheme.upperBound...].firstIndex(of: "/") ?? base.endIndex
        } else {
            start = base.firstIndex(of: ":").map { base.index(after: $0) } ?? base.endIndex
        }
        var names = base[start...].split(separator: "/").map(String.init)
        let isRooted = base[start...].hasPrefix("/")
        var rest = text[...]
        while true {
            if rest.hasPrefix("./") {
                rest = rest.dropFirst(2)
            } else if rest.hasPrefix("../") {
                guard names.popLast() != nil else { throw Self.unusableRelative }
                rest = rest.dropFirst(3)
            } else {
                break
            }
        }
        let added = rest.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard !added.contains(where: { ["", ".", ".."].contains($0) }) else {
            throw Self.unusableRelative
        }
        names += added
        return base[..<start] + (isRooted ? "/" : "") + names.joined(separator: "/")
    }

    private static var unusableRelative: GitError {
        invalid(
            "Its relative URL leads nowhere",
            hint: "Write it as ../NAME.git, with ../ only at its beginning.")
    }
}
