/// Why a commit is not acted on while signatures are wanted.
public struct SignatureError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, as a word for machines.
    public enum Rule: String, Sendable {
        /// The commit has no signature.
        case unsigned = "unsigned_commit"
        /// The key that signed is not among the signers.
        case unknownSigner = "unknown_signer"
        /// The key was not valid when the commit says that it was made, or is not valid any more.
        case expiredKey = "expired_key"
        /// The key was revoked.
        case revokedKey = "revoked_key"
        /// The signature itself was limited in time, and that time has passed.
        case expiredSignature = "expired_signature"
        /// The signature is not one of this content.
        case badSignature = "bad_signature"
        /// The signature was made for something else than Git, or the key may not sign for Git.
        case wrongNamespace = "wrong_namespace"
        /// The signature is not one that can be read, or there is more than one.
        case malformed = "malformed_signature"
        /// The commit is signed in a way for which no signers are configured.
        case unsupported = "unsupported_signature"
        /// More commits came since the reconciled one than are looked at.
        case tooMany = "too_many_commits"
        /// A file that names signers cannot be read.
        case signersUnreadable = "signers_unreadable"
        /// The program that verifies is not installed.
        case programMissing = "signature_program_missing"
        /// The program that verifies did not do so.
        case programFailed = "signature_program_failed"
        /// There is more to verify than one look may take; the next one goes on.
        case unfinished = "verification_unfinished"
        /// The repository could not be read.
        case repository
    }

    /// What is wrong.
    public let rule: Rule

    /// What is wrong, in one sentence with the commit and its subject, or the file, in it.
    public let description: String

    /// What to do next.
    public let hint: String

    /// The commit that was refused; `nil` when none was judged.
    public let commit: CommitID?

    /// What Git said, for the rule `repository`.
    public let cause: GitError?

    /// Whether time can help.
    public var disposition: GitError.Disposition {
        switch rule {
        case .programFailed, .unfinished: .waiting
        case .repository: cause?.disposition ?? .waiting
        default: .stalled
        }
    }

    init(
        _ rule: Rule, _ description: String, hint: String, commit: CommitID? = nil,
        cause: GitError? = nil
    ) {
        self.rule = rule
        self.description = description
        self.hint = hint
        self.commit = commit
        self.cause = cause
    }

    /// Hands on what reading the repository threw.
    init(_ cause: GitError) {
        self.init(.repository, cause.description, hint: cause.hint, cause: cause)
    }
}

/// Why a signature is not accepted, before it is said of which commit.
struct SignatureRefusal: Error, Hashable {
    let rule: SignatureError.Rule

    /// The end of a sentence that begins with the commit.
    let reason: String

    init(_ rule: SignatureError.Rule, _ reason: String) {
        self.rule = rule
        self.reason = reason
    }

    /// The whole sentence.
    func error(on commit: CommitID, subject: String) -> SignatureError {
        let name = "Commit \(commit.short) \"\(shown(subject))\""
        return SignatureError(
            rule, "\(name) is refused: \(reason).", hint: hint, commit: commit)
    }

    private var hint: String {
        let rest = "A later commit does not mend it, since each one must verify."
        return switch rule {
        case .unknownSigner:
            "Add the key to the agent's signers if it is trusted, else push a history without "
                + "the commit. \(rest)"
        case .unsupported:
            "Give the agent both --allowed-signers and --gpg-keyring if both are used. \(rest)"
        case .programFailed:
            "It is tried again; if this stays, run the program by hand as the agent's user."
        default:
            "Push a history in which the commit is signed by a trusted key. \(rest)"
        }
    }
}

extension SignatureError {
    static func missing(_ program: String, package: String) -> SignatureError {
        SignatureError(
            .programMissing, "The program \(program), which verifies signatures, is not installed.",
            hint: "Install it where the agent runs; on Debian it is in the package \(package).")
    }

    static func unreadable(_ file: String, _ reason: String, hint: String) -> SignatureError {
        SignatureError(
            .signersUnreadable, "The signers' file \(file) cannot be used: \(reason).", hint: hint)
    }

    static func tooMany(_ tip: CommitID, limit: Int) -> SignatureError {
        SignatureError(
            .tooMany,
            "More than \(limit) commits up to \(tip.short) would have to be verified.",
            hint: "Push a history that continues the reconciled commit.", commit: tip)
    }

    static func unfinished(_ done: Int, of all: Int) -> SignatureError {
        SignatureError(
            .unfinished, "\(done) of \(all) new commits are verified so far.",
            hint: "The next poll goes on with the rest.")
    }
}
