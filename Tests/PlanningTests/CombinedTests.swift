import ClusterModel
import Planning
import Testing

@Suite("Combined commits")
struct CombinedTests {
    private let target = changing(desired("1.11.6", kubernetes: "1.34.1")) {
        $0.extensions[.system]?[1] = image("siderolabs/crun:1.25@sha256:b2")
        $0.kernelArguments.append("x=1")
        $0.machineConfigInputs["common/network.hcl"] = "2"
        $0.providerVersions["proxmox"] = "0.71.0"
        $0.imageInputs["images/boot.hcl"] = "2"
    }

    @Test("name every path, strongest first")
    func paths() {
        let decision = decide(input(from: desired(), to: target))
        #expect(
            decision.paths == [
                .talosUpgrade, .extensionUpdate, .kubernetesUpgrade, .machineConfig, .images,
                .providers,
            ])
        #expect(decision.direction == .up)
        #expect(decision.verdict == .run)
    }

    @Test("reboot each node once")
    func rebootOnce() {
        let decision = decide(input(from: desired(), to: target, world: World(desired())))
        let reboots = (decision.plan?.steps ?? []).filter { $0.action.kind == "reboot" }
        #expect(reboots.count == 5)
        #expect(Set(reboots.compactMap(\.node)).count == 5)
    }

    @Test("keep Kubernetes behind the Talos roll, and configurations behind Kubernetes")
    func order() throws {
        let kinds = decide(input(from: desired(), to: target)).kinds
        let kubernetes = try #require(kinds.firstIndex(of: "kubernetes"))
        let lastSoak = try #require(kinds.lastIndex(of: "soak"))
        let lastStage = try #require(kinds.lastIndex(of: "stage"))
        #expect(lastSoak < kubernetes)
        #expect(kubernetes < lastStage)
        #expect(lastStage == kinds.count - 1)
    }

    @Test("go down together, Kubernetes within its minor")
    func down() {
        let before = desired("1.11.6", kubernetes: "1.33.5")
        let decision = decide(input(from: before, to: desired(), world: World(before)))
        #expect(decision.paths == [.rollback, .kubernetesUpgrade])
        #expect(decision.direction == .down)
        #expect(decision.verdict == .run)
        #expect(decision.installs.count == 5)
        #expect(decision.kinds.contains("kubernetes"))
    }

    @Test("go by Talos where Talos and Kubernetes move apart")
    func apart() {
        let up = decide(input(from: desired(), to: desired("1.11.6", kubernetes: "1.33.3")))
        #expect(up.direction == .up)
        #expect(up.path == .talosUpgrade)
        let down = decide(input(from: desired(), to: desired("1.11.4", kubernetes: "1.33.5")))
        #expect(down.direction == .down)
        #expect(down.path == .rollback)
    }

    @Test("take providers along in stages that are applied anyway")
    func providers() {
        let target = changing {
            $0.providerVersions["proxmox"] = "0.71.0"
            $0.machineConfigInputs["common/network.hcl"] = "2"
        }
        let steps = decide(input(from: desired(), to: target)).plan?.steps ?? []
        let stages = steps.compactMap { step -> String? in
            guard case .stage(let kind, let mode) = step.action else { return nil }
            return "\(kind.rawValue) \(mode.rawValue)"
        }
        #expect(stages == ["images plan", "cluster plan", "machine_config apply"])
    }
}
