import ArgumentParser
import Git

/// Who may sign commits, by flag or environment variable.
struct SignerOptions: ParsableArguments {
    @Option(help: "Who may sign commits with SSH, as OpenSSH's allowed signers. (default: nobody)")
    var allowedSigners: String?

    @Option(help: "SSH keys that may not sign any more: a revocation list, or public keys.")
    var revokedSigners: String?

    @Option(help: "Who may sign commits with OpenPGP: exported public keys, armoured or not.")
    var gpgKeyring: String?

    /// The files, as absolute paths; with none of them, signatures are not looked at.
    func files() throws -> SignerFiles {
        let file = { (flag: String?, variable: String) in
            (flag ?? fromEnvironment(variable)).map(absolute)
        }
        let files = SignerFiles(
            allowedSigners: file(allowedSigners, "UPREV_ALLOWED_SIGNERS"),
            revokedSigners: file(revokedSigners, "UPREV_REVOKED_SIGNERS"),
            keyring: file(gpgKeyring, "UPREV_GPG_KEYRING"))
        guard files.revokedSigners == nil || files.allowedSigners != nil else {
            throw ValidationError("--revoked-signers needs --allowed-signers beside it.")
        }
        return files
    }
}
