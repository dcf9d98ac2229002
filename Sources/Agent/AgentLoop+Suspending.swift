import ClusterModel
import Execution
import Planning
import Reporting
import RunStore

extension AgentLoop {
    /// The longest reason that is taken, in characters.
    static let reasonLimit = 500

    /// Leaves a cluster alone from now on.
    func suspend(_ request: ControlRequest, by caller: ControlCaller) async throws -> ControlReply {
        let name = try await cluster(named: request.cluster)
        let suspension = Suspension(
            of: name, because: try request.checkedReason, by: caller.description,
            since: wallClock(), until: try request.checkedEnd)
        try await world.store.suspend(suspension)
        tell(.notice, .suspended, suspension.sentence, cluster: name)
        // The pause under way may be longer than the suspension.
        wake()
        var then = "No run is under way, and none begins."
        if let run = try await world.store.openRun(of: name) {
            then = try await world.store.ending(of: run)
        }
        return ControlReply(
            "\(name) is suspended from now on. \(then)", clusters: try await status(of: [name]))
    }

    /// Takes care of a cluster again.
    func resume(_ request: ControlRequest, by caller: ControlCaller) async throws -> ControlReply {
        let name = try await cluster(named: request.cluster)
        guard let suspension = try await world.store.resume(name) else {
            return ControlReply("\(name) is not suspended.", clusters: try await status(of: [name]))
        }
        let message =
            "Resumed by \(caller); it was suspended by \(suspension.author) since "
            + "\(utc(suspension.since)): \(suspension.reason)"
        tell(.notice, .resumed, message, cluster: name)
        await resumed(name)
        return ControlReply(message, clusters: try await status(of: [name]))
    }

    /// Takes care again of the clusters whose suspension ends by itself.
    func endSuspensions() async {
        guard let ended = try? await world.store.endSuspensions(at: wallClock()) else { return }
        for suspension in ended {
            let message =
                "The suspension by \(suspension.author) since "
                + "\(utc(suspension.since)) is over: \(suspension.reason)"
            tell(.notice, .resumed, message, cluster: suspension.cluster)
            await resumed(suspension.cluster)
        }
    }

    /// Shows that the cluster is looked at next, so that nothing calls it ready before that.
    private func resumed(_ name: ClusterName) async {
        try? await world.store.change(
            .suspended, of: name, to: .waiting, because: "Resumed; not looked at since.")
        await reconcilers[name]?.forgetPause()
        wake()
    }

    /// The time between two polls, or less where a suspension ends sooner.
    func pauseToNextTurn() async -> Duration {
        let now = wallClock()
        let ends = (try? await world.store.suspensions(at: now))?.compactMap(\.until) ?? []
        guard let first = ends.min() else { return interval }
        return min(interval, .milliseconds(Int(min(first - now, 86_400) * 1000) + 1))
    }
}

extension ControlRequest {
    /// The reason, which is one line that a person wrote.
    fileprivate var checkedReason: String {
        get throws {
            let text = reason ?? ""
            guard !text.allSatisfy(\.isWhitespace) else {
                throw ControlError("A reason is missing.", hint: "Say why: --reason TEXT.")
            }
            let isLine = text.unicodeScalars.allSatisfy {
                $0.properties.generalCategory != .control
            }
            guard isLine, text.count <= AgentLoop.reasonLimit else {
                throw ControlError(
                    "The reason is no line of at most \(AgentLoop.reasonLimit) characters.",
                    hint: "Say it in one short line.")
            }
            return text
        }
    }

    /// When the suspension ends by itself, which is to come.
    fileprivate var checkedEnd: Double? {
        get throws {
            guard let until else { return nil }
            guard until > wallClock(), until < 253_402_300_800 else {
                throw ControlError("The end of the suspension is not in the future.")
            }
            return until
        }
    }
}
