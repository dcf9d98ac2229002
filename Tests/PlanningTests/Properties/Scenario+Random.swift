import ClusterModel
import Planning

extension Scenario {
    /// A random cluster and commit, the same for the same seed.
    init(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let base = Scenario.state(using: &random)
        let target = Scenario.commit(on: base, using: &random)
        self.init(
            base: random.oneIn(12) ? nil : base, target: target,
            world: World(
                base, controlPlanes: random.pick([1, 2, 3, 3, 3, 4, 5]),
                workers: Int.random(in: 0...4, using: &random),
                knowsKeys: !random.oneIn(5)))
        hasTemplate = Bool.random(using: &random)
        isBuilt = random.oneIn(4)
        order = random.pick([.auto, .auto, .guide, .nodesFirst])
        world.leader = random.pick(world.controlPlanes.keys.sorted())
        if random.oneIn(3) { ownNode = random.pick(world.machines.keys.sorted()) }
        if random.oneIn(4) { earlier = random.oneIn(2) ? target : Scenario.state(using: &random) }
        if random.oneIn(3) { stopMidway(base: base, using: &random) }
        if random.oneIn(5) { drift(from: base, using: &random) }
        if random.oneIn(4) { fault(using: &random) }
    }

    private static func state(using random: inout SeededGenerator) -> DesiredState {
        let table = SupportTable.published
        let minor = Int.random(in: 8...14, using: &random)
        let row = table.rows[ReleaseLine(1, minor)]
        let lines = row?.kubernetes ?? ReleaseLine(1, 31)...ReleaseLine(1, 31)
        let kubernetes = Int.random(
            in: lines.lowerBound.minor...lines.upperBound.minor, using: &random)
        let patch = Int.random(in: 0...(row?.latest?.patch ?? 0), using: &random)
        var state = desired("1.\(minor).\(patch)", kubernetes: "1.\(kubernetes).3")
        if random.oneIn(10) {
            state.talosVersion = Version(1, minor, 0, preRelease: ["beta", "1"])
        }
        return state
    }

    /// One commit on a state; often it changes several things at once.
    private static func commit(
        on base: DesiredState, using random: inout SeededGenerator
    ) -> DesiredState {
        var state = base
        if random.oneIn(2) {
            let (minor, patch) = (base.talosVersion.minor, base.talosVersion.patch)
            let move = random.pick([-3, -2, -1, -1, 0, 0, 0, 1, 1, 1, 2, 3])
            state.talosVersion = Version(
                1, max(2, minor + move), max(0, patch + Int.random(in: -2...2, using: &random)))
            if random.oneIn(12) {
                state.talosVersion = Version(1, max(2, minor + move), 0, preRelease: ["rc", "0"])
            }
        }
        if random.oneIn(3) {
            let minor = base.kubernetesVersion.minor + random.pick([-1, 0, 0, 1, 1, 2])
            state.kubernetesVersion = Version(1, minor, Int.random(in: 1...6, using: &random))
        }
        if random.oneIn(4) { changeArguments(of: &state, using: &random) }
        if random.oneIn(4) { changeExtensions(of: &state, using: &random) }
        if random.oneIn(5) { state.machineConfigInputs["common/network.hcl"] = "2" }
        if random.oneIn(8) { state.imageInputs["images/boot.hcl"] = "2" }
        if random.oneIn(8) { state.providerVersions["proxmox"] = "0.71.0" }
        return state
    }

    private static func changeArguments(
        of state: inout DesiredState, using random: inout SeededGenerator
    ) {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: state.kernelArguments.append("x=1")
        case 1: state.kernelArguments.removeFirst()
        case 2: state.kernelArguments.reverse()
        default: state.kernelArguments.append(state.kernelArguments[0])
        }
    }

    private static func changeExtensions(
        of state: inout DesiredState, using random: inout SeededGenerator
    ) {
        let crun = image("siderolabs/crun:1.24@sha256:bb")
        switch Int.random(in: 0..<5, using: &random) {
        case 0: state.extensions[.custom] = []
        case 1: state.extensions[.factory] = [image("siderolabs/tailscale:1.80@sha256:dd")]
        case 2: state.extensions[.system]?[1] = image("ghcr.io/siderolabs/crun:1.24@sha256:b2")
        case 3: state.extensions[.system]?[1] = image("siderolabs/crun:1.25@sha256:b3")
        default:
            state.extensions[.system]?.removeAll { $0 == crun }
            state.extensions[.custom]?.append(crun)
        }
    }
}

// MARK: - What happened to the cluster

extension Scenario {
    /// Some nodes are already where a commit wanted them, as after a run that stopped.
    private mutating func stopMidway(
        base: DesiredState, using random: inout SeededGenerator
    ) {
        var state = random.oneIn(3) ? Scenario.commit(on: base, using: &random) : target
        guard abs(state.talosVersion.minor - base.talosVersion.minor) <= 1 else { return }
        guard !SupportTable.published.lowersEtcd(from: base.talosVersion, to: state.talosVersion)
        else { return }
        state.kubernetesVersion = base.kubernetesVersion
        attempted = state
        for name in world.machines.keys.sorted() where random.oneIn(2) {
            world.set(name, to: state)
        }
    }

    /// A node does not run what the base says, and nobody knows why.
    private mutating func drift(from base: DesiredState, using random: inout SeededGenerator) {
        let name = random.pick(world.machines.keys.sorted())
        switch Int.random(in: 0..<5, using: &random) {
        case 0:
            var state = base
            let minor = base.talosVersion.minor + random.pick([-1, 0, 0, 1])
            state.talosVersion = Version(1, minor, Int.random(in: 0...4, using: &random))
            world.set(name, to: state, knowsKey: false)
        case 1: world.machines[name]?.key = "sha256:other"
        case 2: world.machines[name]?.extensions.removeFirst()
        case 3: world.machines[name]?.arguments.append("y=1")
        default:
            let old = base.kubernetesVersion
            world.machines[name]?.kubelet = Version(1, old.minor, max(0, old.patch - 1))
        }
    }

    /// A node or etcd is not well.
    private mutating func fault(using random: inout SeededGenerator) {
        let name = random.pick(world.machines.keys.sorted())
        let isControlPlane = world.machines[name]?.role == .controlPlane
        switch Int.random(in: 0..<7, using: &random) {
        case 0: world.machines[name]?.isReachable = false
        case 1: world.machines[name]?.isReady = false
        case 2: world.machines[name]?.isCordonedByUs = true
        case 3: world.machines[name]?.showsSlot = false
        case 4: if isControlPlane { world.sickMembers = [name] }
        case 5: if isControlPlane { world.learners = [name] }
        default: world.alarms = ["NOSPACE on cp-1"]
        }
    }
}
