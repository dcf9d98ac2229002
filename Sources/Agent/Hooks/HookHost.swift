import Foundation
import HTTPTypes

/// A kind of Git host, and what its webhooks look like.
///
/// - GitHub: <https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries> and
///   <https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers>.
/// - GitLab: <https://docs.gitlab.com/user/project/integrations/webhooks/>; its signing token came
///   with <https://gitlab.com/gitlab-org/gitlab/-/merge_requests/230944> and follows
///   <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>.
/// - Gitea: <https://docs.gitea.com/usage/webhooks>; Forgejo, which sends both names:
///   <https://forgejo.org/docs/latest/user/webhooks>.
enum HookHost: String, Sendable, CaseIterable {
    case github
    case gitlab
    case gitea

    /// The largest payload that a host sends: GitHub's cap, and no other's is known to be higher.
    ///
    /// A body is hashed as it comes and never held, so its size costs no memory.
    static let bodyLimit = 25 << 20

    /// What the request says that it is and proves itself with; throws the reason why it is none.
    ///
    /// `now` is in seconds since 1970.
    func claim(in headers: HTTPFields, now: Double) throws(HookRefusal) -> HookClaim {
        switch self {
        case .github: try githubClaim(headers)
        case .gitlab: try gitlabClaim(headers, now: now)
        case .gitea: try giteaClaim(headers)
        }
    }

    private func githubClaim(_ headers: HTTPFields) throws(HookRefusal) -> HookClaim {
        guard let signature = try headers.only("X-Hub-Signature-256") else {
            throw headers.has("X-Hub-Signature") ? .sha1Only : .unsigned
        }
        return HookClaim(
            event: event(try headers.only("X-GitHub-Event"), push: "push"),
            name: try headers.only("X-GitHub-Delivery"),
            proof: .body(HexadecimalMAC(signature, prefix: "sha256=")))
    }

    private func giteaClaim(_ headers: HTTPFields) throws(HookRefusal) -> HookClaim {
        let forgejo = try headers.only("X-Forgejo-Signature")
        let gitea = try headers.only("X-Gitea-Signature")
        guard let signature = forgejo ?? gitea else {
            throw headers.has("X-Hub-Signature") ? .sha1Only : .unsigned
        }
        guard gitea == nil || gitea == signature else { throw .ambiguous }
        let names = (try headers.only("X-Forgejo-Event"), try headers.only("X-Gitea-Event"))
        return HookClaim(
            event: event(names.0 ?? names.1, push: "push"),
            name: try headers.only("X-Gitea-Delivery"),
            proof: .body(HexadecimalMAC(signature, prefix: "")))
    }

    /// A signature is never passed over for the token beside it.
    private func gitlabClaim(
        _ headers: HTTPFields, now: Double
    ) throws(HookRefusal) -> HookClaim {
        let event = event(try headers.only("X-Gitlab-Event"), push: "Push Hook")
        if let signatures = try headers.only("webhook-signature") {
            guard let id = try headers.only("webhook-id"),
                let timestamp = try headers.only("webhook-timestamp"),
                let seconds = Int64(timestamp)
            else { throw .unsigned }
            guard abs(now - Double(seconds)) <= Self.clockTolerance else { throw .stale }
            return HookClaim(
                event: event, name: id,
                proof: .standard(
                    id: id, prefix: "\(id).\(timestamp).", StandardSignatures(signatures)))
        }
        guard let token = try headers.only("X-Gitlab-Token") else { throw .unsigned }
        let ids = (try headers.only("Idempotency-Key"), try headers.only("X-Gitlab-Event-UUID"))
        let id = ids.0 ?? ids.1
        return HookClaim(event: event, name: id, proof: .token(Array(token.utf8), id: id))
    }

    /// How far a timestamp may be from our clock, in seconds, as the libraries of the standard do.
    private static let clockTolerance = 300.0

    private func event(_ name: String?, push: String) -> HookClaim.Event {
        switch name {
        case push: .push
        case "ping": .ping
        default: .other
        }
    }
}

/// What a hook says that it is, and what it proves that with.
struct HookClaim: Sendable {
    /// What happened on the host; no signature covers it, so it decides nothing but whether to poll.
    enum Event: Sendable {
        case push
        case ping
        case other
    }

    /// What is to be checked against a secret.
    enum Proof: Sendable {
        /// A MAC of the body.
        case body(HexadecimalMAC)

        /// A MAC of an id, a time and the body.
        case standard(id: String, prefix: String, StandardSignatures)

        /// The secret itself, and what tells one delivery from another.
        case token([UInt8], id: String?)
    }

    let event: Event
    /// What the host calls the delivery in its own list; no signature has to cover it.
    let name: String?
    let proof: Proof

    init(event: Event, name: String?, proof: Proof) {
        self.event = event
        let isPlain = name?.utf8.allSatisfy { byte in
            "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-".utf8.contains(byte)
        }
        self.name = isPlain == true ? name.map { String($0.prefix(64)) } : nil
        self.proof = proof
    }

    /// What is the same when the same hook comes again; `nil` when nothing tells.
    ///
    /// Where the body is signed it is the signature, since an id beside it could be exchanged.
    var delivery: String? {
        switch proof {
        case .body(let mac): "mac \(mac.bytes)"
        case .standard(let id, _, _): "id \(id)"
        case .token(_, let id): id.map { "id \($0)" }
        }
    }
}

/// Thirty-two bytes in hexadecimal, as a header has them.
///
/// What is no such thing becomes zeros that never match, and is compared all the same.
struct HexadecimalMAC: Sendable {
    let bytes: [UInt8]
    let isWellFormed: Bool

    init(_ text: String, prefix: String) {
        let digits = text.hasPrefix(prefix) ? Array(text.utf8.dropFirst(prefix.utf8.count)) : []
        var bytes = [UInt8](repeating: 0, count: 32)
        var isWellFormed = digits.count == 64
        for (index, digit) in digits.prefix(64).enumerated() {
            let value = Character(Unicode.Scalar(digit)).hexDigitValue
            isWellFormed = isWellFormed && value != nil
            bytes[index / 2] = bytes[index / 2] << 4 | UInt8(value ?? 0)
        }
        self.bytes = bytes
        self.isWellFormed = isWellFormed
    }
}

/// The signatures of Standard Webhooks: `v1,BASE64`, with spaces between several of them.
struct StandardSignatures: Sendable {
    let codes: [[UInt8]]

    init(_ text: String) {
        let found = text.split(separator: " ").prefix(8).compactMap { word -> [UInt8]? in
            guard word.hasPrefix("v1,"), let data = Data(base64Encoded: String(word.dropFirst(3)))
            else { return nil }
            return data.count == 32 ? Array(data) : nil
        }
        codes = found
    }
}

extension HTTPFields {
    /// The value of a field that may stand once, `nil` when it is not there.
    fileprivate func only(_ name: String) throws(HookRefusal) -> String? {
        guard let name = HTTPField.Name(name) else { return nil }
        let values = self[values: name]
        guard values.count < 2 else { throw .ambiguous }
        return values.first.flatMap { $0.isEmpty ? nil : $0 }
    }

    fileprivate func has(_ name: String) -> Bool {
        HTTPField.Name(name).map { contains($0) } ?? false
    }
}
