import ClusterModel
import Planning
import Testing

@Suite("Warnings")
struct WarningTests {
    @Test("say what this version does not do, once there are nodes to roll")
    func limits() {
        let up = decide(input(from: desired(), to: desired("1.11.6")))
        let texts = up.warnings.filter { $0.rule == "not_supported_yet" }.map(\.message)
        #expect(texts.count == 3)
        var definition = definition()
        definition.rollout.workersAtOnce = .percent(10)
        definition.safety.exportsFlux = false
        definition.safety.checksCapacity = false
        let parallel = decide(
            input(from: desired(), to: desired("1.11.6"), definition: definition))
        #expect(
            parallel.warnings.filter { $0.rule == "not_supported_yet" }.map(\.message).first?
                .contains("parallel") == true)
        let images = changing { $0.imageInputs["images/boot.hcl"] = "2" }
        #expect(!decide(input(from: desired(), to: images)).warns("not_supported_yet"))
        #expect(decide(input(from: desired(), to: desired())).warnings.isEmpty)
    }

    @Test("link the release notes and name known hazards of the way")
    func releases() {
        let up = decide(input(from: desired("1.12.11"), to: desired("1.13.3")))
        #expect(up.warnings.contains { $0.message.contains("releases/tag/v1.13.3") })
        #expect(
            up.warnings.contains {
                $0.rule == "known_hazard" && $0.message.contains("1.13.3 panics")
            })
        let later = decide(input(from: desired("1.12.11"), to: desired("1.13.9")))
        #expect(!later.warns("known_hazard"))
        let from = decide(input(from: desired("1.12.1"), to: desired("1.12.11")))
        #expect(from.warnings.contains { $0.message.contains("--preserve") })
        let arguments = changing { $0.kernelArguments.append("x=1") }
        #expect(!decide(input(from: desired(), to: arguments)).warns("release_notes"))
    }

    @Test("say where etcd's minor rises")
    func etcd() {
        #expect(decide(input(from: desired("1.10.9"), to: desired("1.11.5"))).warns("etcd_minor"))
        #expect(!decide(input(from: desired("1.11.5"), to: desired("1.12.1"))).warns("etcd_minor"))
    }

    @Test("say that units apply configurations by themselves")
    func units() {
        let config = changing { $0.machineConfigInputs["common/network.hcl"] = "2" }
        #expect(decide(input(from: desired(), to: config)).warns("machine_config_units"))
        var definition = definition()
        definition.stages[.machineConfig]?.configOutput = UnitOutput(unit: "c", name: "configs")
        let output = decide(input(from: desired(), to: config, definition: definition))
        #expect(output.rules == ["not_supported_yet"])
        #expect(!output.warns("machine_config_units"))
    }

    @Test("name submodules, which stages find empty, once and not without a stage")
    func submodules() {
        var input = input(from: desired(), to: desired("1.11.6"))
        input.submodules = (1...7).map { "modules/\($0)" }
        let texts = decide(input).warnings.filter { $0.rule == "submodule" }.map(\.message)
        #expect(texts.count == 1)
        #expect(texts.first?.contains("modules/1, modules/2") == true)
        #expect(texts.first?.hasSuffix("modules/5 and 2 more.") == true)
        input.definition.stages = [:]
        #expect(!decide(input).warns("submodule"))
    }

    @Test("tell which values are defaults of the environment")
    func environment() {
        let target = changing { $0.environmentUses = ["talos_version": ["REGION", "TALOS"]] }
        let warnings = decide(input(from: desired(), to: target)).warnings
        #expect(warnings.map(\.rule) == ["environment_value"])
        #expect(warnings.first?.message.contains("(REGION, TALOS)") == true)
        #expect(!decide(input(from: target, to: desired())).warns("environment_value"))
    }

    @Test("tell application values, unused values and mutable tags")
    func values() {
        let target = changing {
            $0.otherValues = ["cilium_version": "1", "flux_version": "2"]
            $0.unusedValues = ["flux_version"]
            $0.extensions[.factory] = [image("ghcr.io/example/bird:latest")]
        }
        let warnings = decide(input(from: desired(), to: target)).warnings
        #expect(
            warnings.contains { $0.rule == "application_value" && $0.message.contains("cilium") })
        #expect(warnings.contains { $0.rule == "unused_value" && $0.message.contains("flux") })
        #expect(warnings.contains { $0.rule == "mutable_tag" && $0.message.contains("bird") })
    }
}
