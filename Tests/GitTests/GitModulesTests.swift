import Testing

@testable import Git

@Suite("What a commit says of its submodules")
struct GitModulesTests {
    private static let commit = CommitID(String(repeating: "ab", count: 20))

    private func read(_ text: String) throws -> [GitModules.Module] {
        try GitModules(Array(text.utf8), of: #require(Self.commit)).modules
    }

    @Test(
        "It is read as Git itself reads it",
        arguments: [
            "[submodule \"a\"]\n\tpath = modules/net\n\turl = ../net.git\n",
            "# x\n[Submodule \"a \\\"b\\\\\"] PATH=p # c\n URL = \"../a;b\" ; d\n update = !touch /x",
            "[core]\n\tx\n[submodule \"a\"]\r\n  path = a  b \t\r\n url = one\\\n  two\\t\"  \"\r\n",
            "\u{FEFF}[submodule  \"a\"]\n[submodule \"b\"]\npath=x\n[submodule \"a\"]\npath=y\nurl=\n",
            "[submodule \"ü/日本\"]\n\tpath = ü\n\tshallow\n\turl = https://h/ü%20\n", "",
        ])
    func same(text: String) throws {
        let folder = try TestFolder()
        try write(text, to: "\(folder.path)/f")
        let listed = try Upstream.git(
            ["-C", folder.path, "config", "--file", "\(folder.path)/f", "--list", "--null"],
            home: folder.path)
        var expected: [String: String] = [:]
        for item in listed.split(separator: 0) {
            let parts = item.split(separator: 10, maxSplits: 1, omittingEmptySubsequences: false)
            let key = String(decoding: parts[0], as: UTF8.self)
            guard key.hasPrefix("submodule."), key.hasSuffix(".path") || key.hasSuffix(".url")
            else { continue }
            expected[key] = parts.count > 1 ? String(decoding: parts[1], as: UTF8.self) : nil
        }
        var found: [String: String] = [:]
        for module in try read(text) {
            found["submodule.\(module.name).path"] = module.path
            found["submodule.\(module.name).url"] = module.url
        }
        #expect(found == expected)
    }

    @Test(
        "What Git would refuse, or what is said twice, is told with its line",
        arguments: [
            "\n[submodule \"a\n\"]\n", "\n[submodule \"a\"\n", "\n[submodule a]\n", "\n= x\n",
            "\n[submodule \"a\"] path = \"x\n", "\n[submodule \"a\"] path = \\x\n",
            "\n[submodule \"a\"] pa th = x\n", "\n[submodule \"a\"] path = x\u{0}\n",
            "[submodule \"a\"]\npath = x\npath = y\n", "\n[submodule \"a",
        ])
    func refused(text: String) throws {
        let error = #expect(throws: GitError.self) { try read(text) }
        #expect(error?.kind == .malformed && error?.disposition == .stalled)
        #expect(error?.description.contains(/near line [234]:/) == true, "\(error as Any)")
    }

    @Test(
        "A URL is taken relative to the repository's, or on its host, in the same way",
        arguments: [
            ("https://h/org/infra.git", "../net.git", "https://h/org/net.git"),
            ("https://h/org/infra.git/", "../../o/net", "https://h/o/net"),
            ("https://h:8443/infra", "./net", "https://h:8443/infra/net"),
            ("https://h/org/infra", "https://H:443/x/y.git", "https://H:443/x/y.git"),
            ("git@h:org/infra.git", "../net.git", "git@h:org/net.git"),
            ("git@h:infra.git", "../net.git", "git@h:net.git"),
            ("git@h:/srv/infra.git", "../net.git", "git@h:/srv/net.git"),
            ("git@h:org/infra", "ssh://git@h/x", "ssh://git@h/x"),
            ("ssh://u@h:2222/a/infra", "../net", "ssh://u@h:2222/a/net"),
            ("file:///srv/infra", "../net", "file:///srv/net"),
            ("file:///srv/infra", "file:///other/net", "file:///other/net"),
        ])
    func allowed(base: String, text: String, expected: String) throws {
        #expect(try RemoteURL(base).submodule(text).description == expected)
    }

    @Test(
        "Any other URL is refused, and no password in it is told",
        arguments: [
            ("https://h/org/infra", "https://other/x"), ("https://h/org/infra", "https://h:444/x"),
            ("https://h/org/infra", "http://h/x"), ("https://h/org/infra", "git@h:x"),
            ("https://h/org/infra", "file:///etc"), ("https://h/org/infra", "/etc"),
            ("https://h/org/infra", "etc"), ("https://h/org/infra", "ext::sh -c touch% /x"),
            ("https://h/org/infra", "ext::sh"), ("https://h/org/infra", "--upload-pack=x"),
            ("https://h/org/infra", "git://h/x"), ("https://h/org/infra", ""),
            ("https://h/org/infra", "https://u:sekret@h/x"), ("https://h/org/infra", "../../../x"),
            ("https://h/org/infra", "../a/../b"), ("https://h/org/infra", "../a//b"),
            ("https://h/org/infra", ".."), ("https://h/org/infra", "../"),
            ("https://h/org/infra", "../x\ny"), ("https://h/org/infra", "../%2e%2e/x"),
            ("git@h:org/infra", "other@h:x"), ("git@h:org/infra", "git@other:x"),
            ("git@h:org/infra", "../../../x"), ("git@h:infra", "../-x"),
            ("file:///srv/infra", "https://h/x"), ("file:///srv/infra", "/srv/net"),
            ("http://127.0.0.1:80/a", "http://127.0.0.1:81/a"),
        ])
    func foreign(base: String, text: String) throws {
        let base = try RemoteURL(base)
        let error = #expect(throws: GitError.self) { try base.submodule(text) }
        #expect(error?.disposition == .stalled)
        #expect(error?.description.contains("sekret") == false)
        #expect(error?.hint.contains("sekret") == false)
    }
}
