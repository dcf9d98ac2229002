import CLibgit2
import Glibc

/// A connection to a server, for one operation; only the worker process makes one.
///
/// No redirect is followed, and a proxy is used only where the settings name one: the host that was
/// named is the one that answers.
struct RemoteConnection: ~Copyable {
    /// What is done when the server lists its references.
    static let connecting = "connect"

    private let remote: Handle
    private let url: RemoteURL
    private let access: AccessMaterial
    private let callbacks: RemoteCallbacks

    /// Connects for a fetch into `repository`, whose configuration gets no trace of it.
    init(
        to url: RemoteURL, _ access: AccessMaterial, into repository: LocalRepository
    ) throws(GitError) {
        try self.init(
            url, access,
            try Handle("connect", at: url.description, release: git_remote_free) {
                git_remote_create_anonymous(&$0, repository.pointer, url.address)
            })
    }

    private init(
        _ url: RemoteURL, _ access: AccessMaterial, _ remote: consuming Handle
    ) throws(GitError) {
        self.url = url
        self.access = access
        self.remote = remote
        callbacks = RemoteCallbacks(for: url, access) { access.problem(with: $0, of: url) }
        if case .ssh(let endpoint, _) = url.transport {
            try connectBySSH(endpoint)
        } else {
            try connect()
        }
    }

    /// Asks for each type of host key that is trusted, since libssh2 takes only one at a time.
    private func connectBySSH(_ endpoint: RemoteURL.Endpoint) throws(GitError) {
        let file = access.knownHosts?.file ?? ""
        let known = KnownHosts(access.knownHosts?.text ?? "", for: endpoint)
        let types = known.preferredTypes
        guard !types.isEmpty else {
            // A key that cannot be proven is no reason to connect; an unknown host is shown.
            guard known.expected.isEmpty else {
                throw .unusableHostKeys(endpoint, known.expected, in: file)
            }
            try SSHHome.write(preferring: nil, for: endpoint)
            return try connect()
        }
        for type in types {
            try SSHHome.write(preferring: type, for: endpoint)
            do throws(GitError) {
                return try connect()
            } catch {
                guard error.isWithoutCommonKeys else { throw error }
            }
        }
        throw Self.explainMissingKey(of: url, endpoint, types, in: file)
    }

    /// libssh2 says the same of a server without such a key and of a connection that broke, so only a
    /// key of another type that the server shows is a reason to call a person.
    private static func explainMissingKey(
        of url: RemoteURL, _ endpoint: RemoteURL.Endpoint, _ types: [String], in file: String
    ) -> GitError {
        for type in HostKey.usableTypes where !types.contains(type) {
            do throws(GitError) {
                try SSHHome.write(preferring: type, for: endpoint)
                guard let key = try hostKey(of: url) else { continue }
                if try shows(types, url, endpoint) { break }
                return .noCommonHostKey(endpoint, types, shown: key, in: file)
            } catch {
                guard error.isWithoutCommonKeys else { return error }
            }
        }
        return .brokenHandshake(endpoint, types, in: file)
    }

    /// Whether the host has a key of a type that it seemed not to have.
    private static func shows(
        _ types: [String], _ url: RemoteURL, _ endpoint: RemoteURL.Endpoint
    ) throws(GitError) -> Bool {
        for type in types {
            try SSHHome.write(preferring: type, for: endpoint)
            do throws(GitError) {
                if try hostKey(of: url) != nil { return true }
            } catch {
                guard error.isWithoutCommonKeys else { throw error }
            }
        }
        return false
    }

    /// The key that the host shows; the connection ends there, and no credential is offered.
    static func hostKey(of url: RemoteURL) throws(GitError) -> HostKey? {
        try GitLibrary.start()
        let remote = try Handle("connect", at: url.description, release: git_remote_free) {
            git_remote_create_detached(&$0, url.address)
        }
        var shown: HostKey?
        let callbacks = RemoteCallbacks(for: url, AccessMaterial()) { key in
            shown = key
            return .hostKeyUnreadable(url.description)
        }
        var options = git_remote_connect_options()
        git_remote_connect_options_init(&options, UInt32(GIT_REMOTE_CONNECT_OPTIONS_VERSION))
        do throws(GitError) {
            try withExtendedLifetime(callbacks) { () throws(GitError) in
                options.callbacks = callbacks.callbacks
                try libgit2("connect", at: url.description) {
                    git_remote_connect_ext(remote.pointer, GIT_DIRECTION_FETCH, &options)
                }
            }
        } catch {
            guard shown != nil else { throw error }
        }
        return shown
    }

    private func connect() throws(GitError) {
        var options = git_remote_connect_options()
        git_remote_connect_options_init(&options, UInt32(GIT_REMOTE_CONNECT_OPTIONS_VERSION))
        options.follow_redirects = GIT_REMOTE_REDIRECT_NONE
        options.callbacks = callbacks.callbacks
        try withProxy { proxy throws(GitError) in
            options.proxy_opts = proxy
            try perform(Self.connecting) {
                git_remote_connect_ext(remote.pointer, GIT_DIRECTION_FETCH, &options)
            }
        }
    }

