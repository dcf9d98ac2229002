import Foundation
import Testing

@testable import Git

@Suite("Known hosts")
struct KnownHostsTests {
    private let host = RemoteURL.Endpoint(host: "git.example.com", port: 22)
    private let other = RemoteURL.Endpoint(host: "git.example.com", port: 2222)

    /// A key of a type with a body of its own.
    private func key(_ type: String = "ssh-ed25519", _ body: String = "a") throws -> HostKey {
        var blob = Data()
        for field in [type, body] {
            withUnsafeBytes(of: UInt32(field.utf8.count).bigEndian) { blob.append(contentsOf: $0) }
            blob += Data(field.utf8)
        }
        return try #require(HostKey(blob: blob))
    }

    private func column(_ key: HostKey) -> String {
        "\(key.type) \(key.blob.base64EncodedString())"
    }

    private func verdict(_ text: String, on key: HostKey, at place: RemoteURL.Endpoint? = nil)
        -> KnownHosts.Verdict
    {
        KnownHosts(text, for: place ?? host).verdict(on: key)
    }

    @Test(
        "Names, lists, wildcards and ports find their host and no other",
        arguments: [
            ("git.example.com", true, false), ("GIT.Example.Com", true, false),
            ("a,git.example.com,b", true, false), ("*.example.com", true, false),
            ("git.ex?mple.com", true, false), ("*", true, true), ("*.com,!git.*", false, false),
            ("[git.example.com]:2222", false, true), ("[*.example.com]:2222", false, true),
            ("[git.example.com]:22", false, false), ("example.com", false, false),
            ("git.example.com.evil", false, false), ("!git.example.com", false, false),
            ("git.example", false, false), ("?", false, false),
        ]
    )
    func names(pattern: String, onStandardPort: Bool, onOther: Bool) throws {
        let key = try key()
        let text = "\(pattern) \(column(key)) comment\n"
        #expect((verdict(text, on: key) == .trusted) == onStandardPort)
        #expect((verdict(text, on: key, at: other) == .trusted) == onOther)
    }

    @Test("Hashed names that ssh-keygen wrote are found")
    func hashed() throws {
        let folder = try TestFolder()
        let file = "\(folder.path)/known_hosts"
        // The tool takes only keys that it can read, so the names are hashed with a real one.
        try SSHServer.makeKey("ed25519", "\(folder.path)/key")
        let words = try content("\(folder.path)/key.pub").split(separator: " ")
        let real = try #require(HostKey(type: words[0], base64: words[1]))
        try write(
            "git.example.com \(column(real))\n[git.example.com]:2222 \(column(real))\n", to: file)
        try Programs.run("/usr/bin/ssh-keygen", ["-q", "-H", "-f", file])
        let text = try content(file)
        #expect(!text.contains("example"))
        #expect(verdict(text, on: real) == .trusted)
        #expect(verdict(text, on: real, at: other) == .trusted)
        let stranger = RemoteURL.Endpoint(host: "git.example.org", port: 22)
        #expect(verdict(text, on: real, at: stranger) == .unknown(unreadableLines: []))
    }

    @Test("A changed, a revoked and an unknown key are told apart, and revoking wins")
    func verdicts() throws {
        let (known, shown) = (try key("ssh-ed25519", "a"), try key("ssh-ed25519", "b"))
        let line = "git.example.com \(column(known))\n"
        #expect(verdict(line, on: shown) == .different(expected: [known]))
        #expect(
            verdict(line + "git.example.com \(column(shown))", on: shown) == .trusted)
        #expect(
            verdict(line + "@revoked * \(column(known))\n", on: known) == .revoked(line: 2))
        #expect(
            verdict("# c\n\n@cert-authority *.example.com \(column(known))\n", on: shown)
                == .authorityOnly(line: 3))
        // An authority's own key is no host key.
        #expect(
            verdict("@cert-authority * \(column(known))\n", on: known) == .authorityOnly(line: 1))
        #expect(verdict("", on: known) == .unknown(unreadableLines: []))
        let broken = "git.example.com ssh-ed25519 AAAA\ngit.example.com\n@odd * \(column(known))\n"
        #expect(verdict(broken, on: known) == .unknown(unreadableLines: [1, 2, 3]))
        #expect(
            verdict("git.example.com ssh-rsa \(known.blob.base64EncodedString())", on: known)
                == .unknown(unreadableLines: [1]))
    }

    @Test("The types to ask for are those that are trusted and can be proven, the best first")
    func types() throws {
        let text = try ["ssh-rsa", "ecdsa-sha2-nistp256", "ssh-ed25519"].map {
            "git.example.com \(column(try key($0)))\n"
        }.joined()
        #expect(
            KnownHosts(text, for: host).preferredTypes == ["ssh-ed25519", "ecdsa-sha2-nistp256"])
        let rsa = "git.example.com \(column(try key("ssh-rsa")))\n"
        #expect(KnownHosts(rsa, for: host).preferredTypes.isEmpty)
        #expect(KnownHosts(rsa, for: host).expected.count == 1)
    }

    @Test("Bytes that are no key, or lie about their length, are none")
    func keys() {
        let lies: [[UInt8]] = [
            [], [0, 0], [0, 0, 0, 0], [0, 0, 0, 9, 1], [255, 255, 255, 255, 65],
        ]
        for bytes in lies {
            #expect(HostKey(blob: Data(bytes)) == nil)
        }
        #expect(HostKey(blob: Data([0, 0, 0, 1, 10])) == nil)
        #expect(HostKey(blob: Data([0, 0, 0, 1, 65]))?.type == "A")
    }
}
