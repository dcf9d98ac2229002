import Foundation
import Glibc
import Synchronization
import Testing

@testable import Git

@Suite("A proxy", .enabled(if: Programs.canServeTLS, Programs.reason))
struct ProxyTests {
    /// A proxy that leads every CONNECT to one port on loopback, and keeps what it was asked.
    private final class Proxy: Sendable {
        let listener: Listener
        private let asked: Asked

        final class Asked: Sendable {
            private let kept = Mutex<[String]>([])
            var heads: [String] { kept.withLock { $0 } }
            func add(_ head: String) { kept.withLock { $0.append(head) } }
        }

        init(to port: UInt16, requiring pair: String? = nil) throws {
            let asked = Asked()
            let wanted = pair.map { "Basic \(Data($0.utf8).base64EncodedString())" }
            self.asked = asked
            listener = try Listener { outside in
                defer { close(outside) }
                let head = Self.head(outside)
                asked.add(head)
                if let wanted, !head.contains(wanted) {
                    let refusal =
                        "HTTP/1.1 407 Proxy Authentication Required\r\n"
                        + "Proxy-Authenticate: Basic realm=\"proxy\"\r\n"
                        + "Connection: close\r\nContent-Length: 0\r\n\r\n"
                    Listener.send(Array(refusal.utf8), over: outside)
                    return
                }
                let inside = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
                _ = fcntl(inside, F_SETFD, FD_CLOEXEC)
                Listener.connect(inside, to: port)
                Listener.send(Array("HTTP/1.1 200 Connected\r\n\r\n".utf8), over: outside)
                let back = DispatchSemaphore(value: 0)
                Thread.detachNewThread {
                    Self.pump(from: inside, to: outside)
                    back.signal()
                }
                Self.pump(from: outside, to: inside)
                back.wait()
                close(inside)
            }
        }

        var heads: [String] { asked.heads }

        private static func head(_ connection: Int32) -> String {
            var text = ""
            var byte: UInt8 = 0
            while !text.hasSuffix("\r\n\r\n"), recv(connection, &byte, 1, 0) == 1 {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            }
            return text
        }

        private static func pump(from source: Int32, to sink: Int32) {
            while true {
                let chunk = [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
                    count = max(0, recv(source, buffer.baseAddress, buffer.count, 0))
                }
                guard !chunk.isEmpty, Listener.send(chunk, over: sink) else { break }
            }
            shutdown(source, Int32(SHUT_RDWR))
            shutdown(sink, Int32(SHUT_RDWR))
        }
    }

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
        _ proxy: Proxy, _ credentials: String = "", host: String = "git.test"
    ) throws -> WatchedSource {
        var access = GitAccess()
        access.caFile = certificates.authority
        access.proxies = ProxyRules(
            environment: ["HTTPS_PROXY": "http://\(credentials)127.0.0.1:\(proxy.listener.port)"])
        var watched = try WatchedSource(
            upstream, through: { _ in "https://\(host):8443/source/.git" }, access: access)
        watched.companions = [proxy, server, front]
        return watched
    }

    @Test("https goes through it, end to end, and the name is resolved there")
    func tunnel() async throws {
        let proxy = try Proxy(to: front.port)
        let watched = try watch(proxy)
        #expect(try await watched.poll().tip == (try upstream.head()))
        #expect(proxy.heads.first?.hasPrefix("CONNECT git.test:8443 HTTP/1.1\r\n") == true)
        try watched.checkCopy()
    }

    @Test("The certificate is that of the source, whatever the proxy leads to")
    func otherCertificate() async throws {
        let watched = try watch(try Proxy(to: front.port), host: "other.test")
        let error = try await gitError { try await watched.poll() }
        #expect(error.kind == .certificateRefused, "\(error)")
        #expect(server.requests.isEmpty)
    }

    @Test("A proxy's user and password are sent to it alone, and a token to the source alone")
    func credentials() async throws {
        let proxy = try Proxy(to: front.port, requiring: "ada:p@ss")
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
        #expect(error.description.contains("127.0.0.1:\(proxy.listener.port)"), "\(error)")
        #expect(!"\(error)\(error.hint)".contains("wr0ng"))
    }

    @Test("A proxy that is away is waited for, and named")
    func absent() async throws {
        var watched = try watch(try Proxy(to: front.port))
        watched.access.proxies = ProxyRules(environment: ["HTTPS_PROXY": "127.0.0.1:1"])
        let error = try await gitError { try await watched.poll() }
        #expect(error.kind == .unreachable)
        #expect(error.description.contains("the proxy 127.0.0.1:1"), "\(error)")
    }
}
