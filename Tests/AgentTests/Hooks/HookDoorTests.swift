import Execution
import Foundation
import TestSupport
import Testing

@testable import Agent

/// The ways in which hosts prove where a hook is from.
enum HookScheme: String, CaseIterable, Sendable {
    case github, gitea, forgejo, gitlabToken, gitlabSignature

    var path: String {
        switch self {
        case .github: "/hooks/github"
        case .gitea, .forgejo: "/hooks/gitea"
        case .gitlabToken, .gitlabSignature: "/hooks/gitlab"
        }
    }

    var host: String { String(path.dropFirst(7)) }

    /// The header fields of a hook, with the proof that its host gives.
    func fields(
        _ body: String, event: String? = nil, delivery: String = "d-1",
        secret: String = HookVectors.secret
    ) throws -> [(String, String)] {
        switch self {
        case .github:
            [
                ("X-GitHub-Event", event ?? "push"), ("X-GitHub-Delivery", delivery),
                ("X-Hub-Signature-256", "sha256=\(try HookVectors.mac(body, secret))"),
            ]
        case .gitea:
            [
                ("X-Gitea-Event", event ?? "push"), ("X-Gitea-Delivery", delivery),
                ("X-Gitea-Signature", try HookVectors.mac(body, secret)),
            ]
        case .forgejo:
            [
                ("X-Forgejo-Event", event ?? "push"), ("X-Gitea-Event", event ?? "push"),
                ("X-Forgejo-Signature", try HookVectors.mac(body, secret)),
                ("X-Gitea-Signature", try HookVectors.mac(body, secret)),
            ]
        case .gitlabToken:
            [
                ("X-Gitlab-Event", event ?? "Push Hook"), ("Idempotency-Key", delivery),
                ("X-Gitlab-Token", secret),
            ]
        case .gitlabSignature:
            [
                ("X-Gitlab-Event", event ?? "Push Hook"), ("webhook-id", delivery),
                ("webhook-timestamp", "\(HookRig.now)"),
                (
                    "webhook-signature",
                    try HookVectors.standard(
                        secret == HookVectors.secret ? body : secret, id: delivery,
                        time: HookRig.now)
                ),
            ]
        }
    }
}

@Suite("Webhooks over a real connection")
struct HookDoorTests {
    @Test(
        "A proven push wakes the poll; the same delivery again does not",
        arguments: HookScheme.allCases)
    func push(scheme: HookScheme) async throws {
        try await withHookRig { rig in
            let fields = try scheme.fields(HookVectors.body)
            let first = try await rig.send("POST", scheme.path, fields, body: HookVectors.body)
            #expect(first.status == 202, "\(first.text)")
            #expect(rig.desk.wakes == 1)
            let name = rig.desk.log.first?.fields["delivery"]
            #expect(name == (scheme == .forgejo ? nil : "d-1"))
            let again = try await rig.send("POST", scheme.path, fields, body: HookVectors.body)
            #expect(again.status == 200, "\(again.text)")
            #expect(rig.desk.wakes == 1)
            let page = try await rig.send("GET", "/metrics").body
            for line in ["result=\"poll\"} 1", "result=\"repeated\"} 1", "result=\"ignored\"} 0"] {
                let sample = "uprev_hooks_accepted_total{host=\"\(scheme.host)\",\(line)"
                #expect(page.contains("\n\(sample)\n"), "\(sample)")
            }
        }
    }

    @Test("What is proven and no push wakes nothing", arguments: HookScheme.allCases)
    func others(scheme: HookScheme) async throws {
        try await withHookRig { rig in
            for event in ["ping", "pull_request", "Job Hook", "push push"] {
                let fields = try scheme.fields("{}", event: event)
                let reply = try await rig.send("POST", scheme.path, fields, body: "{}")
                #expect(reply.status == 200, "\(event)")
            }
            let ping = try scheme.fields("zen", event: "ping")
            let answer = try await rig.send("POST", scheme.path, ping, body: "zen")
            #expect(answer.body == "pong\n")
            let nameless = try scheme.fields("{}").filter { !$0.0.hasSuffix("-Event") }
            let reply = try await rig.send("POST", scheme.path, nameless, body: "{}")
            #expect(reply.status == 200)
            #expect(rig.desk.wakes == 0)
        }
    }

