import ClusterModel

extension StepBuilder {
    mutating func addRound(_ index: Int) {
        let round = route.rounds[index]
        let before = index > 0 ? route.rounds[index - 1] : nil
        let isNewHop = before.map { $0.version.line != round.version.line } ?? false
        if isNewHop { hasInstalledInHop = false }
        _ = snapshot(before: "Talos \(round.version)", again: isNewHop)
        let firstWorker = round.members.first { $0.role == .worker }?.target
        let lastControlPlane = round.members.last { $0.role == .controlPlane }?.target
        let expected = situation.desired.at(round.version)
        let key = expected.imageKey
        let installer = installer(for: round.version)
        for member in round.members {
            let turn = NodeTurn(
                round: round, member: member, expected: expected, key: key,
                installer: installer,
                isCanary: member.target == firstWorker,
                closesEtcd: member.target == lastControlPlane)
            add(turn)
        }
    }

    /// A plan whose installer is not known is refused; its steps name the gap.
    private func installer(for version: Version) -> InstallerReference {
        switch Installers(situation: situation).image(for: version) {
        case .success(let reference): reference
        case .failure: .image("")
        }
    }

    private mutating func add(_ turn: NodeTurn) {
        let member = turn.member
        let interface = InstallInterface(running: member.running)
        add(
            .drain, to: member.target, gates: gates(before: .drain, turn),
            reason: "\(member.name) \(member.reasons.joined(separator: ", and it ")).",
            effect: "\(member.name) is cordoned by uprev, and its pods run elsewhere.",
            undo: "Uncordoning gives the node back.")
        add(
            .install(turn.installer, interface), to: member.target,
            gates: gates(before: .install, turn),
            reason: installReason(turn, interface),
            effect: "The slot that is not booted holds Talos \(turn.round.version).",
            undo: "The running system stays in its slot; a revert installs the older image.")
        hasInstalledInHop = true
        let mode = rebootMode(turn)
        add(
            .reboot(interface, mode), to: member.target, gates: gates(before: .reboot, turn),
            reason: rebootReason(mode, interface),
            effect: "\(member.name) has booted once more.",
            undo: "A revert installs and boots the older image.")
        if turn.closesEtcd, raisesEtcd(turn) { markNoReturn() }
        addProof(of: turn)
    }

    private mutating func addProof(of turn: NodeTurn) {
        let member = turn.member
        let expectation = expectation(of: turn)
        add(
            .verify(expectation), to: member.target,
            reason: expectation.isSameVersion
                ? "The version stays, so that the booted slot must prove the update."
                : "A boot that fell back looks like a success until the version is read.",
            effect:
                "\(member.name) is proven to run Talos \(turn.round.version) with its extensions "
                + "and kernel arguments, and is healthy.",
            undo: "Nothing was changed.")
        add(
            .uncordon, to: member.target,
            reason: "The node is proven, and uprev takes back its own cordon only.",
            effect: "\(member.name) takes pods again.",
            undo: "The next drain cordons it again.")
        let soak = situation.definition.rollout.soak
        guard soak > .zero else { return }
        add(
            .soak(soak), to: member.target,
            reason: "A node must stay good before the next one is taken.",
            effect: "\(member.name) was good for \(soak.components.seconds) s.",
            undo: "Nothing was changed.")
    }

    private enum Act { case drain, install, reboot }

    /// The safety checklist of a node; on the way back the quorum rule alone holds.
    private func gates(before act: Act, _ turn: NodeTurn) -> [Gate] {
        let isControlPlane = turn.member.role == .controlPlane
        let mayWait = !situation.isRollback
        switch act {
        case .drain:
            return (isControlPlane ? [.quorum] : [])
                + (mayWait ? [.etcdHealthy, .noOtherNodeDown] : [])
        case .install:
            var gates: [Gate] = isControlPlane ? [.quorum] : []
            if mayWait { gates += isControlPlane ? [.etcdHealthy] : [] }
            if mayWait { gates.append(.noOtherNodeDown) }
            if !hasInstalledInHop, !situation.isUrgent { gates.append(.snapshotTaken) }
            return gates
        case .reboot:
            // Through the lifecycle interface it is the reboot that takes the member down.
            let takesDown = InstallInterface(running: turn.member.running) == .lifecycle
            return isControlPlane && takesDown ? [.quorum] : []
        }
    }

    private func installReason(_ turn: NodeTurn, _ interface: InstallInterface) -> String {
        let version = turn.round.version
        let way = interface == .lifecycle ? "LifecycleService" : "MachineService.Upgrade"
        let hop =
            turn.round.isLast
            ? "Talos \(version) is what the commit asks for"
            : "Talos \(version) is the latest patch of a minor that may not be skipped on the way "
                + "to \(situation.desired.talosVersion)"
        return "\(hop); a node on \(turn.member.running) is installed through \(way)."
    }

    private func rebootReason(_ mode: RebootMode, _ interface: InstallInterface) -> String {
        if mode == .powerCycle {
            return "The first worker boots through its firmware, which kexec would not test."
        }
        return interface == .machine
            ? "The node reboots by itself after the install, and is waited for."
            : "The installed system must be booted."
    }

    /// One firmware boot a round, on the first worker, where boots go through kexec otherwise.
    private func rebootMode(_ turn: NodeTurn) -> RebootMode {
        guard turn.isCanary, turn.member.node != nil, !situation.isRollback,
            situation.definition.rollout.fullBootCanary, situation.desired.secureBoot != true
        else { return .standard }
        let skipsKexec = situation.desired.kernelArguments.contains {
            $0 == "kexec_load_disabled=1" || $0.hasSuffix(".kexec_load_disabled=1")
        }
        return skipsKexec ? .standard : .powerCycle
    }

    private func expectation(of turn: NodeTurn) -> NodeExpectation {
        let desired = turn.expected
        return NodeExpectation(
            version: desired.talosVersion, extensions: desired.allExtensions,
            kernelArguments: desired.kernelArguments,
            removedKernelArguments: situation.removals.kernelArguments,
            removedExtensions: situation.removals.extensions,
            isSameVersion: turn.member.running == desired.talosVersion,
            imageKey: turn.key)
    }

    private func raisesEtcd(_ turn: NodeTurn) -> Bool {
        situation.support.raisesEtcd(from: turn.member.running, to: turn.round.version)
    }
}

/// A node's turn in a round.
private struct NodeTurn {
    let round: Round
    let member: FleetMember
    let expected: DesiredState
    let key: String
    let installer: InstallerReference
    let isCanary: Bool
    let closesEtcd: Bool
}
