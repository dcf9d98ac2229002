import CLibgit2
import Synchronization

/// Gives libgit2 its connections for `http` and `https`, each to the one place that was named.
///
/// libgit2 follows a redirect to another port, and its TLS is one of several libraries: Debian's
/// mbedTLS knows neither TLS 1.3 nor IP addresses in certificates, and has one set of authorities for
/// the whole process. With these streams no byte goes anywhere but to the URL's own host and port or
/// to the proxy, and every build of libgit2 behaves alike and explains itself.
///
/// They are set for the whole process, so only the worker, which reaches one source, may use them;
/// SSH cannot use them at all, since libgit2 looks into a stream of its own there.
enum GuardedStreams {
    /// Where this process may connect to.
    struct Settings: Sendable {
        /// Where the source is.
        var place = ""
        /// The only host and port for TLS.
        var encrypted: RemoteURL.Endpoint?
        /// The only host and port without: the source itself, or the proxy, as a text.
        var plain: String?
        /// Whether no name may lead to another machine.
        var staysOnThisMachine = false
        var authorities: AccessMaterial.NamedText?
    }

    private struct State: Sendable {
        var settings = Settings()
        var failure: GitError?
    }

    private static let state = Mutex(State())

    /// Lets libgit2 use these streams for every connection from now on, unless the source is
    /// reached over SSH.
    static func register(for url: RemoteURL, _ access: AccessMaterial) throws(GitError) {
        var settings = Settings(place: url.description, authorities: access.authorities)
        switch url.transport {
        case .ssh, .file: return
        case .http(let endpoint):
            settings.plain = endpoint.description
            settings.staysOnThisMachine = true
        case .https(let endpoint):
            settings.encrypted = endpoint
            settings.plain = access.proxy?.place
        }
        let made = settings
        state.withLock { $0.settings = made }
        var plain = git_stream_registration()
        plain.version = GIT_STREAM_VERSION
        plain.`init` = { out, host, port in GuardedStreams.open(out, host, port, encrypted: false) }
        var encrypted = git_stream_registration()
        encrypted.version = GIT_STREAM_VERSION
        encrypted.`init` = { out, host, port in
            GuardedStreams.open(out, host, port, encrypted: true)
        }
        encrypted.wrap = { out, inner, host in GuardedStreams.wrap(out, inner, host) }
        try libgit2("set up connections", at: "start") {
            git_stream_register(GIT_STREAM_STANDARD, &plain)
        }
        try libgit2("set up connections", at: "start") {
            git_stream_register(GIT_STREAM_TLS, &encrypted)
        }
    }

    /// Why the last connection failed, once; libgit2 itself keeps only a line of text.
    static func takeFailure() -> GitError? {
        state.withLock { state in
            defer { state.failure = nil }
            return state.failure
        }
    }

    static var settings: Settings { state.withLock { $0.settings } }

    /// Keeps a failure, and tells libgit2 of it.
    static func fail(_ error: GitError) -> Int32 {
        state.withLock { $0.failure = error }
        git_error_set_str(Int32(GIT_ERROR_NET.rawValue), error.description)
        return -1
    }

    private static func open(
        _ out: UnsafeMutablePointer<UnsafeMutablePointer<git_stream>?>?,
        _ host: UnsafePointer<CChar>?, _ port: UnsafePointer<CChar>?, encrypted: Bool
    ) -> Int32 {
        guard let host, let port else { return -1 }
        let wanted = RemoteURL.Endpoint(
            host: String(cString: host).lowercased(), port: UInt16(String(cString: port)) ?? 0)
        let settings = settings
        let isAllowed =
            encrypted
            ? wanted == settings.encrypted : wanted.description == settings.plain
        guard isAllowed else {
            return fail(.redirected(settings.place, "it leads to \(wanted.description)"))
        }
        return make(out, GuardedSession(wanted, isEncrypted: encrypted, inner: nil))
    }

    /// Adds TLS to a stream that leads through the proxy.
    private static func wrap(
        _ out: UnsafeMutablePointer<UnsafeMutablePointer<git_stream>?>?,
        _ inner: UnsafeMutablePointer<git_stream>?, _ host: UnsafePointer<CChar>?
    ) -> Int32 {
        let settings = settings
        guard let host, let inner, let endpoint = settings.encrypted else { return -1 }
        guard String(cString: host).lowercased() == endpoint.host else {
            return fail(.redirected(settings.place, "it leads to \(String(cString: host))"))
        }
        return make(out, GuardedSession(endpoint, isEncrypted: true, inner: inner))
    }

    private static func make(
        _ out: UnsafeMutablePointer<UnsafeMutablePointer<git_stream>?>?, _ session: GuardedSession
    ) -> Int32 {
        let made = UnsafeMutablePointer<cgit_stream>.allocate(capacity: 1)
        made.initialize(to: cgit_stream())
        made.pointee.context = Unmanaged.passRetained(session).toOpaque()
        made.pointee.base.version = GIT_STREAM_VERSION
        made.pointee.base.encrypted = session.isEncrypted ? 1 : 0
        made.pointee.base.connect = { GuardedSession.of($0).connect() }
        // The certificate has been judged by then.
        made.pointee.base.certificate = { _, _ in GIT_PASSTHROUGH.rawValue }
        made.pointee.base.read = { stream, buffer, size in
            GuardedSession.of(stream).read(.init(start: buffer, count: size))
        }
        made.pointee.base.write = { stream, bytes, size, _ in
            GuardedSession.of(stream).write(.init(start: bytes, count: size))
        }
        made.pointee.base.close = { GuardedSession.of($0).close() }
        made.pointee.base.free = { stream in
            guard let stream else { return }
            Unmanaged.passUnretained(GuardedSession.of(stream)).release()
            UnsafeMutableRawPointer(stream).assumingMemoryBound(to: cgit_stream.self).deallocate()
        }
        out?.pointee = UnsafeMutableRawPointer(made).assumingMemoryBound(to: git_stream.self)
        return 0
    }
}
