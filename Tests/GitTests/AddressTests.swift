import Testing

@testable import Git

@Suite("URLs and branch names")
struct AddressTests {
    @Test(
        "Every transport has its form",
        arguments: [
            ("file:///srv/git/infra.git", true), ("file://localhost/srv/x", true),
            ("http://localhost/infra.git", false), ("http://127.0.0.1:8080/a/b", false),
            ("http://[::1]:80/x", false), ("HTTP://LocalHost/x", false),
            ("https://example.com/infra.git", false), ("https://example.com:8443/a%20b.git", false),
            ("https://xn--bcher-kva.example/x", false), ("https://[2001:db8::1]/x", false),
            ("ssh://git@example.com/infra.git", false), ("ssh://example.com:2222/~ada/x", false),
            ("git@example.com:infra.git", false), ("example.com:/srv/infra.git", false),
        ]
    )
    func accepted(text: String, isLocal: Bool) throws {
        let url = try RemoteURL(text)
        #expect(url.isLocal == isLocal)
        #expect(url.description == text)
        #expect(RemoteURL.looksRemote(text))
    }

    @Test("Hosts, ports and users come out whole")
    func parts() throws {
        #expect(
            try RemoteURL("https://Example.COM/x").transport
                == .https(.init(host: "example.com", port: 443)))
        #expect(
            try RemoteURL("ssh://ada@[::1]:2222/x").transport
                == .ssh(.init(host: "::1", port: 2222), user: "ada"))
        #expect(
            try RemoteURL("host:a/c").transport
                == .ssh(.init(host: "host", port: 22), user: "git"))
        #expect(try RemoteURL("host:a/c").address == "git@host:a/c")
        #expect(try RemoteURL("ssh://host:22/x").address == "ssh://git@host:22/x")
        #expect(try RemoteURL("ssh://[::1]/x").address == "ssh://git@[::1]/x")
        #expect(try RemoteURL("ssh://ada@host/x").address == "ssh://ada@host/x")
        #expect(try RemoteURL("https://host/x").address == "https://host/x")
        for path in [".", "/srv/git", "a/b:c", "../x", ":x", "infra"] {
            #expect(!RemoteURL.looksRemote(path))
        }
    }

    @Test("The path of a file URL is decoded")
    func filePath() throws {
        #expect(try RemoteURL("file:///a%20b/c").transport == .file(path: "/a b/c"))
        #expect(try RemoteURL("file://localhost/a").transport == .file(path: "/a"))
    }

    @Test(
        "Transports that prove nothing of the server are refused",
        arguments: [
            "git://host/x", "http://example.com/infra.git", "http://10.0.0.1/x",
            "http://localhost.evil.com/x", "http://127.0.0.1.evil.com/x", "http://[::2]/x",
        ]
    )
    func insecure(text: String) {
        #expect { try RemoteURL(text) } throws: { ($0 as? GitError)?.kind == .insecureURL }
    }

    @Test(
        "Anything else is refused",
        arguments: [
            "", "infra.git", "/srv/git", "file://relative/path",
            "file://", "file:///nul%00", "ftp://localhost/x", "http://localhost", "http:///x",
            "http://localhost:0/x", "http://localhost:99999/x", "http://localhost:/x",
            "http://localhost:+80/x", "http://localhost/", "http://localhost/x?token=1",
            "http://localhost/x#y", "http://local host/x", "http://localhost/\nx",
            "http://[::1]x/y", "http://localhost\\@evil/x", "-o://x", "http://127.1/x",
            "http://0x7f.0.0.1/x", "https://2130706433/x", "https://127.0.0.01/x",
            "https://bücher.example/x", "https://ho%73t/x", "https://-host/x", "https://a..b/x",
            "https://host./x", "https://host/a/../b", "https://host/%2e%2e/b", "https://host/a%0ab",
            "https://host/a%2fb", "https://host/a%zz", "https://host/a%5cb", "https://[host]/x",
            "https://[fe80::1%25eth0]/x", "ssh://host", "ssh://host/", "ssh://-oProxy@host/x",
            "ssh://-oProxyCommand=x/y", "ssh://host/-x", "ssh://host/a'b", "ssh://host/a;b",
            "ssh://host/$(x)", "ssh://host/a%20b", "ssh://host/../x", "ssh://host/a?b",
            "ssh://us er@host/x", "ssh://@host/x", "git@host:", "git@host:-x", "git@-host:x",
            "git@host:a`b`", "a/b:c", "git@[::1]:x", "ext::sh -c x", "ext::x", "host:a@b",
            "http://localhost/" + String(repeating: "x", count: 2048),
        ]
    )
    func refused(text: String) {
        #expect { try RemoteURL(text) } throws: { ($0 as? GitError)?.kind == .invalidURL }
    }

    @Test(
        "A credential in a URL is refused and not repeated",
        arguments: [
            "http://ada:hunter2@localhost/x", "https://hunter2@example.com/x",
            "ssh://ada:hunter2@example.com/x", "ada:hunter2@example.com:x",
        ]
    )
    func credentials(text: String) throws {
        let error = #expect(throws: GitError.self) { try RemoteURL(text) }
        #expect(error?.kind == .invalidURL)
        #expect("\(error?.description ?? "") \(error?.hint ?? "")".contains("hunter2") == false)
    }

    @Test("Branch names are Git's", arguments: ["main", "feature/x", "release-1.11", "ü"])
    func branches(name: String) throws {
        #expect(try BranchName(name).reference == "refs/heads/\(name)")
    }

    @Test(
        "What is no branch name is refused",
        arguments: [
            "", "-x", "a..b", "a b", "a:b", "a*", "a~1", "HEAD", "refs/heads/main", "a.lock",
            "/a", "a/", "a\u{0}b", "@{-1}",
        ]
    )
    func notBranches(name: String) {
        #expect { try BranchName(name) } throws: { ($0 as? GitError)?.kind == .invalidBranchName }
    }

    @Test("A commit ID is 40 hexadecimal digits in lower case")
    func commitIDs() throws {
        let text = "0123456789abcdef0123456789ABCDEF01234567"
        let id = try #require(CommitID(text))
        #expect(id.description == text.lowercased())
        #expect(id.short == "01234567")
        #expect(CommitID(id.oid) == id)
        for bad in [
            "", "0123", String(repeating: "g", count: 40), text + "0", " " + text.dropFirst(),
        ] {
            #expect(CommitID(bad) == nil)
        }
    }
}