    @Test("What is not proven is answered 401 and wakes nothing", arguments: HookScheme.allCases)
    func unproven(scheme: HookScheme) async throws {
        try await withHookRig { rig in
            let wrong = try scheme.fields("{}", secret: HookVectors.other)
            let reply = try await rig.send("POST", scheme.path, wrong, body: "{}")
            #expect(reply.status == 401, "\(reply.text)")
            if scheme != .gitlabToken {
                let tampered = try scheme.fields("{}")
                let reply = try await rig.send("POST", scheme.path, tampered, body: "{ }")
                #expect(reply.status == 401, "\(reply.text)")
            }
            let bare = try scheme.fields("{}").filter { field in
                !["signature", "token"].contains { field.0.lowercased().contains($0) }
            }
            let unsigned = try await rig.send("POST", scheme.path, bare, body: "{}")
            #expect(unsigned.status == 401, "\(unsigned.text)")
            let twice = try scheme.fields("{}").flatMap { [$0, $0] }
            let ambiguous = try await rig.send("POST", scheme.path, twice, body: "{}")
            #expect(ambiguous.status == 400, "\(ambiguous.text)")
            #expect(rig.desk.wakes == 0)
            #expect(rig.desk.log.allSatisfy { $0.level == .warning })
        }
    }

    @Test("Without a secret hooks are refused, and the log says what is missing")
    func closed() async throws {
        try await withHookRig(hasSecrets: false) { rig in
            for scheme in HookScheme.allCases {
                let reply = try await rig.send(
                    "POST", scheme.path, scheme.fields("{}"), body: "{}")
                #expect(reply.status == 403)
            }
            #expect(rig.desk.wakes == 0)
            #expect(rig.desk.log.count == 3)
            #expect(rig.desk.log[0].fields["hint"]?.contains("--hook-secret-file") == true)
        }
    }

    @Test("A secret file that is exchanged, spoilt or taken away counts with the next hook")
    func rotation() async throws {
        try await withHookRig { rig in
            #expect(try await rig.push("1").status == 202)
            try rig.folder.write("\(HookVectors.other)\n", to: "secrets")
            #expect(try await rig.push("2").status == 401)
            #expect(try await rig.push("3", secret: HookVectors.other).status == 202)
            try rig.folder.write("short", to: "secrets")
            #expect(try await rig.push("4", secret: "short").status == 403)
            try FileManager.default.removeItem(atPath: rig.secretFile)
            #expect(try await rig.push("5", secret: HookVectors.other).status == 403)
            #expect(rig.desk.wakes == 2)
            let errors = rig.desk.log.filter { $0.level == .error }.map(\.message)
            #expect(errors.count == 2)
            #expect(errors[0].contains("line 1") && errors[1].contains("No such file"))
        }
    }

    @Test("Nothing that is secret, and nothing of a body, is ever written or answered")
    func secrecy() async throws {
        try await withHookRig { rig in
            var said: [String] = []
            for scheme in HookScheme.allCases {
                for secret in [HookVectors.secret, HookVectors.other] {
                    let fields = try scheme.fields(HookVectors.body, secret: secret)
                    said.append(
                        try await rig.send("POST", scheme.path, fields, body: HookVectors.body).text
                    )
                }
            }
            for page in ["/metrics", "/healthz", "/readyz", "/secrets"] {
                said.append(try await rig.send("GET", page).text)
            }
            said += rig.desk.log.map { "\($0)" }
            let words = [HookVectors.secret, HookVectors.other, HookVectors.token, "evil"]
            for text in said {
                #expect(!words.contains { text.contains($0) }, "\(text)")
            }
        }
    }

    @Test("Too many hooks of one sender are told to come again, and the time brings them back")
    func rate() async throws {
        try await withHookRig { rig in
            for number in 0..<10 {
                let reply = try await rig.push("\(number)", secret: HookVectors.other)
                #expect(reply.status == 401)
            }
            let late = try await rig.push("late")
            #expect(late.status == 429)
            #expect(late.field("Retry-After") == "1")
            #expect(rig.desk.wakes == 0)
            rig.clock.advance(by: .seconds(1))
            #expect(try await rig.push("later").status == 202)
            let told = rig.desk.log.filter { $0.fields["reason"] == "bad_signature" }
            #expect(told.count == 1)
            rig.clock.advance(by: .seconds(60))
            #expect(try await rig.push("x", secret: HookVectors.other).status == 401)
            let last = try #require(rig.desk.log.last)
            #expect(last.message.contains("so were 9 others"))
            #expect(last.message.contains("127.0.0.1"))
        }
    }
}
