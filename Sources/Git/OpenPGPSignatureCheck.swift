/// Judges OpenPGP signatures with `gpgv`, which knows the keys of one file and nothing else.
///
/// Any key of the keyring may sign. Expiry is held against the present, as GnuPG does.
struct OpenPGPSignatureCheck {
    private let program: SignatureProgram
    private let folder: SignatureFolder
    private let home: String
    private let keyring: String

    init(_ contents: SignerContents, in folder: SignatureFolder, programs: [String])
        throws(SignatureError)
    {
        self.folder = folder
        program = try SignatureProgram("gpgv", package: "gpgv", in: programs)
        keyring = try folder.write(contents.keyring ?? [], to: "keyring.gpg")
        home = try SignatureFolder(at: "\(folder.path)/gnupg").path
    }

    func judge(
        _ commit: SignedCommit, _ signature: [UInt8]
    ) throws(SignatureError) -> Result<Signer, SignatureRefusal> {
        let file = try folder.write(signature, to: "signature")
        let answer = try program.run(
            ["--homedir", home, "--status-fd", "1", "--keyring", keyring, file, "-"],
            input: commit.payload)
        if answer.diagnostics.contains("keydb_search failed") {
            throw SignatureError(
                .signersUnreadable, "gpgv cannot read the keyring of the signers.",
                hint: "Write it with `gpg --export KEY…`, with or without --armor.")
        }
        let status = GnuPGStatus(answer.output)
        guard answer.succeeded || status.refusal != nil else {
            throw program.failure(answer.diagnostics.firstLine)
        }
        if let refusal = status.refusal { return .failure(refusal) }
        guard let signer = status.signer else {
            throw program.failure(answer.diagnostics.firstLine)
        }
        return .success(signer)
    }
}

/// What GnuPG says for machines: lines of `[GNUPG:] KEYWORD arguments`.
///
/// Its exit status alone says too little: it is zero for revoked and for expired keys too.
struct GnuPGStatus: Hashable {
    /// Who signed, when exactly one signature was found and is wholly good.
    private(set) var signer: Signer?

    /// Why it is not accepted, when that is said.
    private(set) var refusal: SignatureRefusal?

    init(_ output: String) {
        let lines = output.split(whereSeparator: \.isNewline).compactMap(Line.init)
        let verdicts = lines.filter { Self.verdicts.contains($0.keyword) }
        guard let verdict = verdicts.first else {
            guard lines.contains(where: { $0.keyword == "NODATA" || $0.keyword == "UNEXPECTED" })
            else { return }
            refusal = SignatureRefusal(.malformed, "its OpenPGP signature cannot be read")
            return
        }
        guard verdicts.count == 1, lines.filter({ $0.keyword == "NEWSIG" }).count <= 1 else {
            refusal = SignatureRefusal(.malformed, "it has more than one OpenPGP signature")
            return
        }
        guard verdict.keyword == "GOODSIG" else {
            refusal = verdict.refusal
            return
        }
        let valid = lines.filter { $0.keyword == "VALIDSIG" }
        // The last word is the primary key, which has the user ID; older programs leave it out.
        guard valid.count == 1, let words = valid.first?.words, words.count >= 9,
            let primary = words.last
        else { return }
        signer = Signer(name: verdict.user, fingerprint: primary)
    }

    private static let verdicts: Set<Substring> = [
        "GOODSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG", "BADSIG", "ERRSIG",
    ]

    private struct Line {
        let keyword: Substring
        let words: [String]

        init?(_ line: Substring) {
            let words = line.split(separator: " ")
            guard words.count >= 2, words[0] == "[GNUPG:]" else { return nil }
            keyword = words[1]
            self.words = words.dropFirst(2).map(String.init)
        }

        /// The user ID behind the number of the key.
        var user: String { words.dropFirst().joined(separator: " ") }

        var refusal: SignatureRefusal {
            switch keyword {
            case "EXPSIG":
                SignatureRefusal(.expiredSignature, "the signature of \(shown(user)) has expired")
            case "EXPKEYSIG":
                SignatureRefusal(.expiredKey, "the key of \(shown(user)) has expired")
            case "REVKEYSIG":
                SignatureRefusal(.revokedKey, "the key of \(shown(user)) is revoked")
            case "BADSIG":
                SignatureRefusal(.badSignature, "its content is not what \(shown(user)) signed")
            case _ where words.count > 5 && words[5] == "9":
                SignatureRefusal(
                    .unknownSigner,
                    "the key \(shown(words.last ?? "")) is not in the keyring of the signers")
            default:
                SignatureRefusal(
                    .malformed,
                    "its OpenPGP signature cannot be checked (code "
                        + "\(words.count > 5 ? shown(words[5]) : "unknown"))")
            }
        }
    }
}
