import Foundation
import Testing

@testable import Git

@Suite("Redirects")
struct RedirectTests {
    private let upstream: Upstream
    private let elsewhere: WebServer

    init() throws {
        upstream = try Upstream()
        try upstream.commit(["a": "1"])
        elsewhere = try WebServer(root: upstream.folder.path)
    }

    private func watch() throws -> WatchedSource {
        var watched = try WatchedSource(upstream)
        watched.access.token = "t0ken-of-the-day"
        return watched
    }

    /// Polls, and expects the redirect to be named and nothing to be sent after it.
    private func expectRefusal(
        _ watched: WatchedSource, _ words: String, requests: Int = 1
    ) async throws {
        let error = try await gitError { try await watched.poll() }
        #expect(error.kind == .redirected, "\(error)")
        #expect(error.disposition == .stalled)
        #expect(error.description.contains(words), "\(error)")
        #expect(!error.description.contains("hunter2"), "\(error)")
        #expect(!error.description.unicodeScalars.contains { $0.value < 0x20 })
        #expect(watched.server.requests.count == requests)
        #expect(elsewhere.requests.isEmpty && elsewhere.authorizations.isEmpty)
        #expect(try watched.workers().isEmpty)
    }

    @Test(
        "To another host, port, scheme or path: none is followed, and each is named",
        arguments: [
            ("http://localhost:PORT/source/.git/info/refs?service=git-upload-pack", "localhost:"),
            ("http://127.0.0.1:PORT/source/.git/info/refs", "127.0.0.1:"),
            ("https://127.0.0.1:OWN/source/.git/info/refs", "https://127.0.0.1"),
            // libgit2 1.5 ends in a fault when it may not follow this one.
            ("http://127.0.0.1:OWN/source.git/info/refs", "/source.git."),
            ("/source.git/info/refs?service=git-upload-pack", "to /source.git."),
            ("//localhost:PORT/x", "//localhost"), ("http://u:hunter2@127.0.0.1:PORT/x", "/x."),
            ("file:///etc/passwd", "file:///etc/passwd"), ("ssh://-oX@localhost/x", "localhost/x"),
            ("http://127.0.0.1:PORT/\u{1b}[31m?private_token=hunter2", "127.0.0.1:"),
            ("", "no place"),
            (String(repeating: "x", count: 5000), "xxx"),
        ])
    func refused(location: String, words: String) async throws {
        let watched = try watch()
        let text = location.replacing("PORT", with: "\(elsewhere.port)")
            .replacing("OWN", with: "\(watched.server.port)")
        watched.server.behave(
            .says(
                "HTTP/1.1 302 Found\r\nX-A: b\r\nLocation: \(text)\r\n"
                    + "Content-Length: 0\r\n\r\n"))
        try await expectRefusal(watched, words)
    }

    @Test("In the middle of a fetch, without a place, and in a head that comes late or never ends")
    func odd() async throws {
        let fetching = try watch()
        fetching.server.behave(.redirectsPosts("http://127.0.0.1:\(elsewhere.port)/x"))
        try await expectRefusal(fetching, "127.0.0.1:\(elsewhere.port)/x", requests: 2)

        for status in [301, 303, 307, 308] {
            let moved = try watch()
            moved.server.behave(.says("HTTP/1.1 \(status) Moved\r\nLocation: /x.git\r\n\r\n"))
            try await expectRefusal(moved, "/x.git")
        }

        let bare = try watch()
        bare.server.behave(.says("HTTP/1.1 302 Found\r\n\r\n"))
        try await expectRefusal(bare, "no place")

        let endless = try watch()
        endless.server.behave(.repeats("HTTP/1.1 302 Found\r\n", "X-A: b\r\n"))
        try await expectRefusal(endless, "no place")

        let cut = try watch()
        cut.server.behave(.says("HTTP/1.1 302 Found\r\nLocation: http://x/y"))
        try await expectRefusal(cut, "http://x/y")
    }

    @Test("The head is read whatever pieces it comes in, and other answers pass untouched")
    func pieces() {
        let head = Array("HTTP/1.1 302 Found\r\nlocation:  http://h/p/info/refs?x\r\n\r\n".utf8)
        for size in 1...head.count {
            var watch = RedirectWatch()
            watch.expectAnswer()
            var rest = head[...]
            var isRedirect = false
            while !rest.isEmpty {
                isRedirect = watch.take(rest.prefix(size))
                rest = rest.dropFirst(size)
            }
            #expect(isRedirect && watch.isWhole)
            #expect(watch.target == "http://h/p")
        }
        for text in [
            "HTTP/1.1 200 OK\r\nLocation: x\r\n\r\n", "HTTP/1.1 304 Same\r\n\r\n",
            "302 x 302 x 302",
            "HTTP/1.1 3020 Odd\r\n\r\n", "\r\n\r\n\r\n\r\n\r\n\r\n\r\n", "HTTP/1.1 404 302 302\r\n",
        ] {
            var watch = RedirectWatch()
            watch.expectAnswer()
            let isRedirect = watch.take(text.utf8)
            #expect(!isRedirect)
        }
        var quiet = RedirectWatch()
        let isRedirect = quiet.take(head)
        #expect(!isRedirect)
    }
}
