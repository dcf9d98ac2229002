import Foundation
import HTTPTypes
import HummingbirdCore
import TestSupport
import Testing

@testable import Agent

@Suite("The HTTP server")
struct HTTPServerTests {
    @Test("Only what is there is answered, and only in the ways that it allows")
    func routes() async throws {
        try await withHookRig { rig in
            for path in [
                "/", "/hooks", "/hooks/", "/hooks/bitbucket", "/hooks/github/", "/metrics/",
            ] {
                for method in ["GET", "POST"] {
                    #expect(try await rig.send(method, path).status == 404, "\(method) \(path)")
                }
            }
            for path in ["/metrics", "/healthz", "/readyz"] {
                for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"] {
                    let reply = try await rig.send(method, path)
                    #expect(reply.status == 405, "\(method) \(path)")
                    #expect(reply.field("Allow") == "GET, HEAD")
                }
                let head = try await rig.send("HEAD", path)
                #expect(head.status != 0)
                #expect(head.body.isEmpty)
            }
            for method in ["GET", "HEAD", "PUT", "DELETE"] {
                let reply = try await rig.send(method, "/hooks/github")
                #expect(reply.status == 405)
                #expect(reply.field("Allow") == "POST")
            }
            #expect(rig.desk.wakes == 0)
        }
    }

    @Test(
        "An address is HOST:PORT, with brackets for IPv6",
        arguments: [
            ("127.0.0.1:8484", "127.0.0.1", 8484), ("[::1]:0", "::1", 0),
            ("0.0.0.0:65535", "0.0.0.0", 65_535),
            ("localhost:80", "localhost", 80), ("[fe80::1%eth0]:1", "fe80::1%eth0", 1),
        ])
    func addresses(text: String, host: String, port: Int) throws {
        let address = try ListenAddress(text)
        #expect(address.host == host)
        #expect(address.port == port)
        #expect("\(address)" == text)
    }

    @Test(
        "What is no address is refused with what to write",
        arguments: [
            "", ":", ":8484", "8484", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "::1:8484",
            "a b:1",
            "127.0.0.1:x", "127.0.0.1:-1", "[::1]", "[]:1", "[localhost]:1", "http://127.0.0.1:1",
            "127.0.0.1:00000001",
        ])
    func malformed(text: String) {
        let error = #expect(throws: HTTPServerError.self) { try ListenAddress(text) }
        #expect(error == .malformedAddress(text))
        #expect(error?.hint.contains("--listen") == true)
    }

    @Test("It listens at IPv6, and says at which port")
    func ipv6() async throws {
        try await withHookRig(listen: "[::1]:0") { rig in
            #expect(rig.server.address.hasPrefix("[::1]:"))
            #expect(!rig.server.address.hasSuffix(":0"))
            #expect(rig.server.isLoopback)
            let reply = try await rig.send("GET", "/healthz")
            #expect(reply.status == 200)
        }
    }

    @Test("An address that is taken, or not of this machine, ends the start with the reason")
    func unusable() async throws {
        try await withHookRig { rig in
            for (address, reason) in [
                (rig.server.address, "Address already in use"),
                ("192.0.2.1:0", "Cannot assign requested address"),
                ("name.invalid:1", "name.invalid"),
            ] {
                let error = await #expect(throws: HTTPServerError.self) {
                    _ = try await HTTPServer.start(
                        at: ListenAddress(address), tell: { _ in },
                        answer: { _, _ in HTTPAnswer.text(.ok, "") })
                }
                #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
                #expect(error?.description.contains(address) == true)
            }
        }
    }

    @Test("A client that drips its header, its body or nothing at all ends at the same time")
    func slow() async throws {
        var limits = HTTPLimits()
        limits.patience = .seconds(1)
        try await withHookRig(limits: limits) { rig in
            let header = "POST /hooks/github HTTP/1.1\r\nHost: x\r\n"
            let body = "Content-Length: 1000\r\nX-Hub-Signature-256: sha256=00\r\n\r\n"
            let began = ContinuousClock.now
            let replies = try await withThrowingTaskGroup(of: HTTPReply.self) { group in
                for start in ["", header, header + body] {
                    let client = try await HTTPClient(to: rig.server.address)
                    let drips = [start] + Array(repeating: "x", count: 400)
                    group.addTask {
                        try await client.exchange(drips, pause: .milliseconds(10))
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(replies.allSatisfy { $0.status != 200 && $0.status != 202 })
            #expect(ContinuousClock.now - began < .seconds(30))
            #expect(rig.desk.wakes == 0)
        }
    }

    @Test("A body that is too large is refused, announced or not, and a body that breaks off too")
    func bodies() async throws {
        try await withHookRig { rig in
            let signed = ("X-Hub-Signature-256", "sha256=\(String(repeating: "0", count: 64))")
            let head = HTTPClient.request(
                "POST", "/hooks/github", [signed, ("Content-Length", "\(HookHost.bodyLimit + 1)")])
            let announced = try await HTTPClient(to: rig.server.address).exchange([head])
            #expect(announced.status == 413)
            let piece = "100000\r\n\(String(repeating: "x", count: 1 << 20))\r\n"
            let chunks = Array(repeating: piece, count: 26) + ["0\r\n\r\n"]
            let chunked = HTTPClient.request(
                "POST", "/hooks/github", [signed, ("Transfer-Encoding", "chunked")])
            let reply = try await HTTPClient(to: rig.server.address).exchange([chunked] + chunks)
            #expect(reply.status == 413)
            let mac = try HookVectors.mac(
                String(repeating: "x", count: 1 << 20), HookVectors.secret)
            let whole = HTTPClient.request(
                "POST", "/hooks/github",
                [
                    ("X-Hub-Signature-256", "sha256=\(mac)"), ("X-GitHub-Event", "push"),
                    ("Transfer-Encoding", "chunked"),
                ])
            let good = try await HTTPClient(to: rig.server.address)
                .exchange([whole, piece, "0\r\n\r\n"])
            #expect(good.status == 202)
            let nonsense = try await HTTPClient(to: rig.server.address)
                .exchange([chunked, "zz\r\n"])
            #expect(nonsense.status == 400)
            #expect(rig.desk.wakes == 1)
        }
    }

    @Test("A header that is too large, or a request that is none, is refused")
    func headers() async throws {
        try await withHookRig { rig in
            let large = [("X-Large", String(repeating: "x", count: 20_000))]
            #expect(try await rig.send("GET", "/healthz", large).status == 400)
            let many = (0..<200).map { ("X-\($0)", "x") }
            #expect(try await rig.send("GET", "/healthz", many).status == 400)
            let noise = try await HTTPClient(to: rig.server.address)
                .exchange(["\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\r\n\r\n"])
            #expect(noise.status == 400)
            #expect(try await rig.send("GET", "/healthz").status == 200)
        }
    }

    @Test("One connection is good for one request")
    func pipelining() async throws {
        try await withHookRig { rig in
            let request = HTTPClient.request("GET", "/healthz")
            let reply = try await HTTPClient(to: rig.server.address)
                .exchange([String(repeating: request, count: 20)])
            #expect(reply.status == 200)
            #expect(reply.count == 1)
            #expect(reply.field("Connection") == "close")
        }
    }

    @Test("Clients that hold many connections open keep nobody out")
    func crowd() async throws {
        var limits = HTTPLimits()
        limits.connections = 8
        try await withHookRig(limits: limits) { rig in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<100 {
                    let client = try await HTTPClient(to: rig.server.address)
                    group.addTask { _ = try await client.exchange(["GET / HTTP/1.1\r\n"]) }
                }
                for _ in 0..<5 {
                    #expect(try await rig.send("GET", "/healthz").status == 200)
                }
                await rig.server.stop()
                try await group.waitForAll()
            }
        }
    }

    @Test("Stopping takes no longer than its patience, whatever clients do")
    func stop() async throws {
        try await withHookRig { rig in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for start in [
                    "", "GET / HTTP/1.1\r\n",
                    "POST /hooks/github HTTP/1.1\r\nX-Hub-Signature-256: x\r\nContent-Length: 9\r\n\r\nx",
                ] {
                    let client = try await HTTPClient(to: rig.server.address)
                    group.addTask { _ = try await client.exchange([start]) }
                }
                _ = try await rig.send("GET", "/healthz")
                let began = ContinuousClock.now
                await rig.server.stop()
                #expect(ContinuousClock.now - began < HTTPServer.stopPatience + .seconds(6))
                try await group.waitForAll()
            }
            await #expect(throws: (any Error).self) { try await rig.send("GET", "/healthz") }
        }
    }

    @Test("An answer that hangs holds up neither the end nor anybody's other answers")
    func hanging() async throws {
        let server = try await HTTPServer.start(
            at: ListenAddress("127.0.0.1:0"), tell: { _ in },
            answer: { request, _ in
                if request.uri.path == "/hang" {
                    await withCheckedContinuation { continuation in
                        Task.detached {
                            try? await Task.sleep(for: .seconds(20))
                            continuation.resume()
                        }
                    }
                }
                return HTTPAnswer.text(.ok, "ok")
            })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try await HTTPClient.send("GET", "/hang", to: server.address) }
            for _ in 0..<5 {
                let reply = try await HTTPClient.send("GET", "/", to: server.address)
                #expect(reply.status == 200)
            }
            let began = ContinuousClock.now
            await server.stop()
            #expect(ContinuousClock.now - began < HTTPServer.stopPatience * 2 + .seconds(6))
            try await group.waitForAll()
        }
    }

    @Test("A server that ends by itself is told of, and started again")
    func restart() async throws {
        try await withHookRig { rig in
            await rig.server.current.end(patience: .zero)
            var status = 0
            for _ in 0..<200 where status != 200 {
                status = (try? await rig.send("GET", "/healthz").status) ?? 0
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(status == 200)
            #expect(rig.desk.troubles.count == 1)
        }
    }
}
