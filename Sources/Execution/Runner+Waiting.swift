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
    /// An API that does not answer counts as "not yet"; wrong credentials end the wait, since time
    /// cannot help them. Returns the last reason when the time is up.
    func wait<Found: Sendable>(
        upTo limit: Duration, step: Step,
        _ look: () async throws -> Look<Found>
    ) async throws -> WaitResult<Found> {
        let started = world.clock.now
        var told = started
        while true {
            let reason: String
            do {
                switch try await look() {
                case .found(let found): return .found(found)
                case .notYet(let why): reason = why
                }
            } catch let error as ClusterError where error.kind != .misconfigured {
                reason = error.message
            } catch let error as ClusterError {
                throw StepFailure(error)
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

    /// What runs on the node; `nil` while its API does not answer.
    func reachable(_ node: NodeName) async throws -> NodeSystem? {
        do {
            return try await world.talos.system(of: node)
        } catch let error as ClusterError where error.kind != .misconfigured {
            return nil
        }
    }

    /// Repeats a call that is safe to repeat while its API does not answer.
    func insist(
        _ step: Step, _ what: String, upTo limit: Duration? = nil, _ call: () async throws -> Void
    ) async throws {
        let result = try await wait(upTo: limit ?? limits.callTimeout, step: step) {
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
