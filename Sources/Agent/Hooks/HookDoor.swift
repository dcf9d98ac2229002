import ClusterModel
import Crypto
import Execution
import Foundation
import HTTPTypes
import HummingbirdCore
import NIOCore
import Reporting

/// Takes the webhooks of Git hosts, and wakes the poll for a push.
///
/// A hook says *that* something was pushed and never *what* to fetch: its body is hashed to check
/// who sent it, and read for nothing else. What the agent follows is in its own settings.
actor HookDoor {
    /// What a hook that was taken led to; the raw values are labels of a metric.
    enum Result: String, Sendable, CaseIterable {
        /// The poll was woken.
        case poll
        /// It came before, and nothing was done.
        case repeated
        /// It is no push, and nothing was done.
        case ignored
    }

    /// What the door works with.
    struct World: Sendable {
        /// The file of secrets; hooks are refused without one.
        let secretFile: String?
        let clock: any RunClock
        /// Seconds since 1970.
        let now: @Sendable () -> Double
        let tell: @Sendable (LogRecord) -> Void
        let wake: @Sendable () async -> Void
    }

    private struct Refused: Hashable {
        let host: HookHost
        let refusal: HookRefusal
    }

    private let world: World
    private var rate: HookRate
    private var memory: HookMemory<SHA256.Digest>
    private var taken: [HookHost: [Result: Int]] = [:]
    private var refused: [Refused: (count: Int, told: Int, repetition: Repetition)] = [:]

    init(_ world: World) {
        self.world = world
        rate = HookRate(now: world.clock.now)
        memory = HookMemory(now: world.clock.now)
    }

    /// Answers a request for `/hooks/HOST`.
    nonisolated func answer(
        _ request: Request, of host: HookHost, from source: HookSource
    ) async -> Response {
        if let wait = await admit(source, host) {
            return HTTPAnswer.text(
                HookRefusal.rateLimited.status, "Too many hooks came.",
                [.retryAfter: "\(max(1, Int((wait / .seconds(1)).rounded(.up))))"])
        }
        do throws(HookRefusal) {
            let claim = try await verifiedClaim(in: request, of: host)
            return await take(claim, of: host, from: source)
        } catch {
            await note(error, host, source)
            return HTTPAnswer.text(error.status, "The hook is refused: \(error.reason).")
        }
    }

    /// Checks who sent a request; reads its body to its end.
    private nonisolated func verifiedClaim(
        in request: Request, of host: HookHost
    ) async throws(HookRefusal) -> HookClaim {
        let secrets = try await secrets()
        let claim = try host.claim(in: request.headers, now: world.now())
        let announced = request.headers[.contentLength].flatMap { Int($0) }
        guard announced ?? 0 <= HookHost.bodyLimit else { throw .tooLarge }
        var verifier = HookVerifier(claim, secrets: secrets)
        var count = 0
        var pieces = request.body.makeAsyncIterator()
        while let piece = await Self.next(of: &pieces) {
            guard let piece = try? piece.get() else { throw .incomplete }
            count += piece.readableBytes
            guard count <= HookHost.bodyLimit else { throw .tooLarge }
            piece.withUnsafeReadableBytes { verifier.update($0) }
        }
        guard announced ?? count == count else { throw .incomplete }
        guard verifier.isValid() else { throw .badSignature }
        return claim
    }

    private nonisolated static func next(
        of pieces: inout RequestBody.AsyncIterator
    ) async -> Swift.Result<ByteBuffer, any Error>? {
        do {
            return try await pieces.next().map { .success($0) }
        } catch {
            return .failure(error)
        }
    }

    /// Reads the secrets anew for every hook, so that a changed file works at once.
    private nonisolated func secrets() async throws(HookRefusal) -> HookSecrets {
        guard let file = world.secretFile else { throw .noSecret }
        do {
            return try await HookSecrets.read(file: file)
        } catch {
            await note(unreadable: error)
            throw .noSecret
        }
    }

    private func admit(_ source: HookSource, _ host: HookHost) -> Duration? {
        let wait = rate.admit(source.party, now: world.clock.now)
        if wait != nil { note(.rateLimited, host, source) }
        return wait
    }

    private func take(
        _ claim: HookClaim, of host: HookHost, from source: HookSource
    ) async -> Response {
        guard claim.event == .push else {
            count(.ignored, host)
            return HTTPAnswer.text(.ok, claim.event == .ping ? "pong" : "Only pushes are heard.")
        }
        let delivery = claim.delivery.map { SHA256.hash(data: Array("\(host) \($0)".utf8)) }
        if let delivery, !memory.isNew(delivery, now: world.clock.now) {
            count(.repeated, host)
            return HTTPAnswer.text(.ok, "This delivery came before.")
        }
        count(.poll, host)
        let fields = claim.name.map { ["delivery": $0] } ?? [:]
        tell(.info, "A push hook of \(host) from \(source) wakes the poll.", host, fields)
        await world.wake()
        return HTTPAnswer.text(.accepted, "The poll is woken.")
    }

    private func count(_ result: Result, _ host: HookHost) {
        taken[host, default: [:]][result, default: 0] += 1
    }

    /// Counts a refused hook, and tells it at a falling rate.
    private func note(_ refusal: HookRefusal, _ host: HookHost, _ source: HookSource) {
        if refusal.isFailure { rate.penalise(source.party, now: world.clock.now) }
        let key = Refused(host: host, refusal: refusal)
        var noted = refused[key] ?? (0, 0, Repetition())
        noted.count += 1
        if noted.repetition.isDue(refusal.rawValue, now: world.clock.now) {
            let others = noted.count - noted.told - 1
            noted.told = noted.count
            tell(
                .warning,
                "A hook of \(host) from \(source) was refused: \(refusal.reason)"
                    + (others > 0 ? "; so were \(others) others since this was last said." : "."),
                host, ["reason": refusal.rawValue, "hint": refusal.hint])
        }
        refused[key] = noted
    }

    private var fileRepetition = Repetition()

    private func note(unreadable error: any Error) {
        let sentence = (error as? HookSecretError)?.description ?? "\(error)"
        guard fileRepetition.isDue(sentence, now: world.clock.now) else { return }
        let hint = (error as? HookSecretError)?.hint ?? ""
        world.tell(
            LogRecord(
                time: world.now(), level: .error, event: .waiting, message: sentence,
                fields: ["hint": hint]))
    }

    private func tell(
        _ level: LogRecord.Level, _ message: String, _ host: HookHost, _ fields: [String: String]
    ) {
        world.tell(
            LogRecord(
                time: world.now(), level: level, event: .progress, message: message,
                fields: fields.merging(["hook": host.rawValue]) { $1 }))
    }
}

extension HookDoor {
    /// How many hooks came, by host and by what became of them.
    var metrics: [MetricsPage.Family] {
        [
            .init(
                "uprev_hooks_accepted_total", .counter,
                help: "Webhooks whose sender proved to know a secret, by what they led to.",
                HookHost.allCases.flatMap { host in
                    Result.allCases.map { result in
                        .init(
                            Double(taken[host]?[result] ?? 0),
                            ["host": host.rawValue, "result": result.rawValue])
                    }
                }),
            .init(
                "uprev_hooks_refused_total", .counter, help: "Webhooks that were refused, by why.",
                HookHost.allCases.flatMap { host in
                    HookRefusal.allCases.map { refusal in
                        .init(
                            Double(refused[Refused(host: host, refusal: refusal)]?.count ?? 0),
                            ["host": host.rawValue, "reason": refusal.rawValue])
                    }
                }),
        ]
    }
}
