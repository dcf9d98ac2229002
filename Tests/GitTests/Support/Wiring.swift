import Foundation

@testable import Git

/// One transport from end to end: a real server, and a wire to it that a test can break.
final class Wiring: Sendable {
    /// The ways to a server.
    enum Transport: String, CaseIterable, Sendable {
        case http
        case https
        case httpsThroughProxy
        case ssh

        /// Whether the programs that serve it are here.
        var canBeServed: Bool {
            switch self {
            case .http: true
            case .https, .httpsThroughProxy: Programs.canServeTLS
            case .ssh: Programs.canServeSSH
            }
        }
    }

    /// A wire of its own to the server, and the source that is reached through it.
    struct Line {
        let wire: FaultyWire
        let watched: WatchedSource

        /// The proxy that leads to the source, where one does.
        let proxy: String?
    }

    private let transport: Transport
    private let upstream: Upstream
    private let port: UInt16
    private let access: GitAccess
    private let ssh: SSHServer?
    private let companions: [any Sendable]

    /// Serves the upstream; `http` servers keep connections open, as real ones do.
    init(_ transport: Transport, to upstream: Upstream) throws {
        self.transport = transport
        self.upstream = upstream
        guard transport != .ssh else {
            let server = try SSHServer()
            (port, access, ssh, companions) = (server.listener.port, GitAccess(), server, [])
            return
        }
        ssh = nil
        let server = try ScriptServer("git_http.py", [upstream.folder.path])
        guard transport != .http else {
            (port, access, companions) = (server.port, GitAccess(), [server])
            return
        }
        let certificates = try Certificates()
        let isDirect = transport == .https
        let issued = try certificates.issue(isDirect ? "DNS:localhost" : "DNS:git.test")
        let front = try TLSFront(issued, to: server.port)
        var access = GitAccess()
        access.caFile = certificates.authority
        self.access = access
        if isDirect {
            (port, companions) = (front.port, [server, front, certificates])
        } else {
            let proxy = try ConnectProxy(to: front.port)
            (port, companions) = (proxy.port, [server, front, certificates, proxy])
        }
    }

    /// A source with a state directory and a wire of its own.
    func line() throws -> Line {
        let wire = try FaultyWire(to: port)
        var access = access
        let url: String
        var proxy: String?
        switch transport {
        case .http: url = "http://127.0.0.1:\(wire.port)/source/.git"
        case .https: url = "https://localhost:\(wire.port)/source/.git"
        case .httpsThroughProxy:
            let place = "http://127.0.0.1:\(wire.port)"
            access.proxies = ProxyRules(environment: ["HTTPS_PROXY": place])
            proxy = place
            url = "https://git.test:8443/source/.git"
        case .ssh:
            let lines = try ssh?.knownHosts(["ed25519"])
                .replacing("\(port)", with: "\(wire.port)")
            access = try ssh?.access(knownHosts: lines) ?? access
            url = "ssh://\(NSUserName())@127.0.0.1:\(wire.port)\(upstream.path)"
        }
        var watched = try WatchedSource(upstream, through: { _ in url }, access: access)
        watched.companions = [self, wire]
        return Line(wire: wire, watched: watched, proxy: proxy)
    }
}
