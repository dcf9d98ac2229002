import ClusterModel
import Testing

@testable import Planning

@Suite("Digests")
struct DigestTests {
    @Test("of an image cover what decides it, and nothing else")
    func imageKey() {
        let key = desired().imageKey
        #expect(key.hasPrefix("sha256:"))
        #expect(key.count == 71)
        let same: [(inout DesiredState) -> Void] = [
            { $0.kubernetesVersion = v("1.34.0") }, { $0.spellings = ["talos_version": "1.11.5"] },
            { $0.otherValues = ["x": "1"] }, { $0.providerVersions = [:] },
            { $0.machineConfigInputs = [:] }, { $0.extensions[.system]?.reverse() },
            {
                $0.extensionVersion = v("1.11.4")
                $0.unusedValues = ["extension_version"]
            },
        ]
        for change in same { #expect(changing(desired(), change).imageKey == key) }
        let other: [(inout DesiredState) -> Void] = [
            { $0.talosVersion = v("1.11.6") }, { $0.kernelArguments.reverse() },
            { $0.extensionVersion = v("1.11.4") }, { $0.platform = "metal" },
            { $0.architecture = "arm64" }, { $0.secureBoot = true },
            { $0.extensions[.custom] = [image("ghcr.io/example/frr:9.1@sha256:c2")] },
        ]
        let keys = other.map { changing(desired(), $0).imageKey }
        #expect(Set(keys + [key]).count == other.count + 1)
    }

    @Test("of a plan are the same for the same input, and differ with any step")
    func plan() throws {
        let up = input(from: desired(), to: desired("1.11.6"), world: World(desired()))
        let first = try #require(decide(up).plan)
        #expect(decide(up).plan == first)
        #expect(first.digest.hasPrefix("sha256:"))
        var slower = up
        slower.definition.rollout.soak = .seconds(31)
        let other = try #require(decide(slower).plan)
        #expect(other.digest != first.digest)
        #expect(other.approvalDigest == first.approvalDigest)
    }

    /// Actions that differ from one another in one part at least.
    private static var actions: [StepAction] {
        let output = UnitOutput(unit: "u", name: "n")
        let (old, new) = (v("1.33.4"), v("1.34.0"))
        return [
            .stage(.images, .apply), .stage(.images, .plan), .stage(.cluster, .apply),
            .imagesCheck, .drain, .uncordon, .etcdSnapshot(label: "a"), .etcdSnapshot(label: "b"),
            .install(.image("a"), .machine), .install(.image("b"), .machine),
            .install(.image("a"), .lifecycle), .install(.output(output), .machine),
            .install(.output(UnitOutput(unit: "u", name: "m")), .machine),
            .reboot(.machine, .standard), .reboot(.lifecycle, .standard),
            .reboot(.machine, .powerCycle), .verify(NodeExpectation(version: old)),
            .verify(NodeExpectation(version: old, isSameVersion: true)),
            .verify(NodeExpectation(version: old, removedKernelArguments: ["x"])),
            .soak(.seconds(1)), .soak(.milliseconds(1)), .kubernetes(from: old, to: new, .talosctl),
            .kubernetes(from: new, to: new, .talosctl), .kubernetes(from: old, to: old, .talosctl),
            .kubernetes(from: old, to: new, .machineConfig),
        ]
    }

    @Test("of a plan cover every part of every step but its sentences")
    func steps() {
        func digest(_ steps: [Step], noReturn: Int? = nil) -> String {
            let situation = Situation(input(from: desired(), to: desired()), desired: desired())
            return Plan(
                cluster: ClusterName("sol"), base: commit(1), target: commit(2), path: .none,
                desired: desired(), steps: steps, pointOfNoReturn: noReturn, approvals: [],
                approving: ApprovalSubject(situation, approvals: [])
            ).digest
        }
        let (node, other) = (NodeName("wk-1"), NodeName("wk-2"))
        func step(
            _ action: StepAction, _ target: StepTarget, _ gates: [Gate] = [], _ text: String = ""
        ) -> Step {
            Step(
                index: 1, action: action, target: target, gates: gates, reason: text, effect: text,
                undo: text)
        }
        let worker = StepTarget.node(node, .worker)
        let targets: [StepTarget] = [
            .node(other, .worker), .node(node, .controlPlane), .each(.worker),
            .each(.controlPlane), .cluster(ClusterName("wk-1")),
        ]
        var plans = Self.actions.map { [step($0, worker)] }
        plans += targets.map { [step(.drain, $0)] }
        plans += Gate.allCases.map { [step(.drain, worker, [$0])] }
        plans += [[], [step(.drain, worker), step(.uncordon, worker)]]
        plans += [[step(.uncordon, worker), step(.drain, worker)]]
        let digests = plans.map { digest($0) } + [digest([], noReturn: 1)]
        #expect(Set(digests).count == plans.count + 1)
        #expect(digest([step(.drain, worker, [], "Other words.")]) == digest(plans[4]))
    }

    @Test("of an approval survive a flapping node and finished nodes, and cover what is lowered")
    func approval() throws {
        var world = World(desired(), knowsKeys: false)
        for name in ["wk-1", "wk-2"] { world.set(name, to: desired("1.11.4"), knowsKey: false) }
        func digest(_ world: World) throws -> String {
            var input = input(from: desired(), to: desired(), world: world)
            input.base = nil
            return try #require(decide(input).plan).approvalDigest
        }
        let first = try digest(world)
        var flapping = world
        flapping.machines["wk-2"]?.isReachable = false
        #expect(try digest(flapping) == first)
        var half = world
        half.set("wk-1", to: desired())
        #expect(try digest(half) == first)

        var raised = world
        for name in ["wk-1", "wk-2"] { raised.set(name, to: desired("1.12.1"), knowsKey: false) }
        let adopting = try digest(raised)
        raised.set("wk-1", to: desired())
        #expect(try digest(raised) == adopting, "an adoption covers every node, lowered or not")

        func lowered(_ names: [String]) throws -> String {
            var world = World(desired())
            for name in names { world.set(name, to: desired("1.12.1"), knowsKey: false) }
            let input = input(from: desired(), to: desired(), world: world)
            return try #require(decide(input).plan).approvalDigest
        }
        #expect(try lowered(["wk-1"]) != lowered(["wk-1", "wk-2"]))
    }
}
