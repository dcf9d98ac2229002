import Execution
import Foundation
import RunStore
import Synchronization
import TestSupport

@testable import Agent

/// A clock that stands until a test moves it.
final class HandClock: RunClock {
    private let time = Mutex(Duration.zero)

    var now: Duration { time.withLock { $0 } }

    func advance(by step: Duration) { time.withLock { $0 += step } }

    func sleep(for duration: Duration) async throws { advance(by: duration) }
}

/// What a door said and did.
final class HookDesk: Sendable {
    private struct State {
        var log: [LogRecord] = []
        var wakes = 0
        var troubles: [String] = []
    }

    private let state = Mutex(State())

    /// The records that were written.
    var log: [LogRecord] { state.withLock { $0.log } }

    /// How often the poll was woken.
    var wakes: Int { state.withLock { $0.wakes } }

    /// What the server said of itself.
    var troubles: [String] { state.withLock { $0.troubles } }

    func take(_ record: LogRecord) { state.withLock { $0.log.append(record) } }

    func wake() { state.withLock { $0.wakes += 1 } }

    func trouble(_ sentence: String) { state.withLock { $0.troubles.append(sentence) } }
}

/// A real server on a free port of loopback, with the door for hooks and the pages behind it.
struct HookRig: Sendable {
    let folder: TemporaryDirectory
    let clock: HandClock
    let vitals: AgentVitals
    let store: RunStore
    let desk: HookDesk
    let server: HTTPServer

    /// The file of secrets, which holds ``HookVectors/secret`` and a signing token.
    var secretFile: String { "\(folder.path)/secrets" }

    /// The time on the wall, which stands.
    static let now = 1_764_000_000

    fileprivate init(hasSecrets: Bool, listen: String, limits: HTTPLimits) async throws {
        folder = try TemporaryDirectory()
        clock = HandClock()
        vitals = AgentVitals()
        let desk = HookDesk()
        self.desk = desk
        store = try RunStore.open(in: "\(folder.path)/state")
        try folder.write("\(HookVectors.secret)\n\(HookVectors.token)\n", to: "secrets")
        let door = HookDoor(
            HookDoor.World(
                secretFile: hasSecrets ? "\(folder.path)/secrets" : nil, clock: clock,
                now: { Double(Self.now) }, tell: desk.take, wake: desk.wake))
        let pages = HTTPPages(
            store: store, vitals: vitals, hooks: door, clock: clock, patience: .seconds(600))
        let routes = HTTPRoutes(hooks: door, pages: pages)
        server = try await HTTPServer.start(
            at: ListenAddress(listen), limits: limits, tell: desk.trouble, answer: routes.answer)
    }

    /// Sends a request, and returns the answer.
    func send(
        _ method: String = "GET", _ path: String, _ fields: [(String, String)] = [],
        body: String = ""
    ) async throws -> HTTPReply {
        try await HTTPClient.send(method, path, to: server.address, fields, body: body)
    }

    /// Sends a push as GitHub does.
    func push(_ body: String = HookVectors.body, secret: String = HookVectors.secret) async throws
        -> HTTPReply
    {
        let mac = try HookVectors.mac(body, secret)
        return try await send(
            "POST", "/hooks/github",
            [
                ("X-GitHub-Event", "push"), ("X-GitHub-Delivery", UUID().uuidString),
                ("X-Hub-Signature-256", "sha256=\(mac)"),
                ("Content-Type", "application/x-www-form-urlencoded"),
            ], body: body)
    }
}

/// Runs `body` with a server, and ends it afterwards.
func withHookRig(
    hasSecrets: Bool = true, listen: String = "127.0.0.1:0", limits: HTTPLimits = HTTPLimits(),
    _ body: (HookRig) async throws -> Void
) async throws {
    let rig = try await HookRig(hasSecrets: hasSecrets, listen: listen, limits: limits)
    do {
        try await body(rig)
    } catch {
        await rig.server.stop()
        throw error
    }
    await rig.server.stop()
}
