import Foundation

/// Judges SSH signatures with `ssh-keygen`, by the rules that `git verify-commit` has.
///
/// The namespace must be `git`, and a key's `valid-after` and `valid-before` are held against the
/// time that the commit says it was made, not against the present: that is what Git does, so that
/// history stays valid when keys are replaced. A key that must not sign any more is taken out of
/// the file, or revoked.
struct SSHSignatureCheck {
    /// As many principals of one key are tried.
    static let principalLimit = 20

    private let program: SignatureProgram
    private let folder: SignatureFolder
    private let signers: String
    private let revoked: String?

    init(_ contents: SignerContents, in folder: SignatureFolder, programs: [String])
        throws(SignatureError)
    {
        self.folder = folder
        program = try SignatureProgram("ssh-keygen", package: "openssh-client", in: programs)
        signers = try folder.write(contents.allowedSigners ?? [], to: "allowed-signers")
        revoked = try contents.revokedSigners.map { bytes throws(SignatureError) in
            try folder.write(bytes, to: "revoked-signers")
        }
    }

    func judge(
        _ commit: SignedCommit, _ signature: [UInt8]
    ) throws(SignatureError) -> Result<Signer, SignatureRefusal> {
        guard let time = commit.time.flatMap(Self.verifyTime) else {
            return .failure(SignatureRefusal(.malformed, "nobody can read when it was made"))
        }
        let file = try folder.write(signature, to: "signature")
        let common = ["-f", signers, "-s", file, "-Overify-time=\(time)"]
        let found = try program.run(["-Y", "find-principals"] + common)
        guard found.succeeded else {
            return .failure(try reason(found.diagnostics, commit, file))
        }
        let principals = found.output.split(whereSeparator: \.isNewline).map(String.init)
        var last = ""
        for principal in principals.prefix(Self.principalLimit) {
            let arguments = ["-Y", "verify", "-n", "git", "-I", principal] + common
            let revocations = revoked.map { ["-r", $0] } ?? []
            let answer = try program.run(arguments + revocations, input: commit.payload)
            if answer.succeeded, let key = Self.fingerprint(in: answer.output) {
                return .success(Signer(name: principal, fingerprint: key))
            }
            last = answer.diagnostics
            guard revoked != nil, try program.run(arguments, input: commit.payload).succeeded
            else { continue }
            return .failure(
                SignatureRefusal(.revokedKey, "the key of \(shown(principal)) is revoked"))
        }
        return .failure(try reason(last, commit, file))
    }

    /// The way in which ssh-keygen takes a time.
    private static func verifyTime(_ seconds: Int) -> String? {
        guard (1..<253_402_300_800).contains(seconds) else { return nil }
        var time = time_t(seconds)
        var parts = tm()
        gmtime_r(&time, &parts)
        return String(
            format: "%04d%02d%02d%02d%02d%02d", Int(parts.tm_year) + 1900, Int(parts.tm_mon) + 1,
            Int(parts.tm_mday), Int(parts.tm_hour), Int(parts.tm_min), Int(parts.tm_sec))
    }

    /// The fingerprint in `Good "git" signature … with ED25519 key SHA256:…`.
    private static func fingerprint(in output: String) -> String? {
        guard output.hasPrefix("Good \"git\" signature") else { return nil }
        return output.split(whereSeparator: \.isWhitespace).last.map(String.init)
    }

    /// Why the signature is not accepted, from what ssh-keygen says; a text that is not known is no
    /// verdict.
    private func reason(
        _ diagnostics: String, _ commit: SignedCommit, _ signature: String
    ) throws(SignatureError) -> SignatureRefusal {
        if diagnostics.contains("key is not permitted for use in signature namespace") {
            return SignatureRefusal(.wrongNamespace, "its key may not sign in Git's namespace")
        }
        let bare = try program.run(
            ["-Y", "check-novalidate", "-n", "git", "-s", signature], input: commit.payload)
        let said = diagnostics + bare.diagnostics
        if said.contains("namespace does not match") {
            return SignatureRefusal(.wrongNamespace, "it is signed in another namespace than git")
        }
        if said.contains("incorrect signature") {
            return SignatureRefusal(.badSignature, "its content is not what was signed")
        }
        if said.contains("parse signature") || said.contains("sshsig_") {
            return SignatureRefusal(.malformed, "its SSH signature cannot be read")
        }
        guard bare.succeeded, let key = Self.fingerprint(in: bare.output) else {
            throw program.failure(said.firstLine)
        }
        let windows = ["key has expired", "key is not yet valid", "Certificate invalid"]
        if windows.contains(where: said.contains) {
            let window = "the key \(shown(key)) may not sign at the time of the commit"
            return SignatureRefusal(.expiredKey, window)
        }
        if said.contains("no valid principals found") {
            let reason = "its certificate names nobody who may sign at the time of the commit"
            return SignatureRefusal(.unknownSigner, reason)
        }
        guard diagnostics.isEmpty || said.contains("No principal matched") else {
            throw program.failure(said.firstLine)
        }
        return SignatureRefusal(
            .unknownSigner, "the key \(shown(key)) is not among the allowed signers")
    }
}

extension String {
    var firstLine: String {
        split(whereSeparator: \.isNewline).first.map(String.init) ?? "it says nothing"
    }
}
