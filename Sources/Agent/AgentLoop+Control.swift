import ClusterModel
import Execution
import Git
import Reporting
import RunStore

extension AgentLoop {
    /// How long a command waits for the look at the clusters that follows a poll.
    static let lookPatience = Duration.seconds(30)

    /// Does what a command asks.
    ///
    /// Throws ``ControlError`` for one that cannot be taken, and `StoreError`.
    func take(_ request: ControlRequest, from caller: ControlCaller) async throws -> ControlReply {
        switch request.verb {
        case .reconcile: try await reconcileNow(request, by: caller)
        case .suspend: try await suspend(request, by: caller)
        case .resume: try await resume(request, by: caller)
        case .cancel: try await cancel(request, by: caller)
        case .approve: try await approve(request, by: caller)
        }
    }

    /// Polls, lets every cluster have its look, and says what was seen.
    private func reconcileNow(
        _ request: ControlRequest, by caller: ControlCaller
    ) async throws -> ControlReply {
        let before = tip?.commit
        var done: [String] = []
        // Before the poll: what is accepted is what was held when it was looked at.
        if request.acceptRewrite == true { done.append(try await accept(request, by: caller)) }
        if request.retry == true {
            let name = try await cluster(named: request.cluster)
            done.append(try await permitRetry(of: name, by: caller))
        }
        try await pollNow()
        if let gitProblem {
            let sentences = done + [gitProblem.description]
            throw ControlError(sentences.joined(separator: " "), hint: gitProblem.hint)
        }
        guard let tip else { throw ControlError("The agent is ending.") }
        let names: [ClusterName]
        if let name = request.cluster {
            names = [try await cluster(named: name)]
        } else {
            names = try await known()
        }
        try await awaitLooks(at: names)
        let commit = try await tip.reading.repository.commit(tip.commit)
        let news = tip.commit == before ? "is still" : "is now"
        done.append(
            "The tip of \(source.branch) \(news) \(revision(tip.commit).short): "
                + commit.shortSubject)
        return ControlReply(
            done.joined(separator: " "), clusters: try await status(of: names))
    }

    /// Accepts the rewritten history that is held; returns a sentence that says so.
    private func accept(
        _ request: ControlRequest, by caller: ControlCaller
    ) async throws -> String {
        var name: ClusterName?
        if let text = request.cluster { name = try await cluster(named: text) }
        guard let text = request.tip else {
            throw ControlError(
                "Which history is accepted is not said.",
                hint: "Name the tip that `uprev status` shows: --accept-rewrite --commit TIP.")
        }
        let commit = try await heldTip(beginning: text)
        let accepted = try await acceptRewrite(of: name, tip: commit, by: caller.description)
        return accepted.map { one in
            "The rewritten history of \(one.cluster) is accepted up to \(one.rewrite.tip.short)."
        }.joined(separator: " ")
    }

    private func heldTip(beginning text: String) async throws -> CommitID {
        let held = try await world.store.heldRewrites().values.map(\.tip.hash)
        let fitting = Set(held.filter { text.count >= 7 && $0.hasPrefix(text.lowercased()) })
        guard let commit = CommitID(fitting.count == 1 ? fitting.first ?? text : text) else {
            throw ControlError(
                "\(text) is not the beginning of a tip that is held.",
                hint: "`uprev status` shows what is held.")
        }
        return commit
    }

    /// Polls at once; returns when a poll has ended that began after this call.
    func pollNow() async throws {
        for reconciler in reconcilers.values { await reconciler.forgetPause() }
        let due = turnsBegun + 1
        wake()
        let deadline = world.clock.now + pollPatience
        while turnsEnded < due {
            guard !isStopping else { throw ControlError("The agent is ending.") }
            guard world.clock.now < deadline else {
                throw ControlError(
                    "The poll has not ended after \(pollPatience.components.seconds) s.",
                    hint: "It goes on; look at `uprev status` and `uprev logs`.")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Waits until each cluster was looked at or has a run under way, or the patience ends.
    func awaitLooks(at names: [ClusterName]) async throws {
        let deadline = world.clock.now + Self.lookPatience
        for name in names {
            while busy[name] != nil, try await world.store.openRun(of: name) == nil,
                !isStopping, world.clock.now < deadline
            {
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }

    /// The clusters that the agent looks at, by name.
    func known() async throws -> [ClusterName] {
        Set(try await world.store.clusters().map(\.name) + reconcilers.keys).sorted()
    }

    /// The cluster that a command names, or the only one.
    func cluster(named name: String?) async throws -> ClusterName {
        let known = try await known()
        let list = known.map(\.text).joined(separator: ", ")
        if let name {
            guard let found = known.first(where: { $0.text == name }) else {
                throw ControlError(
                    "There is no cluster \(name).",
                    hint: known.isEmpty ? "No cluster is known yet." : "There is \(list).")
            }
            return found
        }
        guard known.count <= 1 else {
            throw ControlError("There are several clusters.", hint: "Name one of \(list).")
        }
        guard let only = known.first else {
            throw ControlError(
                "No cluster is known yet.", hint: "`uprev logs` says what the agent waits for.")
        }
        return only
    }

    func status(of names: [ClusterName]) async throws -> [ClusterStatus] {
        let wanted = Set(names.map(\.text))
        return try await StatusReport(of: world.store).clusters.filter {
            wanted.contains($0.cluster)
        }
    }
}
