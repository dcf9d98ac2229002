import CLibgit2
import Foundation

/// Answers what libgit2 asks in the middle of a connection: who we are, and whether a host is right.
///
/// Each kind of credential is offered once, and only to the host of the source's own URL. What goes
/// wrong here is kept, since libgit2 would tell it as a number.
final class RemoteCallbacks {
    private enum Decision {
        case accept
        case refuse(GitError)
    }

    private let url: RemoteURL
    private let access: AccessMaterial
    private let judgesHostKey: (HostKey) -> GitError?
    private var hasOfferedToken = false
    private var hasOfferedKey = false
    private var failure: GitError?
    private var room: MirrorRoom?
    private var nextLook = 0
    private var heard: [UInt8] = []

    /// Prepares the answers for one connection; `judgesHostKey` says what is wrong with a key.
    init(
        for url: RemoteURL, _ access: AccessMaterial,
        judgesHostKey: @escaping (HostKey) -> GitError?
    ) {
        self.url = url
        self.access = access
        self.judgesHostKey = judgesHostKey
    }

    /// Why a callback refused, once.
    func takeFailure() -> GitError? {
        defer { failure = nil }
        return failure
    }

    /// The last complaint among what the server said beside a pack; libgit2 itself leaves it out.
    var complaint: String? {
        String(decoding: heard, as: UTF8.self).split { $0.isNewline }
            .last { $0.hasPrefix("fatal: ") || $0.hasPrefix("error: ") }
            .map { String($0).onOneLine(limit: 300) }
    }

    /// The callbacks for libgit2; this object must outlive their use.
    var callbacks: git_remote_callbacks {
        var callbacks = git_remote_callbacks()
        git_remote_init_callbacks(&callbacks, UInt32(GIT_REMOTE_CALLBACKS_VERSION))
        callbacks.payload = Unmanaged.passUnretained(self).toOpaque()
        callbacks.credentials = { out, url, _, allowed, payload in
            guard let payload, let out else { return GIT_EAUTH.rawValue }
            return Unmanaged<RemoteCallbacks>.fromOpaque(payload).takeUnretainedValue()
                .credential(out, to: url.map { String(cString: $0) } ?? "", allowed: allowed)
        }
        callbacks.transfer_progress = { progress, payload in
            guard let payload, let progress else { return 0 }
            return Unmanaged<RemoteCallbacks>.fromOpaque(payload).takeUnretainedValue()
                .look(after: progress.pointee.received_bytes)
        }
        callbacks.sideband_progress = { text, length, payload in
            guard let payload, let text, length > 0 else { return 0 }
            let bytes = UnsafeRawBufferPointer(start: text, count: Int(length))
            let own = Unmanaged<RemoteCallbacks>.fromOpaque(payload).takeUnretainedValue()
            own.heard = (own.heard + bytes).suffix(2048)
            return 0
        }
        // TLS is judged by ``TLSConnection``, before libgit2 would ask.
        guard url.isSSH else { return callbacks }
        callbacks.certificate_check = { certificate, _, _, payload in
            guard let payload else { return GIT_ECERTIFICATE.rawValue }
            return Unmanaged<RemoteCallbacks>.fromOpaque(payload).takeUnretainedValue()
                .check(certificate)
        }
        return callbacks
    }

    /// Ends a fetch when there is no room any more.
    func watch(_ room: MirrorRoom) { self.room = room }

    private func look(after received: Int) -> Int32 {
        guard received >= nextLook, let room else { return 0 }
        nextLook = received + (64 << 10)
        return room.problem().map(refuse) ?? 0
    }

    private func credential(
        _ out: UnsafeMutablePointer<UnsafeMutablePointer<git_credential>?>,
        to address: String, allowed: UInt32
    ) -> Int32 {
        guard let asking = try? RemoteURL(address), asking.endpoint == url.endpoint,
            asking.isSSH == url.isSSH
        else { return refuse(.foreignHost(url.description)) }
        if case .ssh(_, let user) = url.transport { return key(out, user: user, allowed) }
        guard let token = access.token else {
            return refuse(.credentialsWanted(url.description))
        }
        guard !hasOfferedToken, allowed & GIT_CREDENTIAL_USERPASS_PLAINTEXT.rawValue != 0 else {
            return refuse(.tokenRefused(url.description, token, wasOffered: hasOfferedToken))
        }
        hasOfferedToken = true
        return git_credential_userpass_plaintext_new(out, token.user, token.secret)
    }

    private func key(
        _ out: UnsafeMutablePointer<UnsafeMutablePointer<git_credential>?>,
        user: String, _ allowed: UInt32
    ) -> Int32 {
        guard let key = access.key else { return refuse(.credentialsWanted(url.description)) }
        guard !hasOfferedKey, allowed & GIT_CREDENTIAL_SSH_MEMORY.rawValue != 0 else {
            return refuse(
                .keyRefused(url.description, key, user: user, wasOffered: hasOfferedKey))
        }
        hasOfferedKey = true
        return git_credential_ssh_key_memory_new(out, user, nil, key.text, nil)
    }

    private func check(_ certificate: UnsafeMutablePointer<git_cert>?) -> Int32 {
        guard let certificate, certificate.pointee.cert_type == GIT_CERT_HOSTKEY_LIBSSH2 else {
            return refuse(.hostKeyUnreadable(url.description))
        }
        let shown = UnsafeMutableRawPointer(certificate)
            .assumingMemoryBound(to: git_cert_hostkey.self).pointee
        guard shown.type.rawValue & GIT_CERT_SSH_RAW.rawValue != 0, let bytes = shown.hostkey,
            let key = HostKey(blob: Data(bytes: bytes, count: shown.hostkey_len))
        else { return refuse(.hostKeyUnreadable(url.description)) }
        if let error = judgesHostKey(key) { return refuse(error) }
        return 0
    }

    private func refuse(_ error: GitError) -> Int32 {
        failure = error
        return GIT_EUSER.rawValue
    }
}
