import Foundation
import HTTPTypes
import TestSupport
import Testing

@testable import Agent

@Suite("Signatures of webhooks")
struct HookSignatureTests {
    static let now = 1_764_000_000.0

    @Test("GitHub's own example of a signature is valid, and one of another body is not")
    func githubExample() throws {
        let signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
        let secrets = try HookVectors.secrets("It's a Secret to Everybody")
        let fields = [("X-Hub-Signature-256", signature), ("X-GitHub-Event", "push")]
        #expect(try verdict(.github, fields, "Hello, World!", secrets))
        #expect(try !verdict(.github, fields, "Hello, World?", secrets))
        #expect(try !verdict(.github, fields, "", secrets))
    }

    @Test("What openssl signs is valid under any of several secrets, and under no other")
    func rotation() throws {
        let mac = try HookVectors.mac(HookVectors.body, HookVectors.secret)
        let fields = [("X-Hub-Signature-256", "sha256=\(mac)")]
        for lines in [[HookVectors.secret], [HookVectors.other, HookVectors.secret]] {
            let secrets = try HookVectors.secrets(lines.joined(separator: "\n"))
            #expect(try verdict(.github, fields, HookVectors.body, secrets))
        }
        #expect(
            try !verdict(
                .github, fields, HookVectors.body, HookVectors.secrets(HookVectors.other)))
    }

    @Test("A body that comes in pieces is the same body")
    func pieces() throws {
        let mac = try HookVectors.mac(HookVectors.body, HookVectors.secret)
        let claim = try HookHost.gitea.claim(
            in: HTTPFields([("X-Gitea-Signature", mac)]), now: Self.now)
        var verifier = HookVerifier(claim, secrets: try HookVectors.secrets(HookVectors.secret))
        for byte in HookVectors.body.utf8 {
            withUnsafeBytes(of: byte) { verifier.update($0) }
        }
        #expect(verifier.isValid())
    }

    @Test("Gitea signs in bare hexadecimal, and Forgejo under both names, which must agree")
    func gitea() throws {
        let secrets = try HookVectors.secrets(HookVectors.secret)
        let mac = try HookVectors.mac("{}", HookVectors.secret)
        let wrong = String(repeating: "0", count: 64)
        #expect(try verdict(.gitea, [("X-Gitea-Signature", mac)], "{}", secrets))
        #expect(try verdict(.gitea, [("X-Forgejo-Signature", mac)], "{}", secrets))
        #expect(
            try verdict(
                .gitea, [("X-Forgejo-Signature", mac), ("X-Gitea-Signature", mac)], "{}", secrets))
        #expect(
            refusal(.gitea, [("X-Forgejo-Signature", mac), ("X-Gitea-Signature", wrong)])
                == .ambiguous)
        #expect(try !verdict(.gitea, [("X-Gitea-Signature", "sha256=\(mac)")], "{}", secrets))
    }

    @Test(
        "A malformed signature is wrong like any other, whatever its length",
        arguments: [
            "sha256=", "sha256=00", "sha256=\(String(repeating: "0", count: 64))",
            "sha256=\(String(repeating: "g", count: 64))", String(repeating: "a", count: 64),
            "sha256=\(String(repeating: "a", count: 63))",
            "sha256=\(String(repeating: "a", count: 65))",
            "sha1=\(String(repeating: "a", count: 40))",
            "SHA256=\(String(repeating: "a", count: 64))", "sha256=é", "x",
        ])
    func malformed(signature: String) throws {
        let secrets = try HookVectors.secrets(HookVectors.secret)
        let fields = [("X-Hub-Signature-256", signature)]
        #expect(refusal(.github, fields) == nil)
        #expect(try !verdict(.github, fields, "{}", secrets))
    }

    @Test("Every single bit of a signature counts")
    func bits() throws {
        let secrets = try HookVectors.secrets(HookVectors.secret)
        let mac = HexadecimalMAC(try HookVectors.mac("{}", HookVectors.secret), prefix: "")
        for bit in 0..<256 {
            var bytes = mac.bytes
            bytes[bit / 8] ^= 1 << (bit % 8)
            let hex = bytes.map { String(format: "%02x", $0) }.joined()
            #expect(try !verdict(.gitea, [("X-Gitea-Signature", hex)], "{}", secrets), "bit \(bit)")
        }
        let upper = mac.bytes.map { String(format: "%02X", $0) }.joined()
        #expect(try verdict(.gitea, [("X-Gitea-Signature", upper)], "{}", secrets))
    }

    @Test("The example of Standard Webhooks is valid in its time, and in no other")
    func standardExample() throws {
        let signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        let id = "msg_p5jXN8AQM9LWM0D4loKWxJek"
        let fields = [
            ("webhook-id", id), ("webhook-timestamp", "1614265330"),
            ("webhook-signature", "v1,AAAA v2,x \(signature)"),
        ]
        let secrets = try HookVectors.secrets(HookVectors.token)
        let body = "{\"test\": 2432232314}"
        for now in [1_614_265_030.0, 1_614_265_330, 1_614_265_630] {
            #expect(try verdict(.gitlab, fields, body, secrets, now: now))
        }
        for now in [1_614_265_029.0, 1_614_265_631, 0] {
            #expect(refusal(.gitlab, fields, now: now) == .stale)
        }
        let moved = fields.map { ($0.0, $0.0 == "webhook-timestamp" ? "1614265331" : $0.1) }
        #expect(try !verdict(.gitlab, moved, body, secrets, now: 1_614_265_330))
        #expect(
            try !verdict(
                .gitlab, fields, body, HookVectors.secrets(HookVectors.secret), now: 1_614_265_330))
    }

    @Test("GitLab's token is compared whole, and never stands in for a signature that is wrong")
    func gitlab() throws {
        let secrets = try HookVectors.secrets(
            HookVectors.other, HookVectors.secret, HookVectors.token)
        #expect(try verdict(.gitlab, [("X-Gitlab-Token", HookVectors.secret)], "{}", secrets))
        for token in [String(HookVectors.secret.dropLast()), HookVectors.secret + "x", "x"] {
            #expect(try !verdict(.gitlab, [("X-Gitlab-Token", token)], "{}", secrets), "\(token)")
        }
        let time = Int(Self.now)
        let signature = try HookVectors.standard("{}", id: "one", time: time)
        let signed = [
            ("webhook-id", "one"), ("webhook-timestamp", "\(time)"),
            ("X-Gitlab-Token", HookVectors.secret),
        ]
        #expect(try verdict(.gitlab, signed + [("webhook-signature", signature)], "{}", secrets))
        #expect(try !verdict(.gitlab, signed + [("webhook-signature", signature)], "{ }", secrets))
        #expect(try !verdict(.gitlab, signed + [("webhook-signature", "v1,AAAA")], "{}", secrets))
    }

    @Test("What is not signed, or signed twice, or with SHA-1 only, is refused before its body")
    func refusals() {
        let sha1 = "sha1=\(String(repeating: "a", count: 40))"
        let mac = String(repeating: "a", count: 64)
        #expect(refusal(.github, []) == .unsigned)
        #expect(refusal(.github, [("X-Hub-Signature-256", "")]) == .unsigned)
        #expect(refusal(.github, [("X-Hub-Signature", sha1)]) == .sha1Only)
        #expect(refusal(.github, [("X-Gitea-Signature", mac)]) == .unsigned)
        #expect(
            refusal(
                .github,
                [
                    ("X-Hub-Signature-256", "sha256=\(mac)"),
                    ("x-hub-signature-256", "sha256=\(mac)"),
                ])
                == .ambiguous)
        #expect(refusal(.gitea, [("X-Hub-Signature", sha1)]) == .sha1Only)
        #expect(refusal(.gitea, [("X-Hub-Signature-256", "sha256=\(mac)")]) == .unsigned)
        #expect(refusal(.gitlab, []) == .unsigned)
        #expect(refusal(.gitlab, [("X-Gitlab-Token", "")]) == .unsigned)
        #expect(refusal(.gitlab, [("webhook-signature", "v1,AAAA")]) == .unsigned)
        #expect(
            refusal(.gitlab, [("X-Gitlab-Token", "a"), ("X-Gitlab-Token", "b")]) == .ambiguous)
        #expect(
            refusal(
                .gitlab,
                [
                    ("webhook-signature", "v1,AAAA"), ("webhook-id", "1"),
                    ("webhook-timestamp", "soon"),
                ]) == .unsigned)
    }

    private func verdict(
        _ host: HookHost, _ fields: [(String, String)], _ body: String, _ secrets: HookSecrets,
        now: Double = now
    ) throws -> Bool {
        let claim = try host.claim(in: HTTPFields(fields), now: now)
        var verifier = HookVerifier(claim, secrets: secrets)
        Array(body.utf8).withUnsafeBytes { verifier.update($0) }
        return verifier.isValid()
    }

    private func refusal(
        _ host: HookHost, _ fields: [(String, String)], now: Double = now
    ) -> HookRefusal? {
        do throws(HookRefusal) {
            _ = try host.claim(in: HTTPFields(fields), now: now)
            return nil
        } catch {
            return error
        }
    }
}
