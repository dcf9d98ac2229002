/// Who signed a commit.
public struct Signer: Hashable, Sendable, CustomStringConvertible {
    /// The principal of the allowed signers file, or the user ID of the OpenPGP key.
    public let name: String

    /// The fingerprint of the key as its own program writes it: `SHA256:…`, or 40 digits.
    public let fingerprint: String

    /// Both, for a log line.
    public var description: String { "\(name) (\(fingerprint))" }

    /// Takes what a program printed, in which nothing is left that could drive a terminal.
    init(name: String, fingerprint: String) {
        self.name = shown(name)
        self.fingerprint = shown(fingerprint)
    }
}

/// A commit whose signature was found good.
public struct VerifiedCommit: Hashable, Sendable {
    /// The commit.
    public let id: CommitID

    /// Who signed it.
    public let signer: Signer
}

/// A text of unknown origin, short and in one line, with nothing that could drive a terminal or
/// reorder what stands beside it.
func shown(_ text: some StringProtocol) -> String {
    let limit = 100
    var shown = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        guard shown.count < limit else { return String(shown) + "…" }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned,
            .surrogate:
            shown.append("?")
        default:
            shown.append(scalar)
        }
    }
    return String(shown)
}
