/// What goes wrong between us and a server that is there: who it is, and who we are.
extension GitError {
    static func unusable(_ description: String, hint: String) -> GitError {
        GitError(.accessUnusable, description, hint: hint)
    }

    static func credentialsWanted(_ place: String) -> GitError {
        GitError(
            .accessDenied,
            "\(place) wants credentials, and none are given.",
            hint: "Name a token's file with --token-file."
        )
    }

    static func tokenRefused(
        _ place: String, _ token: AccessMaterial.Token, wasOffered: Bool
    ) -> GitError {
        guard wasOffered else {
            return GitError(
                .accessDenied,
                "\(place) takes no user name and password, and that is how a token is sent.",
                hint: "Use a server that accepts basic authentication over https, or ssh."
            )
        }
        return GitError(
            .accessDenied,
            "\(place) refused the token from \(token.place) of the user \(token.user).",
            hint: "It may have expired or lack the right to read this repository; the file is read "
                + "anew for every poll. Some servers want a certain user: --token-user."
        )
    }

    static func keyRefused(
        _ place: String, _ key: SSHPrivateKey, user: String, wasOffered: Bool
    ) -> GitError {
        let name = key.publicHalf.map { " (\($0.description))" } ?? ""
        guard wasOffered else {
            return GitError(
                .accessDenied,
                "\(place) lets the user \(user) in by no key.",
                hint: "Allow public keys on the server."
            )
        }
        return GitError(
            .accessDenied,
            "\(place) refused the key from \(key.place)\(name) for the user \(user).",
            hint: "Add its public half to the repository as a deploy key that may read."
        )
    }

    static func proxyRefused(
        _ proxy: String, for place: String, _ wasOffered: Bool
    ) -> GitError {
        GitError(
            .accessDenied,
            wasOffered
                ? "The proxy \(proxy) refused the user and password for \(place)."
                : "The proxy \(proxy) wants a user and password for \(place).",
            hint: "Write them into HTTPS_PROXY as http://USER:PASSWORD@HOST:PORT, percent-encoded."
        )
    }

    static func foreignHost(_ place: String) -> GitError {
        GitError(
            .redirected,
            "\(place) led to another host, which wanted credentials and got none.",
            hint: "Name the URL where the repository really is."
        )
    }

    static func redirected(_ place: String, _ reason: String) -> GitError {
        GitError(
            .redirected,
            "\(place) redirects elsewhere, and redirects are not followed: \(reason).",
            hint: "Name the URL where the repository really is; many servers want .git at its end."
        )
    }

    static func redirected(_ place: String, to target: String?) -> GitError {
        redirected(place, target.map { "it leads to \($0)" } ?? "it names no place")
    }

    static func connection(
        _ failure: TLSFailure, _ place: String, host: String, authorities: String?
    ) -> GitError {
        switch failure {
        case .network(let reason):
            return GitError(
                .unreachable,
                "Could not speak with \(place): \(reason.onOneLine(limit: 300)).",
                hint: "Check that the server is up and can be reached from here; https needs TLS "
                    + "1.2 or newer."
            )
        case .certificate(let reason):
            let trust = authorities.map { "an authority in \($0)" } ?? "an authority of the system"
            return GitError(
                .certificateRefused,
                "The certificate of \(place) is not trusted: "
                    + "\(reason.onOneLine(limit: 1000)) "
                    + "Expected: one for \(host) that \(trust) has signed.",
                hint: "Name the authority of a private server with --ca-file; never trust a "
                    + "certificate that you did not expect."
            )
        }
    }

    static func outOfMemory(_ place: String, _ reason: String) -> GitError {
        GitError(
            .outOfMemory,
            "Reading \(place) took more memory than there is (a process that fetches may have "
                + "\(WorkerLimits.memory >> 20) MiB), and was ended: \(reason).",
            hint: "The repository holds something huge, or a server lies: keep large files out of "
                + "it."
        )
    }
}

/// What is wrong with the key that an SSH server showed.
extension GitError {
    static func hostKeyUnreadable(_ place: String) -> GitError {
        GitError(
            .hostKeyRefused,
            "\(place) showed a host key that cannot be read.",
            hint: "Check the server."
        )
    }

    /// `nil` when the key is trusted.
    static func hostKey(
        _ key: HostKey, of endpoint: RemoteURL.Endpoint, _ verdict: KnownHosts.Verdict,
        in file: String
    ) -> GitError? {
        let offered = "\(endpoint.description) offered \(key.description)"
        switch verdict {
        case .trusted: return nil
        case .different(let expected):
            let keys = expected.map(\.description).joined(separator: " or ")
            return hostKeyRefused(
                "\(offered), but \(file) expects \(keys).",
                hint: "Somebody may sit in between. Only if the host's owner says that its key "
                    + "changed, replace the line."
            )
        case .revoked(let line):
            return hostKeyRefused(
                "\(offered), which line \(line) of \(file) revokes.",
                hint: "Do not connect; ask the host's owner."
            )
        case .authorityOnly(let line):
            return hostKeyRefused(
                "\(offered), and \(file) names only a certificate authority for it in line "
                    + "\(line); libssh2 cannot check certificates of hosts.",
                hint: "Add a line with the host's own key."
            )
        case .unknown(let unreadable):
            let lines = unreadable.map(String.init).joined(separator: ", ")
            let unread = unreadable.isEmpty ? "" : " (its lines \(lines) cannot be read)"
            return hostKeyRefused(
                "\(offered), and \(file) has no line for that host and port\(unread).",
                hint: "Compare the fingerprint with what the host's owner publishes, then add the "
                    + "line that `uprev check --scan-host-key` prints."
            )
        }
    }

    static func noCommonHostKey(
        _ endpoint: RemoteURL.Endpoint, _ types: [String], shown: HostKey, in file: String
    ) -> GitError {
        hostKeyRefused(
            "\(endpoint.description) offered \(shown.description), and no key of the type that "
                + "\(file) expects: \(types.joined(separator: ", ")).",
            hint: "Its keys may have changed: ask the host's owner, and see what "
                + "`uprev check --scan-host-key` prints."
        )
    }

    static func brokenHandshake(
        _ endpoint: RemoteURL.Endpoint, _ types: [String], in file: String
    ) -> GitError {
        GitError(
            .unreachable,
            "\(endpoint.description) broke off while keys were agreed on, or has none that is "
                + "trusted: \(types.joined(separator: ", ")) in \(file).",
            hint: "If this stays, see what `uprev check --scan-host-key` prints; libssh2 knows "
                + "Ed25519 and ECDSA keys of hosts only."
        )
    }

    static func unusableHostKeys(
        _ endpoint: RemoteURL.Endpoint, _ keys: [HostKey], in file: String
    ) -> GitError {
        hostKeyRefused(
            "\(file) has only \(keys.map(\.description).joined(separator: ", ")) for "
                + "\(endpoint.description); libssh2 proves RSA with SHA-1 only, which servers "
                + "refuse.",
            hint: "Add the line of the host's Ed25519 or ECDSA key; `uprev check --scan-host-key` "
                + "prints it."
        )
    }

    private static func hostKeyRefused(_ description: String, hint: String) -> GitError {
        GitError(.hostKeyRefused, description, hint: hint)
    }
}
