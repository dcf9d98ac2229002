import ClusterModel
import Planning

/// What one look brought.
enum Look<Found: Sendable>: Sendable {
    /// What was waited for is there.
    case found(Found)

    /// It is not there yet, and this is why.
    case notYet(String)
}

extension Runner {
    /// Looks until something is found or the time is up; says every thirty seconds what it waits for.
    ///
    /// An API that does not answer counts as "not yet". Wrong credentials end the wait, since time
    /// cannot help them, once they were met for the whole of `patience`: an API server that starts
    /// refuses credentials that are right. Returns the last reason when the time is up.
    func wait<Found: Sendable>(
        upTo limit: Duration, forgiving patience: Duration = .zero, step: Step,
        _ look: () async throws -> Look<Found>
    ) async throws -> WaitResult<Found> {
        let started = world.clock.now
        var told = started
        var deniedSince: Duration?
        while true {
            let reason: String
            do {
                switch try await look() {
                case .found(let found): return .found(found)
                case .notYet(let why): reason = why
                }
                deniedSince = nil
            } catch let error as ClusterError {
                deniedSince = try denial(error, since: deniedSince, patience)
                reason = error.message
            }
            let now = world.clock.now
            if now - started >= limit { return .timedOut(reason) }
            if now - told >= limits.progressInterval {
                told = now
                let seconds = (now - started).components.seconds
                announce(.progress, step, "Waiting for \(seconds) s: \(reason)")
            }
            try await world.clock.sleep(for: min(limits.pollInterval, limit - (now - started)))
        }
    }

    /// Since when credentials are refused, `nil` for another error; throws when it is too long.
    private func denial(
        _ error: ClusterError, since: Duration?, _ patience: Duration
    ) throws -> Duration? {
        guard error.kind == .misconfigured else { return nil }
        let first = since ?? world.clock.now
        if world.clock.now - first >= patience { throw StepFailure(error) }
        return first
    }

    /// What runs on the node; `nil` while its API does not answer.
    ///
    /// Throws where credentials are wrong, for the wait that it is part of to judge.
    func reachable(_ node: NodeName) async throws -> NodeSystem? {
        do {
            return try await world.talos.system(of: node)
        } catch let error as ClusterError where error.kind != .misconfigured {
            return nil
        }
    }

    /// What runs on the node; `nil` when it cannot be read, whatever the reason.
    func glimpse(of node: NodeName) async throws -> NodeSystem? {
        do {
            return try await world.talos.system(of: node)
        } catch is ClusterError {
            return nil
        }
    }

    /// Repeats a call that is safe to repeat while its API does not answer.
    func insist(
        _ step: Step, _ what: String, upTo limit: Duration? = nil,
        forgiving patience: Duration = .zero, _ call: () async throws -> Void
    ) async throws {
        let result = try await wait(
            upTo: limit ?? limits.callTimeout, forgiving: patience, step: step
        ) {
            try await call()
            return Look.found(true)
        }
        if case .timedOut(let reason) = result {
            throw StepFailure(
                "\(what) did not succeed in time: \(reason)",
                hint: "Look at the API that the message names; the agent tries again.",
                disposition: .waiting)
        }
    }
}

/// How a wait ended.
enum WaitResult<Found: Sendable>: Sendable {
    /// What was waited for is there.
    case found(Found)

    /// The time is up; the last reason.
    case timedOut(String)
}
