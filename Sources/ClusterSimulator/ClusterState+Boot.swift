import ClusterModel

extension ClusterState {
    /// Asks a node to reboot.
    ///
    /// An upgrade is not interrupted by it: the call is accepted and has no effect (facts 4.1).
    mutating func reboot(_ index: Int, isDrained: Bool?) {
        let node = nodes[index]
        switch node.activity {
        case .draining, .upgrading, .failing:
            nodes[index].events.append(.sequenceLocked("reboot"))
        case .shuttingDown, .off, .dead: break
        case .running, .booting:
            judgeReboot(index, isDrained: isDrained)
            nodes[index].awaySince = node.awaySince ?? now
            nodes[index].actor = generator.identifier()
            nodes[index].events.append(.sequenceStart("reboot"), actor: nodes[index].actor)
            stopServices(index, byUs: true)
            shutDown(index)
        }
    }

    /// Stops kubelet and etcd; the member stays a member.
    mutating func stopServices(_ index: Int, byUs: Bool) {
        if nodes[index].isKubeletReady || nodes[index].kubeletReadyAt != nil {
            notices.append(.wentDown(nodes[index].name))
        }
        nodes[index].isKubeletReady = false
        nodes[index].kubeletReadyAt = nil
        stopMember(index, byUs: byUs)
    }

    /// Goes down for a reboot, with the services stopped.
    mutating func shutDown(_ index: Int) {
        enter(.shuttingDown, index, for: vary(timing.shutdown))
        nodes[index].events.append(.phaseStart("stopEverything"), actor: nodes[index].actor)
    }

    /// Takes the power away: nothing of what ran is left.
    mutating func turnOff(_ index: Int) {
        nodes[index].installer = nil
        nodes[index].pulled = [:]
        nodes[index].upgradeImage = nil
        nodes[index].actor = ""
        nodes[index].events.clear()
        if diesNow(index) { return enter(.dead, index, for: nil) }
        let duration = vary(timing.boot)
        enter(.off, index, for: duration + slowness(index, of: duration))
    }

    private mutating func diesNow(_ index: Int) -> Bool {
        let othersDead = nodes.contains { $0.activity == .dead }
        let fault = faults.strike(
            nodes[index].name, chance: othersDead ? 0 : faults.rates.neverReturns,
            random: .neverReturns, from: &generator
        ) { $0 == .neverReturns }
        return fault != nil
    }

    private mutating func slowness(_ index: Int, of boot: Duration) -> Duration {
        let random = boot * Int.random(in: 1...9, using: &generator)
        let fault = faults.strike(
            nodes[index].name, chance: faults.rates.bootsSlowly, random: .bootsSlowly(by: random),
            from: &generator
        ) { if case .bootsSlowly = $0 { true } else { false } }
        return if case .bootsSlowly(let extra) = fault { extra } else { .zero }
    }

    /// Boots the default slot; where that fails, the slot before it, if it is still known.
    mutating func boot(_ index: Int) {
        guard let system = nodes[index].slots[nodes[index].defaultSlot] else {
            return enter(.dead, index, for: nil)
        }
        let fails = !system.image.boots || failsByFault(index)
        nodes[index].hasUnbootedInstall = false
        if fails {
            guard let fallback = nodes[index].fallbackSlot else {
                return enter(.dead, index, for: nil)
            }
            nodes[index].defaultSlot = fallback
            nodes[index].fallbackSlot = nil
            return enter(.off, index, for: vary(timing.boot))
        }
        nodes[index].bootedSlot = nodes[index].defaultSlot
        nodes[index].booted = system
        nodes[index].bootID = generator.identifier()
        nodes[index].bootedAt = now
        if let staged = nodes[index].stagedConfig { nodes[index].config = staged }
        nodes[index].stagedConfig = nil
        nodes[index].events.append(.sequenceStart("boot"))
        enter(.booting, index, for: vary(timing.start))
    }

    private mutating func failsByFault(_ index: Int) -> Bool {
        guard nodes[index].hasUnbootedInstall else { return false }
        let fault = faults.strike(
            nodes[index].name, chance: faults.rates.fallsBack, random: .fallsBack, from: &generator
        ) { $0 == .fallsBack }
        return fault != nil
    }

    /// Running and ready: the way back to the old system is dropped (facts 4.8).
    mutating func finishBoot(_ index: Int) {
        nodes[index].fallbackSlot = nil
        enter(.running, index, for: nil)
        if nodes[index].hasMember, !strikes(.etcdNeverJoins, index) {
            nodes[index].memberUpAt = now + timing.etcdRejoin
        }
        if !strikes(.kubeletNeverReady, index) {
            nodes[index].kubeletReadyAt = now + timing.kubeletReady
        }
    }

    private mutating func strikes(_ kind: SimulatedFault.Kind, _ index: Int) -> Bool {
        faults.strike(nodes[index].name, chance: 0, random: kind, from: &generator) {
            $0 == kind
        } != nil
    }
}
