import Foundation
import Testing

@testable import Git

@Suite("A proxy", .enabled(if: Programs.canServeTLS, Programs.reason))
struct ProxyTests {
    private let upstream: Upstream
    private let certificates: Certificates
    private let server: WebServer
    private let front: TLSFront

    init() throws {
        upstream = try Upstream()
        try upstream.commit(["a": "1"])
        certificates = try Certificates()
        server = try WebServer(root: upstream.folder.path)
        front = try TLSFront(try certificates.issue("DNS:git.test"), to: server.port)
    }

    private func watch(
        _ proxy: ConnectProxy, _ credentials: String = "", host: String = "git.test"
    ) throws -> WatchedSource {
        var access = GitAccess()
        access.caFile = certificates.authority
        access.proxies = ProxyRules(
            environment: ["HTTPS_PROXY": "http://\(credentials)127.0.0.1:\(proxy.port)"])
        var watched = try WatchedSource(
            upstream, through: { _ in "https://\(host):8443/source/.git" }, access: access)
        watched.companions = [proxy, server, front]
        return watched
    }

    @Test("https goes through it, end to end, and the name is resolved there")
    func tunnel() async throws {
        let proxy = try ConnectProxy(to: front.port)
        let watched = try watch(proxy)
        #expect(try await watched.poll().tip == (try upstream.head()))
        #expect(proxy.heads.first?.hasPrefix("CONNECT git.test:8443 HTTP/1.1\r\n") == true)
        try watched.checkCopy()
    }

    @Test("The certificate is that of the source, whatever the proxy leads to")
    func otherCertificate() async throws {
        let watched = try watch(try ConnectProxy(to: front.port), host: "other.test")
        let error = try await gitError { try await watched.poll() }
        #expect(error.kind == .certificateRefused, "\(error)")
        #expect(server.requests.isEmpty)
    }

    @Test("A proxy's user and password are sent to it alone, and a token to the source alone")
    func credentials() async throws {
        let proxy = try ConnectProxy(to: front.port, requiring: "ada:p@ss")
        server.require("git:t0ken")
        var watched = try watch(proxy, "ada:p%40ss@")
        watched.access.token = "t0ken"
        #expect(try await watched.poll().tip == (try upstream.head()))
        let pair = Data("git:t0ken".utf8).base64EncodedString()
        #expect(proxy.heads.allSatisfy { !$0.contains(pair) })
        #expect(Set(server.authorizations) == ["Basic \(pair)"])

        var wrong = try watch(proxy, "ada:wr0ng@")
        wrong.access.token = "t0ken"
        let error = try await gitError { try await wrong.poll() }
        #expect(error.description.contains("127.0.0.1:\(proxy.port)"), "\(error)")
        #expect(!"\(error)\(error.hint)".contains("wr0ng"))
    }

    @Test("A proxy that is away is waited for, and named")
    func absent() async throws {
        var watched = try watch(try ConnectProxy(to: front.port))
        watched.access.proxies = ProxyRules(environment: ["HTTPS_PROXY": "127.0.0.1:1"])
        let error = try await gitError { try await watched.poll() }
        #expect(error.kind == .unreachable)
        #expect(error.description.contains("the proxy 127.0.0.1:1"), "\(error)")
    }
}
