import Foundation
import Glibc
import Testing

@testable import Git

/// What `LyingServerTests` and `LyingPackTests` hold for plain http, for every other way to a server.
@Suite("Servers that lie about sizes, by transport")
struct LyingTransportTests {
    /// What is wrong with an answer.
    enum Lie: String, CaseIterable, Sendable {
        /// A packet in the listing is longer than what comes.
        case longPacket
        /// The listing never ends.
        case endlessListing
        /// The pack says that it has more objects than come.
        case shortPack
        /// The pack never ends.
        case endlessPack
    }

    private let upstream: Upstream
    private let tip: CommitID

    init() throws {
        upstream = try Upstream()
        tip = try upstream.commit(["a": "1"])
    }

    private static let line = "003f" + String(repeating: "a", count: 40) + " refs/heads/branch\n"
    private static let progress = "0009\u{2}tick"
    private static let header: [UInt8] = Array("PACK".utf8) + [0, 0, 0, 2, 0, 0, 0, 9]

    @Test(
        "It is waited for until the deadline at the latest, and leaves nothing behind",
        arguments: [Wiring.Transport.https, .httpsThroughProxy, .ssh], Lie.allCases)
    func lie(transport: Wiring.Transport, lie: Lie) async throws {
        guard transport.canBeServed else { return }
        let watched =
            transport == .ssh ? try overSSH(lie) : try overTLS(lie, transport == .httpsThroughProxy)
        let source = try watched.source(timeout: .seconds(8))
        let start = ContinuousClock.now
        let error = try await gitError { try await source.poll() }
        #expect(start.duration(to: .now) < .seconds(120))
        #expect(error.disposition == .waiting, "\(error)")
        #expect(error.kind != .deadlinePassed || lie.rawValue.hasPrefix("endless"), "\(error)")
        #expect(try watched.workers().isEmpty)
        #expect(try watched.leftovers() == [])
        withExtendedLifetime(watched) {}
    }

    private func overTLS(_ lie: Lie, _ isThroughProxy: Bool) throws -> WatchedSource {
        let server = try WebServer(root: upstream.folder.path)
        let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: "
        let listing = head + "application/x-git-upload-pack-advertisement\r\n\r\n"
        let service = listing + "001e# service=git-upload-pack\n0000"
        switch lie {
        case .longPacket: server.behave(.says(service + "ffff0000"))
        case .endlessListing: server.behave(.repeats(service, Self.line))
        case .shortPack: server.behave(.packs(WebServer.answer(Self.header)))
        case .endlessPack: server.behave(.repeatsInPack("0008NAK\n", Self.progress))
        }
        let certificates = try Certificates()
        let name = isThroughProxy ? "git.test" : "localhost"
        let front = try TLSFront(try certificates.issue("DNS:\(name)"), to: server.port)
        var access = GitAccess()
        access.caFile = certificates.authority
        var port = front.port
        var companions: [any Sendable] = [server, front, certificates]
        if isThroughProxy {
            let proxy = try ConnectProxy(to: front.port)
            access.proxies = ProxyRules(
                environment: ["HTTPS_PROXY": "http://127.0.0.1:\(proxy.port)"])
            companions.append(proxy)
            port = 8443
        }
        let url = "https://\(name):\(port)/source/.git"
        var watched = try WatchedSource(upstream, through: { _ in url }, access: access)
        watched.companions = companions
        return watched
    }

    private func overSSH(_ lie: Lie) throws -> WatchedSource {
        let file = "\(upstream.folder.path)/lie"
        let bytes: [UInt8] =
            switch lie {
            case .longPacket: Array("ffff0000".utf8)
            case .endlessListing: Array(Self.line.utf8)
            case .shortPack: WebServer.answer(Self.header)
            case .endlessPack: Array(Self.progress.utf8)
            }
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        // The listing of the real server, then what was asked for is read to its end.
        let listing = "git-upload-pack --advertise-refs '\(upstream.path)'; grep -q -m1 done"
        let endless = "while cat '\(file)'; do :; done"
        let command =
            switch lie {
            case .longPacket: "cat '\(file)'"
            case .endlessListing: endless
            case .shortPack: "\(listing); cat '\(file)'"
            case .endlessPack: "\(listing); printf '0008NAK\\n'; \(endless)"
            }
        let server = try SSHServer(command: command)
        var watched = try WatchedSource(
            upstream, through: { _ in server.url(upstream.path) }, access: try server.access())
        watched.companions = [server]
        return watched
    }
}
