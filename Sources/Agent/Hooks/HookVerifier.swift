import Crypto
import Foundation

/// Checks a hook against every secret while its body comes in, without holding the body.
///
/// Nothing here returns early: each secret is compared with each signature by swift-crypto's
/// comparison in constant time, and one that is malformed is compared like one that is wrong. What
/// the time can tell is how many secrets there are and how long the body is, which the sender knows.
struct HookVerifier {
    private let claim: HookClaim
    private var codes: [HMAC<SHA256>]
    private let secrets: HookSecrets

    init(_ claim: HookClaim, secrets: HookSecrets) {
        self.claim = claim
        self.secrets = secrets
        switch claim.proof {
        case .body: codes = secrets.plain.map { HMAC(key: $0) }
        case .token: codes = []
        case .standard(_, let prefix, _):
            codes = secrets.signing.map { key in
                var code = HMAC<SHA256>(key: key)
                code.update(data: Array(prefix.utf8))
                return code
            }
        }
    }

    /// Takes the next piece of the body.
    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        for index in codes.indices { codes[index].update(data: bytes) }
    }

    /// Whether the hook is from somebody who knows one of the secrets.
    consuming func isValid() -> Bool {
        switch claim.proof {
        case .body(let mac):
            let matches = count(codes, [mac.bytes])
            return mac.isWellFormed && matches > 0
        case .standard(_, _, let signatures): return count(codes, signatures.codes) > 0
        case .token(let token, _): return matches(token)
        }
    }

    private func count(_ codes: [HMAC<SHA256>], _ claimed: [[UInt8]]) -> Int {
        codes.map { $0.finalize() }.reduce(0) { total, code in
            claimed.reduce(total) { $0 + (code == $1 ? 1 : 0) }
        }
    }

    /// Compares codes of both sides under a key that nobody knows, so that the time tells nothing of
    /// a secret, its length included.
    private func matches(_ token: [UInt8]) -> Bool {
        let key = SymmetricKey(size: .bits256)
        let claimed = HMAC<SHA256>.authenticationCode(for: token, using: key)
        let known = secrets.plain.map { secret in
            secret.withUnsafeBytes { HMAC<SHA256>.authenticationCode(for: $0, using: key) }
        }
        return known.reduce(0) { $0 + ($1 == claimed ? 1 : 0) } > 0
    }
}
