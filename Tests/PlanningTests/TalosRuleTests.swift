import ClusterModel
import Planning
import Testing

@Suite("Talos rules")
struct TalosRuleTests {
    @Test("refuse to skip a minor, and name the commit to make first")
    func skip() throws {
        let decision = decide(input(from: desired("1.11.5"), to: desired("1.13.9")))
        #expect(decision.verdict == .refused)
        #expect(decision.rules == ["talos_minor_skip"])
        #expect(try #require(decision.refusals.first).hint.contains("v1.12.11"))
        #expect(decision.path == .talosUpgrade)
        #expect(decision.images)
    }

    @Test("hop where the installers of the minors between are known")
    func hop() throws {
        let target = desired("1.13.9")
        let decision = decide(
            input(
                from: desired("1.11.5"), to: target, world: World(desired("1.11.5")),
                definition: definitionWithTemplate()))
        #expect(decision.verdict == .run)
        let names = ["cp-1", "cp-3", "cp-2", "wk-1", "wk-2"]
        #expect(
            decision.installs == names.map { "\($0) v1.12.11" } + names.map { "\($0) v1.13.9" })
        let steps = try #require(decision.plan?.steps)
        let images = steps.compactMap { step -> String? in
            guard case .install(.image(let image), let interface) = step.action else { return nil }
            return "\(image) \(interface.rawValue)"
        }
        #expect(images.first == "ghcr.io/example/installer:v1.12.11 machine")
        #expect(images.last == "ghcr.io/example/installer:v1.13.9 machine")
        #expect(steps.filter { $0.action.kind == "etcd_snapshot" }.count == 2)
    }

    @Test("take a node that was not well first in its first round only")
    func brokenInHops() {
        let above = desired("1.13.9")
        var world = World(above)
        world.machines["wk-2"]?.isReady = false
        let decision = decide(
            input(
                from: above, to: desired("1.11.6"), world: world,
                definition: definitionWithTemplate()))
        let first = ["wk-2", "cp-1", "cp-3", "cp-2", "wk-1"]
        let second = ["cp-1", "cp-3", "cp-2", "wk-1", "wk-2"]
        #expect(
            decision.installs == first.map { "\($0) v1.12.11" } + second.map { "\($0) v1.11.6" })
    }

    @Test("hop with an installer that an earlier run built")
    func builtHop() {
        let target = desired("1.13.9")
        var hop = input(from: desired("1.11.5"), to: target)
        hop.builtInstallers = [
            changing(target) { $0.talosVersion = v("1.12.11") }.imageKey: "reg/i:12"
        ]
        #expect(decide(hop).verdict == .run)
    }

    @Test("hop on the way down, and let a node join where it is")
    func down() {
        let above = desired("1.13.9")
        var world = World(above)
        world.set("wk-2", to: changing(above) { $0.talosVersion = v("1.12.3") })
        let decision = decide(
            input(
                from: above, to: desired("1.11.6"), world: world,
                definition: definitionWithTemplate()))
        #expect(decision.verdict == .run)
        #expect(decision.installs.filter { $0.hasPrefix("wk-2") } == ["wk-2 v1.11.6"])
        #expect(
            decision.installs.filter { $0.hasPrefix("wk-1") } == ["wk-1 v1.12.11", "wk-1 v1.11.6"])
    }

    @Test("refuse to pass a line without a release")
    func unreleased() throws {
        let decision = decide(
            input(
                from: desired("1.13.9", kubernetes: "1.33.4"), to: desired("1.15.0"),
                definition: definitionWithTemplate()))
        #expect(decision.rules == ["talos_minor_skip"])
        #expect(try #require(decision.refusals.first).message.contains("1.14"))
    }

    @Test("refuse what the table does not know")
    func unknown() {
        let decision = decide(input(from: desired("1.15.0"), to: desired("1.16.0")))
        #expect(decision.rules == ["unknown_talos_release"])
        let kubernetes = decide(
            input(from: desired("1.16.0"), to: desired("1.16.0", kubernetes: "1.34.0")))
        #expect(kubernetes.rules == ["unknown_talos_release"])
    }

    @Test("keep to what the installers take, also from a line that is not known")
    func wall() throws {
        var world = World(desired("1.14.0", kubernetes: "1.33.4"))
        world.machines["wk-1"]?.version = v("2.0.0")
        let state = desired("1.14.0", kubernetes: "1.33.4")
        let decision = decide(input(from: state, to: state, world: world))
        #expect(decision.rules == ["unsupported_talos_step"])
        #expect(try #require(decision.refusals.first).message.contains("1.12 to 1.15"))
        world.machines["wk-1"]?.version = v("1.16.0")
        let near = decide(
            input(
                from: desired("1.16.0", kubernetes: "1.33.4"),
                to: desired("1.15.0", kubernetes: "1.33.4")))
        #expect(near.rules == ["etcd_minor_downgrade"])
    }

    @Test("refuse to hop with an installer that names one release")
    func fixedInstaller() {
        var definition = definition()
        definition.installer = .image(template: "ghcr.io/example/installer:v1.13.9")
        let decision = decide(
            input(from: desired("1.11.5"), to: desired("1.13.9"), definition: definition))
        #expect(decision.rules == ["talos_minor_skip"])
        let one = decide(
            input(from: desired("1.12.11"), to: desired("1.13.9"), definition: definition))
        #expect(one.verdict == .run)
    }

    @Test("take pre-releases of a known line")
    func preRelease() {
        let decision = decide(input(from: desired("1.12.0-beta.1"), to: desired("1.12.0")))
        #expect(decision.path == .talosUpgrade)
        #expect(decision.verdict == .run)
        let beta = decide(input(from: desired("1.12.0"), to: desired("1.12.0-beta.1")))
        #expect(beta.path == .rollback)
        #expect(beta.warns("pre_release"))
    }

    @Test("refuse to upgrade from below 1.8, and nothing else there")
    func tooOld() {
        let old = desired("1.7.7", kubernetes: "1.29.3")
        #expect(
            decide(input(from: old, to: desired("1.8.4", kubernetes: "1.29.3"))).rules
                == ["talos_too_old"])
        let kubernetes = changing(old) { $0.kubernetesVersion = v("1.30.0") }
        #expect(decide(input(from: old, to: kubernetes)).verdict == .run)
        let eight = desired("1.8.4", kubernetes: "1.29.3")
        #expect(
            decide(input(from: eight, to: desired("1.9.6", kubernetes: "1.29.3"))).verdict == .run)
    }

    @Test("bring no node below 1.8, from where it could not come back")
    func towardsTooOld() {
        let eight = desired("1.8.4", kubernetes: "1.29.3")
        let seven = desired("1.7.7", kubernetes: "1.29.3")
        #expect(decide(input(from: eight, to: seven)).rules == ["talos_too_old"])
    }

    @Test("refuse to lower etcd's minor once every control plane moved")
    func etcd() {
        let (old, new) = (desired("1.10.9"), desired("1.11.5"))
        #expect(decide(input(from: new, to: old)).rules == ["etcd_minor_downgrade"])
        #expect(
            decide(input(from: new, to: old, world: World(new))).rules == ["etcd_minor_downgrade"])
        var rolling = World(new)
        rolling.set("cp-2", to: old)
        var revert = input(from: old, to: old, world: rolling)
        revert.attempted = RevisionState(revision: commit(3), desired: new)
        let plain = decide(revert)
        #expect(plain.verdict == .run)
        #expect(plain.installs.count == 4)
        var workers = World(old)
        workers.set("wk-1", to: new)
        revert.observed = workers.observed
        revert.installedKeys = workers.keys
        #expect(decide(revert).verdict == .run)
        #expect(decide(input(from: desired("1.12.1"), to: desired("1.11.5"))).verdict == .run)
    }

    @Test("refuse it as well where a control plane of a reconciled cluster fell back by itself")
    func etcdAfterFallback() {
        let (old, new) = (desired("1.10.9"), desired("1.11.5"))
        var world = World(new)
        world.set("cp-2", to: old)
        world.sickMembers = ["cp-2"]
        #expect(
            decide(input(from: new, to: old, world: world)).rules.contains("etcd_minor_downgrade"))
    }

    @Test("refuse where no installer is named, and only where one is needed")
    func installer() {
        var definition = definition()
        definition.installer = nil
        let up = input(from: desired(), to: desired("1.11.6"), definition: definition)
        #expect(decide(up).rules == ["missing_installer"])
        var built = up
        built.builtInstallers = [desired("1.11.6").imageKey: "reg/i:1"]
        #expect(decide(built).verdict == .run)
        #expect(!decide(built).images)
        definition.installer = .factory(url: "https://factory.talos.dev")
        let factory = input(from: desired(), to: desired("1.11.6"), definition: definition)
        #expect(decide(factory).rules == ["not_supported_yet"])
        let kubernetes = input(
            from: desired(), to: desired(kubernetes: "1.33.5"), definition: definition)
        #expect(decide(kubernetes).verdict == .run)
        definition = PlanningTests.definition()
        definition.stages[.images] = nil
        let noStage = input(from: desired(), to: desired("1.11.6"), definition: definition)
        #expect(decide(noStage).rules == ["missing_stage"])
    }

    @Test("write the version into the template as the repository spells it")
    func template() throws {
        let bare = changing(desired("1.11.6")) { $0.spellings["talos_version"] = "1.11.6" }
        let decision = decide(
            input(from: desired(), to: bare, definition: definitionWithTemplate()))
        let steps = try #require(decision.plan?.steps)
        #expect(
            steps.contains {
                $0.action == .install(.image("ghcr.io/example/installer:1.11.6"), .machine)
            })
    }
}