    /// The commit that the server says the branch is at.
    func tip(of branch: BranchName) throws(GitError) -> CommitID {
        var heads: UnsafeMutablePointer<UnsafePointer<git_remote_head>?>?
        var count = 0
        try perform("list the branches") { git_remote_ls(&heads, &count, remote.pointer) }
        for head in UnsafeBufferPointer(start: heads, count: count) {
            guard let head = head?.pointee, let name = head.name else { continue }
            if String(cString: name) == branch.reference { return CommitID(head.oid) }
        }
        let place = url.description
        throw count == 0 ? .empty(place) : .branchMissing(branch, place)
    }

    /// Fetches the branch, and moves it in the local repository even when history was rewritten;
    /// throws `diskFull` before the disk of `directory` is full.
    func fetch(_ branch: BranchName, leavingRoomIn directory: String) throws(GitError) {
        try fetch(
            ["+\(branch.reference):\(branch.reference)"], called: "\(branch)",
            leavingRoomIn: directory)
    }

    /// Fetches what references or objects lead to, each as `+FROM:TO`.
    func fetch(
        _ mappings: [String], called what: String, leavingRoomIn directory: String
    ) throws(GitError) {
        callbacks.watch(MirrorRoom(directory: directory))
        var options = git_fetch_options()
        git_fetch_options_init(&options, UInt32(GIT_FETCH_OPTIONS_VERSION))
        options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE
        options.update_fetchhead = 0
        options.follow_redirects = GIT_REMOTE_REDIRECT_NONE
        options.callbacks = callbacks.callbacks
        var texts: [UnsafeMutablePointer<CChar>?] = mappings.map { strdup($0) }
        defer { for text in texts { free(text) } }
        try withProxy { proxy throws(GitError) in
            options.proxy_opts = proxy
            try texts.withUnsafeMutableBufferPointer { buffer throws(GitError) in
                var list = git_strarray(strings: buffer.baseAddress, count: buffer.count)
                try perform("fetch \(what)") {
                    git_remote_fetch(remote.pointer, &list, &options, nil)
                }
            }
        }
    }

    private func withProxy(
        _ body: (git_proxy_options) throws(GitError) -> Void
    ) throws(GitError) {
        var proxy = git_proxy_options()
        git_proxy_options_init(&proxy, UInt32(GIT_PROXY_OPTIONS_VERSION))
        proxy.type = access.proxy == nil ? GIT_PROXY_NONE : GIT_PROXY_SPECIFIED
        let address = access.proxy.map { strdup($0.address) }
        defer { free(address ?? nil) }
        proxy.url = address.map { UnsafePointer($0) } ?? nil
        try body(proxy)
    }

    /// Runs one call; a reason that this room has of its own says more than libgit2's.
    private func perform(_ attempt: String, _ call: () -> Int32) throws(GitError) {
        // What went wrong before, and was got over, is not the reason of what goes wrong now.
        _ = GuardedStreams.takeFailure()
        do throws(GitError) {
            try libgit2(attempt, at: url.description, readsAnswer: true, call)
        } catch {
            let own = callbacks.takeFailure() ?? GuardedStreams.takeFailure()
            throw own ?? access.explained(error.with(callbacks.complaint, of: url), url)
        }
    }
}

extension AccessMaterial {
    /// What is wrong with a key that the host showed, or `nil`.
    fileprivate func problem(with key: HostKey, of url: RemoteURL) -> GitError? {
        guard let endpoint = url.endpoint, let knownHosts else {
            return .hostKeyUnreadable(url.description)
        }
        let verdict = KnownHosts(knownHosts.text, for: endpoint).verdict(on: key)
        return .hostKey(key, of: endpoint, verdict, in: knownHosts.file)
    }

    /// Says through which proxy something failed.
    fileprivate func explained(_ error: GitError, _ url: RemoteURL) -> GitError {
        guard let proxy else { return error }
        if error.kind == .accessDenied, error.description.contains("proxy auth") {
            return .proxyRefused(proxy.place, for: url.description, proxy.credentials != nil)
        }
        guard error.kind == .unreachable else { return error }
        return GitError(
            error.kind, "Through the proxy \(proxy.place): \(error.description)", hint: error.hint)
    }
}

extension GitError {
    /// The same error, or what the server complained of when it broke off by itself.
    fileprivate func with(_ complaint: String?, of url: RemoteURL) -> GitError {
        guard [.unreachable, .badAnswer].contains(kind) else { return self }
        // Over SSH the words come on another way, which libgit2 tells.
        let isCorrupt = description.contains("possible repository corruption")
        guard complaint != nil || isCorrupt else { return self }
        let words = complaint.map { "\(url) broke off, saying: \($0)." }
        return GitError(
            .badAnswer, words ?? description,
            hint:
                "Its own repository seems to lack objects: run `git fsck` there. The mirror is as "
                + "it was, and it is tried again."
        )
    }

    /// Whether an SSH server has no host key of the type that was asked for.
    var isWithoutCommonKeys: Bool {
        kind == .unreachable && description.contains("Unable to exchange encryption keys")
    }
}
