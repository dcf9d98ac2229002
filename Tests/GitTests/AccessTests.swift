import Foundation
import Testing

@testable import Git

@Suite("Keys, tokens and proxies")
struct AccessTests {
    private func refusal(_ body: () throws -> Void) -> GitError? {
        do {
            try body()
            return nil
        } catch {
            return error as? GitError
        }
    }

    @Test("Keys that can be used are taken, and their public half is known")
    func goodKeys() throws {
        let folder = try TestFolder()
        for type in ["ed25519", "ecdsa"] {
            let path = "\(folder.path)/\(type)"
            try SSHServer.makeKey(type, path)
            let key = try SSHPrivateKey(try content(path), from: path)
            let line = try Programs.run("/usr/bin/ssh-keygen", ["-l", "-f", path + ".pub"])
            #expect(line.contains(try #require(key.publicHalf).fingerprint))
        }
    }

    @Test("A key with a passphrase, an RSA key and a public half say what is wrong")
    func badKeys() throws {
        let folder = try TestFolder()
        let make = { (name: String, arguments: [String]) in
            let path = "\(folder.path)/\(name)"
            try Programs.run(
                "/usr/bin/ssh-keygen", ["-q", "-C", "", "-f", path] + arguments)
            return try content(path)
        }
        let cases: [(String, String)] = [
            (try make("locked", ["-t", "ed25519", "-N", "secret"]), "has a passphrase"),
            (try make("pem", ["-t", "ecdsa", "-N", "secret", "-m", "PEM"]), "has a passphrase"),
            (try make("p8", ["-t", "ecdsa", "-N", "secret", "-m", "PKCS8"]), "has a passphrase"),
            (try make("rsa", ["-t", "rsa", "-N", ""]), "an RSA key"),
            (try make("rsapem", ["-t", "rsa", "-N", "", "-m", "PEM"]), "an RSA key"),
            (try make("rsa8", ["-t", "rsa", "-N", "", "-m", "PKCS8"]), "an RSA key"),
            (try content("\(folder.path)/locked.pub"), "the public half"),
            ("hello\n", "no private key"),
            ("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END x\n", "is damaged"),
        ]
        for (text, words) in cases {
            let error = refusal { _ = try SSHPrivateKey(text, from: "/etc/key") }
            #expect(error?.kind == .accessUnusable)
            #expect(
                error?.description.contains(words) == true, "\(words): \(String(describing: error))"
            )
            #expect(error?.description.contains("/etc/key") == true)
        }
        for name in ["plain", "pkcs8"] {
            let form = name == "plain" ? "PEM" : "PKCS8"
            _ = try SSHPrivateKey(
                try make(name, ["-t", "ecdsa", "-N", "", "-m", form]), from: "x")
        }
    }

    @Test("SSH without a key or host keys is refused with the flag that is missing")
    func missing() throws {
        let url = try RemoteURL("git@example.com:x")
        var access = GitAccess()
        #expect(refusal { try access.check(for: url) }?.hint.contains("--known-hosts") == true)
        access.knownHostsFile = "/nonexistent"
        #expect(refusal { try access.check(for: url) }?.hint.contains("--ssh-key") == true)
        access.sshKeyFile = "/nonexistent"
        try access.check(for: url)
        let error = refusal { _ = try access.read(for: url) }
        #expect(error?.kind == .accessUnusable)
        #expect(error?.description.contains("/nonexistent") == true)
        try access.check(for: try RemoteURL("https://example.com/x"))
    }

    @Test("Each transport reads only its own files")
    func separation() throws {
        var access = GitAccess()
        access.sshKeyFile = "/nonexistent"
        access.knownHostsFile = "/nonexistent"
        access.token = "t0ken"
        let material = try access.read(for: try RemoteURL("https://example.com/x"))
        #expect(material.token?.secret == "t0ken")
        #expect(material.key == nil && material.knownHosts == nil)
        #expect(try access.read(for: try RemoteURL("file:///x")) == AccessMaterial())
        #expect(!"\(access)".contains("t0ken"))
    }

    @Test("A token is one line; what is none is refused without being shown")
    func tokens() throws {
        let folder = try TestFolder()
        let url = try RemoteURL("https://example.com/x")
        var access = GitAccess()
        access.tokenFile = "\(folder.path)/token"
        try write("  hunter2\n", to: "\(folder.path)/token")
        #expect(try access.read(for: url).token?.secret == "hunter2")
        for text in ["", "\n", "hunter2\nhunter3\n", "hun ter2", "hunter2\u{7}"] {
            try write(text, to: "\(folder.path)/token")
            let error = refusal { _ = try access.read(for: url) }
            #expect(error?.kind == .accessUnusable)
            #expect("\(String(describing: error))".contains("hunter") == false)
        }
        try write("hunter2", to: "\(folder.path)/token")
        access.tokenUser = "a:b"
        #expect(refusal { _ = try access.read(for: url) }?.kind == .accessUnusable)
    }

    @Test(
        "A proxy is used for https, and not where NO_PROXY says so",
        arguments: [
            ("git.example.com", 443, "", true), ("git.example.com", 443, "example.com", false),
            ("git.example.com", 443, ".example.com", false),
            ("git.example.com", 443, "*.example.com", false),
            ("git.example.com", 443, "ample.com", true),
            ("example.com", 443, ".example.com", false),
            ("git.example.com", 443, "other, git.example.com:443", false),
            ("git.example.com", 8443, "git.example.com:443", true), ("x.y", 443, "*", false),
            ("10.1.2.3", 443, "10.0.0.0/8", false), ("11.1.2.3", 443, "10.0.0.0/8", true),
            ("10.1.2.3", 443, "10.1.2.3", false), ("2001:db8::1", 443, "2001:db8::/32", false),
            ("127.0.0.1", 443, "", false), ("localhost", 443, "", false),
        ]
    )
    func proxies(host: String, port: UInt16, exceptions: String, isUsed: Bool) throws {
        let rules = ProxyRules(
            environment: ["HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": exceptions])
        let proxy = try rules.proxy(for: .init(host: host, port: port))
        #expect((proxy != nil) == isUsed)
        #expect(proxy.map { $0.place == "proxy:3128" } ?? true)
    }

    @Test("A proxy's password stays out of messages; other proxies are refused")
    func proxyForms() throws {
        let host = RemoteURL.Endpoint(host: "example.com", port: 443)
        let secret = try ProxyRules(environment: ["https_proxy": "ada:hunter%402@p"]).proxy(
            for: host)
        #expect(secret?.place == "p:80")
        #expect(secret?.address == "http://ada:hunter%402@p:80")
        var material = AccessMaterial()
        material.proxy = secret
        let error = GitError(.library, "ada:hunter%402 ada:hunter@2", hint: "x")
        #expect(error.hiding(material.secrets).description == "*** ***")
        #expect(try ProxyRules(environment: ["HTTPS_PROXY": ""]).proxy(for: host) == nil)
        #expect(try ProxyRules(environment: ["HTTP_PROXY": "http://p"]).proxy(for: host) == nil)
        for text in ["socks5://p:1", "https://p", "http://", "http://p:0", "http://a b"] {
            let rules = ProxyRules(environment: ["HTTPS_PROXY": text])
            #expect(refusal { _ = try rules.proxy(for: host) }?.kind == .accessUnusable)
        }
    }

    @Test("What a server says reaches a message on one line and without control characters")
    func sanitised() {
        #expect("a\u{1b}[31mb\r\nc\u{202e}d".onOneLine(limit: 99) == "a [31mb  c d")
        #expect(String(repeating: "x", count: 50).onOneLine(limit: 9) == "xxxxxxxxx…")
    }
}
