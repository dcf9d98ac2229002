import Testing

@testable import Git

@Suite("URLs and branch names")
struct AddressTests {
    @Test(
        "Local files and loopback servers are accepted",
        arguments: [
            ("file:///srv/git/infra.git", true), ("file://localhost/srv/x", true),
            ("http://localhost/infra.git", false), ("http://127.0.0.1:8080/a/b", false),
            ("http://[::1]:80/x", false), ("HTTP://LocalHost/x", false),
        ]
    )
    func accepted(text: String, isLocal: Bool) throws {
        let url = try RemoteURL(text)
        #expect(url.isLocal == isLocal)
        #expect(url.description == text)
    }

    @Test("The path of a file URL is decoded")
    func filePath() throws {
        #expect(try RemoteURL("file:///a%20b/c").transport == .file(path: "/a b/c"))
        #expect(try RemoteURL("file://localhost/a").transport == .file(path: "/a"))
    }

    @Test(
        "Transports to come, and plain http to other machines, are not supported yet",
        arguments: [
            "https://example.com/infra.git", "ssh://git@example.com/infra.git", "git://host/x",
            "http://example.com/infra.git", "http://10.0.0.1/x", "http://localhost.evil.com/x",
            "http://127.0.0.1.evil.com/x", "http://127.1/x", "http://0x7f.0.0.1/x",
        ]
    )
    func notYet(text: String) {
        #expect { try RemoteURL(text) } throws: { ($0 as? GitError)?.kind == .notSupportedYet }
    }

    @Test(
        "Anything else is refused",
        arguments: [
            "", "infra.git", "/srv/git", "git@example.com:infra.git", "file://relative/path",
            "file://", "file:///nul%00", "ftp://localhost/x", "http://localhost", "http:///x",
            "http://localhost:0/x", "http://localhost:99999/x", "http://localhost:/x",
            "http://localhost/x?token=1", "http://localhost/x#y", "http://local host/x",
            "http://localhost/\nx", "http://[::1]x/y", "http://localhost\\@evil/x", "-o://x",
        ]
    )
    func refused(text: String) {
        #expect { try RemoteURL(text) } throws: { ($0 as? GitError)?.kind == .invalidURL }
    }

    @Test("A credential in a URL is refused and not repeated")
    func credentials() throws {
        let error = #expect(throws: GitError.self) {
            try RemoteURL("http://ada:hunter2@localhost/x")
        }
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
