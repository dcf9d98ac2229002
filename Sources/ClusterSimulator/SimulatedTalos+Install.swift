public import ClusterModel
import Execution

extension SimulatedTalos {
    /// Installs `image`, and returns when the node has said how it went.
    public func install(
        _ image: String, on node: NodeName, through interface: InstallInterface, mode: RebootMode,
        progress: @escaping @Sendable (String) -> Void
    ) async throws {
        try crashes.point("install.before")
        do {
            try await check(interface, on: node)
            let passage = cluster.passage(of: .install, to: node)
            if passage.isRequestLost { throw try await silence(.install, node) }
            let found = try await pull(image, on: node)
            switch interface {
            case .machine:
                try await upgradeMachine(found, on: node, passage, progress)
            case .lifecycle:
                try await upgradeLifecycle(image, on: node, passage, progress)
            }
            try crashes.point("install.after")
            try await clock.sleep(for: passage.delay)
            try crashes.check()
        } catch let refusal as SimulatedRefusal {
            throw refusal.clusterError(.install, node)
        }
    }

    private func check(_ interface: InstallInterface, on node: NodeName) async throws {
        try await clock.sleep(for: cluster.timing.call)
        let version = try cluster.withNode(node) { (state, index) throws(SimulatedRefusal) in
            state.nodes[index].booted.image.version
        }
        guard InstallInterface(running: version) == interface else {
            throw SimulatedRefusal(.failedPrecondition, "it runs \(version)")
        }
    }

    private func pull(_ reference: String, on node: NodeName) async throws -> SimulatedImage {
        let found: Result<SimulatedImage, SimulatedRefusal>
        do throws(SimulatedRefusal) {
            found = .success(try cluster.lookUp(reference, for: node))
        } catch {
            found = .failure(error)
        }
        try await clock.sleep(for: cluster.timing.pull)
        try crashes.check()
        let image = try found.get()
        try cluster.finishPull(image, as: [reference], on: node)
        return image
    }

    private func upgradeLifecycle(
        _ reference: String, on node: NodeName, _ passage: SimulatedCluster.Passage,
        _ progress: @Sendable (String) -> Void
    ) async throws {
        let end = try cluster.startInstaller(reference, on: node)
        try crashes.point("install.begun")
        if passage.isReplyLost { throw try await silence(.install, node) }
        try await clock.sleep(for: max(end - clock.now, .zero))
        try crashes.check()
        // The node went down meanwhile, or the installer did with it.
        guard let result = try? cluster.installerResult(on: node) else {
            throw try await silence(.install, node)
        }
        for line in result.lines { progress(line) }
        guard result.exitCode == 0 else {
            throw ClusterError(
                .failed,
                "The installer on \(node) ended with exit code \(result.exitCode): "
                    + (result.lines.last ?? ""),
                hint: "Read the installer's lines.")
        }
    }

    private func upgradeMachine(
        _ image: SimulatedImage, on node: NodeName, _ passage: SimulatedCluster.Passage,
        _ progress: @Sendable (String) -> Void
    ) async throws {
        try cluster.checkEtcdForUpgrade(of: node)
        let before = cluster.latestEvent(of: node)
        let actor = try cluster.startUpgrade(of: node, to: image)
        try crashes.point("install.begun")
        if passage.isReplyLost { throw try await silence(.install, node) }
        for attempt in 1... {
            let events = cluster.events(of: node, after: before)
            if try report(events, of: actor, on: node, hasBegun: attempt > 1, progress) { return }
            try await clock.sleep(for: .seconds(1))
            try crashes.check()
        }
    }

    /// What a node's events tell of an upgrade: whether it is over, with an error when it failed.
    ///
    /// Without any event of its sequence the call was answered and nothing more is known.
    private func report(
        _ events: [SimulatedEvent]?, of actor: String, on node: NodeName, hasBegun: Bool,
        _ progress: @Sendable (String) -> Void
    ) throws(ClusterError) -> Bool {
        guard let events else { return true }
        for event in events {
            switch event.content {
            case .sequenceLocked where event.actor.isEmpty:
                throw ClusterError(
                    .refused, "\(node) is busy with another sequence.", hint: "Wait for its end.")
            case .sequenceFatal(_, let reason) where event.actor == actor:
                throw ClusterError(.failed, "\(node) failed: \(reason).", hint: "Read its log.")
            case .phaseStart("stopEverything") where event.actor == actor: return true
            default: continue
            }
        }
        return !events.contains { $0.actor == actor } && hasBegun
    }
}

extension SimulatedCluster {
    /// The number of the node's latest event; 0 for a node that does not exist.
    func latestEvent(of node: NodeName) -> Int {
        withState { state in state.index(of: node).map { state.nodes[$0].events.latest } ?? 0 }
    }

    /// The node's events after a number; `nil` while its API does not answer.
    func events(of node: NodeName, after number: Int) -> [SimulatedEvent]? {
        withState { state in
            guard let index = state.index(of: node), state.nodes[index].isUp else { return nil }
            return state.nodes[index].events.events.filter { $0.number > number }
        }
    }
}
