import ClusterModel

/// The machine API of one node, without a wire: what each call checks, does and answers.
extension SimulatedCluster {
    /// What becomes of a call on its way.
    struct Passage: Sendable {
        /// The request does not reach the node.
        var isRequestLost = false
        /// The reply does not reach the caller.
        var isReplyLost = false
        /// By how much the reply is late.
        var delay = Duration.zero
    }

    /// Decides what becomes of a call to a node on its way there and back.
    func passage(of call: SimulatedCall, to node: NodeName) -> Passage {
        withState { state in
            let rates = state.faults.rates
            var passage = Passage()
            passage.isRequestLost = state.strike(node, rates.lostRequest, .lostRequest(call)) != nil
            passage.isReplyLost = state.strike(node, rates.lostReply, .lostReply(call)) != nil
            let delay = Duration.seconds(Int.random(in: 1...60, using: &state.generator))
            let late = state.strike(node, rates.lateReply, .lateReply(call, by: delay))
            if case .lateReply(_, let delay) = late { passage.delay = delay }
            return passage
        }
    }

    /// Looks for an image, as a pull does; the image is on the node once ``finishPull`` is called.
    func lookUp(_ reference: String, for node: NodeName) throws(SimulatedRefusal) -> SimulatedImage
    {
        let isMissing = try withNode(node) { (state, _) throws(SimulatedRefusal) in
            state.faults.strike(
                node, chance: state.faults.rates.imageMissing, random: .imageMissing,
                from: &state.generator
            ) { $0 == .imageMissing } != nil
        }
        guard !isMissing, let image = registry.image(reference) else {
            throw SimulatedRefusal(
                .notFound, "failed to resolve reference \"\(reference)\": \(reference): not found")
        }
        return image
    }

    /// Ends a pull: the image is in the node's memory under each of the names.
    func finishPull(
        _ image: SimulatedImage, as names: [String], on node: NodeName
    ) throws(SimulatedRefusal) {
        try withNode(node) { (state, index) throws(SimulatedRefusal) in
            for name in names { state.nodes[index].pulled[name] = image }
        }
    }

    /// What `MachineService.Upgrade` checks once it has pulled the image.
    func checkEtcdForUpgrade(of node: NodeName) throws(SimulatedRefusal) {
        try withNode(node) { (state, index) throws(SimulatedRefusal) in
            guard state.nodes[index].role == .controlPlane else { return }
            let members = state.members
            let sick = members.first { !$0.isMemberUp }
            guard members.count != 2, sick == nil, state.hasQuorum else {
                let reason = sick.map { "member \($0.name) is not healthy" } ?? "2 members"
                throw SimulatedRefusal(.unknown, "error validating etcd for upgrade: \(reason)")
            }
        }
    }

    /// Starts `MachineService.Upgrade` in the background; returns the actor, also when refused.
    func startUpgrade(
        of node: NodeName, to image: SimulatedImage
    ) throws(SimulatedRefusal) -> String {
        let isDrained = isDrained(node)
        return try withNode(node) { (state, index) throws(SimulatedRefusal) in
            state.startUpgrade(index, to: image, isDrained: isDrained)
        }
    }

    /// Starts `LifecycleService.Upgrade` in the background; returns when the installer will end.
    func startInstaller(
        _ reference: String, on node: NodeName
    ) throws(SimulatedRefusal) -> Duration {
        let isDrained = isDrained(node)
        return try withNode(node) { (state, index) throws(SimulatedRefusal) in
            let current = state.nodes[index]
            guard current.booted.image.version.line >= ReleaseLine(1, 13) else {
                throw SimulatedRefusal(
                    .unimplemented, "unknown service machine.LifecycleService")
            }
            guard current.installer == nil else {
                throw SimulatedRefusal(
                    .failedPrecondition, "another installation/upgrade is already in progress")
            }
            guard let image = current.pulled[reference] else {
                throw SimulatedRefusal(
                    .internalError, "image \"\(reference)\" not found in containerd store")
            }
            state.startInstaller(image, on: index, isDrained: isDrained)
            return state.nodes[index].installer?.end ?? state.now
        }
    }

    /// How the installer that was started last went; `nil` while it runs.
    func installerResult(on node: NodeName) throws(SimulatedRefusal) -> InstallerResult? {
        try withNode(node) { (state, index) throws(SimulatedRefusal) in
            let current = state.nodes[index]
            return current.installer == nil ? current.lastInstall : nil
        }
    }

    /// Asks a node to reboot.
    func reboot(_ node: NodeName) throws(SimulatedRefusal) {
        let isDrained = isDrained(node)
        try withNode(node) { (state, index) throws(SimulatedRefusal) in
            state.reboot(index, isDrained: isDrained)
        }
    }

    /// Flips the default slot and reboots, whatever the node is doing (facts 4.8).
    func rollBack(_ node: NodeName) throws(SimulatedRefusal) {
        let isDrained = isDrained(node)
        try withNode(node) { (state, index) throws(SimulatedRefusal) in
            let other = state.nodes[index].defaultSlot.other
            guard state.nodes[index].slots[other] != nil else {
                throw SimulatedRefusal(.unknown, "no other boot entry found")
            }
            state.nodes[index].defaultSlot = other
            state.nodes[index].hasUnbootedInstall = false
            state.enter(.running, index, for: nil)
            state.reboot(index, isDrained: isDrained)
        }
    }

    /// Works on a node whose machine API answers.
    func withNode<Value>(
        _ name: NodeName,
        _ body: (inout ClusterState, Int) throws(SimulatedRefusal) -> sending Value
    ) throws(SimulatedRefusal) -> sending Value {
        try withState { (state) throws(SimulatedRefusal) in
            guard let index = state.index(of: name) else {
                throw SimulatedRefusal(.unavailable, "no such host: \(name)")
            }
            guard state.nodes[index].isUp else {
                throw SimulatedRefusal(.unavailable, "connection refused: \(name) is down")
            }
            return try body(&state, index)
        }
    }
}

extension ClusterState {
    /// A fault on the way of a call, when one strikes now.
    fileprivate mutating func strike(
        _ node: NodeName, _ rate: Double, _ kind: SimulatedFault.Kind
    ) -> SimulatedFault.Kind? {
        faults.strike(node, chance: rate, random: kind, from: &generator) { fault in
            switch (fault, kind) {
            case (.lateReply(let call, _), .lateReply(let wanted, _)): call == wanted
            default: fault == kind
            }
        }
    }
}
