import ClusterModel
import Planning
import Testing

@Suite("Promotions")
struct PromotionTests {
    private let old = desired("1.11.5")
    private let new = desired("1.11.6")
    private let now = 1_000_000.0
    private let promotion = Promotion(after: ClusterName("staging"), soak: .seconds(3_600))

    /// The hold of a promotion to `target`; `nil` when it may go on.
    private func hold(
        _ spans: [ReadySpan], to target: DesiredState? = nil, soak: Duration = .seconds(3_600)
    ) -> PolicyHold? {
        var definition = definition()
        definition.rollout.settle = .zero
        definition.promotion = Promotion(after: ClusterName("staging"), soak: soak)
        let facts = PolicyFacts(now: now, seen: 0, clock: { _ in nil }, lower: spans)
        let decision = decide(input(from: old, to: target ?? new))
        return PolicyGate(definition: definition, base: old, facts: facts).holds(decision).first
    }

    private func ready(_ state: DesiredState, from: Double, until: Double? = nil) -> ReadySpan {
        ReadySpan(desired: state, from: now - from, until: until.map { now - $0 })
    }

    @Test("wait until the lower cluster has been ready with the values for the soak")
    func soak() {
        #expect(hold([]) == .promotion(promotion, until: nil))
        #expect(hold([ready(old, from: 9_000)]) == .promotion(promotion, until: nil))
        #expect(hold([ready(new, from: 3_000)]) == .promotion(promotion, until: now + 600))
        #expect(hold([ready(new, from: 3_600)]) == nil)
        #expect(hold([ready(new, from: 9_000, until: 5_401)])?.until == nil)
        #expect(hold([ready(new, from: 9_000, until: 5_400)]) == nil)
    }

    @Test("go by values, not by commits: a commit beside them begins no new soak")
    func values() {
        let readme = changing(new) { $0.otherValues["note"] = "1" }
        let spans = [ready(readme, from: 1_000), ready(new, from: 4_000, until: 1_000)]
        #expect(hold(spans) == nil)
        let short = [ready(readme, from: 1_000), ready(new, from: 2_000, until: 1_000)]
        #expect(hold(short)?.until == now + 1_600)
    }

    @Test("begin anew where the lower cluster ran something else between")
    func interrupted() {
        let spans = [
            ready(new, from: 6_000, until: 4_000), ready(old, from: 4_000, until: 3_000),
            ready(new, from: 3_000),
        ]
        #expect(hold(spans)?.until == now + 600)
    }

    @Test("let go on what has soaked, although the lower cluster went on since")
    func wentOn() {
        let spans = [
            ready(new, from: 9_000, until: 3_000), ready(desired("1.12.1"), from: 3_000),
        ]
        #expect(hold(spans) == nil)
    }

    @Test("do not count a lower cluster that is not ready now as under way")
    func notReady() {
        #expect(hold([ready(new, from: 2_000, until: 1_000)])?.until == nil)
    }

    @Test("ask without a soak that the values were there at all")
    func noSoak() {
        #expect(hold([ready(old, from: 10)], soak: .zero) != nil)
        #expect(hold([ready(new, from: 0)], soak: .zero) == nil)
    }

    @Test("look at each value that changes here, and at no other")
    func fields() {
        let changes: [(String, (inout DesiredState) -> Void)] = [
            ("Talos", { $0.talosVersion = v("1.11.6") }),
            ("Kubernetes", { $0.kubernetesVersion = v("1.33.5") }),
            ("extension release", { $0.extensionVersion = v("1.11.6") }),
            ("argument added", { $0.kernelArguments.append("x=1") }),
            ("argument removed", { $0.kernelArguments.removeFirst() }),
            ("extension removed", { $0.extensions[.custom] = [] }),
            (
                "digest",
                { $0.extensions[.system]?[1] = image("siderolabs/crun:1.24@sha256:b2") }
            ),
            ("shared file", { $0.machineConfigInputs["common/network.hcl"] = "2" }),
            ("shared file of the images", { $0.imageInputs["images/boot.hcl"] = "2" }),
        ]
        // What does not change here may differ there.
        let lower = changing(old) {
            $0.platform = "metal"
            $0.machineConfigInputs["staging/only.hcl"] = "1"
            $0.kernelArguments.append("console=ttyS1")
        }
        for (name, change) in changes {
            let target = changing(old, change)
            #expect(hold([ready(lower, from: 9_000)], to: target) != nil, "\(name)")
            let carried = changing(lower, change)
            #expect(hold([ready(carried, from: 9_000)], to: target) == nil, "\(name)")
        }
    }

    @Test("leave files that the lower cluster does not read to this cluster")
    func ownFiles() {
        let target = changing(old) {
            $0.talosVersion = v("1.11.6")
            $0.machineConfigInputs["clusters/sol/bgp.hcl"] = "1"
        }
        #expect(hold([ready(new, from: 9_000)], to: target) == nil)
    }

    @Test("ask the whole state of a cluster that nobody reconciled")
    func adoption() {
        var definition = definition()
        definition.promotion = promotion
        var adopting = input(from: nil, to: new, world: World(old))
        adopting.base = nil
        let decision = decide(adopting)
        let other = changing(new) { $0.extensions[.custom] = [] }
        for (lower, expected) in [(new, false), (other, true)] {
            let facts = PolicyFacts(
                now: now, seen: 0, clock: { _ in nil }, lower: [ready(lower, from: 9_000)])
            let holds = PolicyGate(definition: definition, base: nil, facts: facts).holds(decision)
            #expect(holds.contains { $0.rule == "promotion" } == expected)
        }
    }
}
