import CLibgit2
import Glibc

/// A connection to a server, for one operation; only the worker process makes one.
///
/// No redirect to another host is followed and no proxy is used: the host that was named is the one
/// that answers.
struct RemoteConnection: ~Copyable {
    private let remote: Handle
    private let url: RemoteURL

    /// Connects without a local repository, for a listing.
    init(to url: RemoteURL) throws(GitError) {
        try GitLibrary.start()
        try self.init(
            url,
            try Handle("connect", at: url.description, release: git_remote_free) {
                git_remote_create_detached(&$0, url.description)
            })
    }

    /// Connects for a fetch into `repository`, whose configuration gets no trace of it.
    init(to url: RemoteURL, into repository: LocalRepository) throws(GitError) {
        try self.init(
            url,
            try Handle("connect", at: url.description, release: git_remote_free) {
                git_remote_create_anonymous(&$0, repository.pointer, url.description)
            })
    }

    private init(_ url: RemoteURL, _ remote: consuming Handle) throws(GitError) {
        self.url = url
        self.remote = remote
        var options = git_remote_connect_options()
        git_remote_connect_options_init(&options, UInt32(GIT_REMOTE_CONNECT_OPTIONS_VERSION))
        options.follow_redirects = GIT_REMOTE_REDIRECT_NONE
        options.proxy_opts.type = GIT_PROXY_NONE
        let pointer = self.remote.pointer
        try libgit2("connect", at: url.description) {
            git_remote_connect_ext(pointer, GIT_DIRECTION_FETCH, &options)
        }
    }

    /// The commit that the server says the branch is at.
    func tip(of branch: BranchName) throws(GitError) -> CommitID {
        var heads: UnsafeMutablePointer<UnsafePointer<git_remote_head>?>?
        var count = 0
        try libgit2("list the branches", at: url.description) {
            git_remote_ls(&heads, &count, remote.pointer)
        }
        for head in UnsafeBufferPointer(start: heads, count: count) {
            guard let head = head?.pointee, let name = head.name else { continue }
            if String(cString: name) == branch.reference { return CommitID(head.oid) }
        }
        let place = url.description
        throw count == 0 ? .empty(place) : .branchMissing(branch, place)
    }

    /// Fetches the branch, and moves it in the local repository even when history was rewritten.
    func fetch(_ branch: BranchName) throws(GitError) {
        var options = git_fetch_options()
        git_fetch_options_init(&options, UInt32(GIT_FETCH_OPTIONS_VERSION))
        options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE
        options.update_fetchhead = 0
        options.follow_redirects = GIT_REMOTE_REDIRECT_NONE
        options.proxy_opts.type = GIT_PROXY_NONE
        let mapping = strdup("+\(branch.reference):\(branch.reference)")
        defer { free(mapping) }
        var mappings: [UnsafeMutablePointer<CChar>?] = [mapping]
        try mappings.withUnsafeMutableBufferPointer { buffer throws(GitError) in
            var list = git_strarray(strings: buffer.baseAddress, count: 1)
            try libgit2("fetch \(branch)", at: url.description) {
                git_remote_fetch(remote.pointer, &list, &options, nil)
            }
        }
    }
}
