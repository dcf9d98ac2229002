import ArgumentParser
import Foundation
import Git

/// What a remote repository is reached with, by flag or environment variable.
///
/// Flags name files; `UPREV_TOKEN` may hold the token itself, which no flag may.
struct GitAccessOptions: ParsableArguments {
    @Option(help: "A private key for SSH: Ed25519 or ECDSA, without a passphrase.")
    var sshKey: String?

    @Option(help: "The SSH host keys to trust, as OpenSSH writes them; no other host is trusted.")
    var knownHosts: String?

    @Option(help: "A file with a token or password for https. (UPREV_TOKEN holds the token itself)")
    var tokenFile: String?

    @Option(help: "The user name that goes with the token; most servers take any.")
    var tokenUser = fromEnvironment("UPREV_TOKEN_USER") ?? "git"

    @Option(help: "The authorities to trust for https instead of the system's, in PEM.")
    var caFile: String?

    /// What the flags say, with the environment for those that are not given.
    func access() -> GitAccess {
        var access = GitAccess()
        access.sshKeyFile = (sshKey ?? fromEnvironment("UPREV_SSH_KEY")).map(absolute)
        access.knownHostsFile = (knownHosts ?? fromEnvironment("UPREV_KNOWN_HOSTS")).map(absolute)
        access.tokenFile = (tokenFile ?? fromEnvironment("UPREV_TOKEN_FILE")).map(absolute)
        access.token = fromEnvironment("UPREV_TOKEN")
        access.tokenUser = tokenUser
        access.caFile = (caFile ?? fromEnvironment("UPREV_CA_FILE")).map(absolute)
        access.proxies = ProxyRules(environment: ProcessInfo.processInfo.environment)
        return access
    }
}
