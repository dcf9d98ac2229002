import HTTPTypes

/// Why a hook is not taken; the raw values are labels of a metric.
enum HookRefusal: String, Error, Sendable, CaseIterable {
    /// No secret is there to check hooks with.
    case noSecret = "no_secret"
    /// It carries nothing that proves where it is from.
    case unsigned
    /// It carries a signature with SHA-1 only.
    case sha1Only = "sha1_only"
    /// It carries a header twice that may be there once.
    case ambiguous
    /// Its signature is no one of the body under any of the secrets, or its token is none of them.
    case badSignature = "bad_signature"
    /// It was signed too long ago, or the clocks differ.
    case stale
    /// Its body is larger than any that a host sends.
    case tooLarge = "too_large"
    /// Its body ended before its time.
    case incomplete
    /// There were too many.
    case rateLimited = "rate_limited"

    /// Whether it counts against its sender more than a hook that is taken.
    var isFailure: Bool { self != .noSecret && self != .rateLimited }

    /// The status that answers it.
    var status: HTTPResponse.Status {
        switch self {
        case .noSecret: .forbidden
        case .unsigned, .sha1Only, .badSignature, .stale: .unauthorized
        case .ambiguous, .incomplete: .badRequest
        case .tooLarge: .contentTooLarge
        case .rateLimited: .tooManyRequests
        }
    }

    /// Why, as the end of a sentence.
    var reason: String {
        switch self {
        case .noSecret: "no secret is there to check it with"
        case .unsigned: "it is not signed"
        case .sha1Only: "it is signed with SHA-1 only"
        case .ambiguous: "it has a header twice, or two that disagree"
        case .badSignature: "its signature or token fits none of the secrets"
        case .stale: "its timestamp is more than five minutes from the clock here"
        case .tooLarge: "its body is larger than any that a host sends"
        case .incomplete: "its body did not come to its end"
        case .rateLimited: "too many came"
        }
    }

    /// What a person does about it.
    var hint: String {
        switch self {
        case .noSecret: "Name a file with --hook-secret-file, and write a secret into it."
        case .unsigned: "Set a secret in the webhook's settings on the Git host."
        case .sha1Only: "Let the Git host sign with SHA-256, as every current version does."
        case .ambiguous, .tooLarge, .incomplete:
            "See what stands between the Git host and the agent; no host sends that."
        case .badSignature:
            "Compare the secret in the webhook's settings with the lines of the secret file, if "
                + "the sender is yours."
        case .stale: "Compare the clocks of the Git host and this machine."
        case .rateLimited: "Nothing is lost: the poll at the end of the interval sees every push."
        }
    }
}
