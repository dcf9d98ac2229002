import ClusterModel
import Planning
import Testing

/// The table of behaviour page 3, row by row.
@Suite("Change to path")
struct DecisionTableTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let change: @Sendable (inout DesiredState) -> Void
        let path: UpgradePath
        var direction = Direction.same
        var verdict = Decision.Verdict.run
        var images = true
        var rolls = true
        var kinds: [String] = []
    }

    static let rows: [Row] = [
        Row(
            testDescription: "spelling", change: { $0.spellings["talos_version"] = "1.11.5" },
            path: .none, verdict: .nothing, images: false, rolls: false),
        Row(
            testDescription: "provider versions",
            change: { $0.providerVersions["proxmox"] = "0.71.0" }, path: .providers,
            images: false, rolls: false, kinds: ["stage", "stage", "stage"]),
        Row(
            testDescription: "machine-config inputs",
            change: { $0.machineConfigInputs["common/network.hcl"] = "2" }, path: .machineConfig,
            images: false, rolls: false, kinds: ["etcd_snapshot", "stage"]),
        Row(
            testDescription: "kernel argument added", change: { $0.kernelArguments.append("x=1") },
            path: .extensionUpdate),
        Row(
            testDescription: "kernel argument removed",
            change: { $0.kernelArguments.removeLast() }, path: .extensionUpdate),
        Row(
            testDescription: "kernel arguments reordered",
            change: { $0.kernelArguments.reverse() }, path: .extensionUpdate),
        Row(
            testDescription: "extension added",
            change: { $0.extensions[.factory] = [image("siderolabs/tailscale:1.88.1")] },
            path: .extensionUpdate),
        Row(
            testDescription: "extension removed",
            change: { $0.extensions[.system]?.removeLast() }, path: .extensionUpdate),
        Row(
            testDescription: "extension retagged",
            change: { $0.extensions[.system]?[1] = image("siderolabs/crun:1.25@sha256:b2") },
            path: .extensionUpdate),
        Row(
            testDescription: "extension re-digested",
            change: { $0.extensions[.system]?[1] = image("siderolabs/crun:1.24@sha256:b2") },
            path: .extensionUpdate),
        Row(
            testDescription: "extension release", change: { $0.extensionVersion = v("1.11.5") },
            path: .extensionUpdate),
        Row(
            testDescription: "custom extension",
            change: { $0.extensions[.custom] = [image("ghcr.io/example/frr:9.2@sha256:c2")] },
            path: .extensionUpdate),
        Row(
            testDescription: "Talos patch up", change: { $0.talosVersion = v("1.11.6") },
            path: .talosUpgrade, direction: .up),
        Row(
            testDescription: "Talos minor up", change: { $0.talosVersion = v("1.12.1") },
            path: .talosUpgrade, direction: .up),
        Row(
            testDescription: "Kubernetes patch up",
            change: { $0.kubernetesVersion = v("1.33.5") }, path: .kubernetesUpgrade,
            direction: .up, images: false, rolls: false, kinds: ["etcd_snapshot", "kubernetes"]),
        Row(
            testDescription: "Kubernetes minor up",
            change: { $0.kubernetesVersion = v("1.34.1") }, path: .kubernetesUpgrade,
            direction: .up, images: false, rolls: false, kinds: ["etcd_snapshot", "kubernetes"]),
        Row(
            testDescription: "Kubernetes patch down",
            change: { $0.kubernetesVersion = v("1.33.3") }, path: .kubernetesUpgrade,
            direction: .down, images: false, rolls: false, kinds: ["etcd_snapshot", "kubernetes"]),
        Row(
            testDescription: "image-stage files",
            change: { $0.imageInputs["images/boot.hcl"] = "2" }, path: .images, rolls: false,
            kinds: ["stage"]),
        Row(
            testDescription: "Talos patch down", change: { $0.talosVersion = v("1.11.4") },
            path: .rollback, direction: .down),
        Row(
            testDescription: "application value",
            change: { $0.otherValues["cilium_version"] = "\"1.19\"" }, path: .none,
            verdict: .nothing, images: false, rolls: false),
    ]

    @Test("offline", arguments: rows)
    func offline(row: Row) {
        let decision = decide(input(from: spelled(), to: changing(spelled(), row.change)))
        check(decision, row)
        let targets = Set((decision.plan?.steps ?? []).map(\.target))
        #expect(targets.contains(.each(.worker)) == row.rolls)
    }

    @Test("on a cluster", arguments: rows)
    func observed(row: Row) {
        let world = World(desired())
        let target = changing(spelled(), row.change)
        let decision = decide(input(from: spelled(), to: target, world: world))
        check(decision, row)
        let names = row.rolls ? ["cp-1", "cp-3", "cp-2", "wk-1", "wk-2"] : []
        #expect(decision.installs == names.map { "\($0) \(target.talosVersion)" })
    }

    private func check(_ decision: Decision, _ row: Row) {
        #expect(decision.path == row.path)
        #expect(decision.direction == row.direction)
        #expect(decision.verdict == row.verdict, "\(decision.refusals)")
        #expect(decision.images == row.images)
        #expect(!decision.destroys)
        #expect(decision.changes.isEmpty == false)
        if !row.rolls { #expect(decision.kinds == row.kinds) }
        #expect((decision.plan == nil) == (row.verdict == .nothing))
    }

    private func spelled() -> DesiredState {
        changing { $0.spellings["talos_version"] = "v1.11.5" }
    }

    @Test(
        "asks for a rebuild, which is refused for now",
        arguments: [
            { $0.platform = "metal" }, { $0.architecture = "arm64" }, { $0.secureBoot = true },
            { $0.bootLoader = "grub" }, { $0.rebuild = "2026-11" },
        ] as [@Sendable (inout DesiredState) -> Void])
    func rebuild(change: @Sendable (inout DesiredState) -> Void) {
        let decision = decide(input(from: desired(), to: changing(desired(), change)))
        #expect(decision.path == .rebuild)
        #expect(decision.destroys)
        #expect(decision.images)
        #expect(decision.verdict == .refused)
        #expect(decision.rules == ["not_supported_yet"])
        #expect(decision.plan == nil)
    }

    @Test("has nothing to do for the same state")
    func nothing() throws {
        let world = World(desired())
        let same = input(from: desired(), to: desired(), world: world)
        let decision = decide(same)
        #expect(decision.verdict == .nothing)
        #expect(decision.paths.isEmpty)
        #expect(decision.path == .none)
        #expect(decision.changes.isEmpty)
        #expect(try plan(same).steps.isEmpty)
    }

    @Test("leaves nodes alone for a value that no unit consumes")
    func unused() {
        let before = changing {
            $0.extensionVersion = v("1.11.4")
            $0.unusedValues = ["extension_version"]
        }
        let after = changing(before) { $0.extensionVersion = v("1.11.5") }
        let decision = decide(input(from: before, to: after))
        #expect(decision.path == .extensionUpdate)
        #expect(decision.verdict == .nothing)
        #expect(!decision.images)
        #expect(decision.warns("unused_value"))
    }

    @Test("sees the cluster's files appear and go")
    func files() {
        let first = decide(input(from: nil, to: desired()))
        #expect(first.path == .initial)
        #expect(first.verdict == .nothing)
        #expect(first.warns("initial"))
        let gone = decide(input(from: desired(), to: nil))
        #expect(gone.verdict == .refused)
        #expect(gone.rules == ["cluster_removed"])
        #expect(decide(input(from: nil, to: nil)).verdict == .nothing)
        #expect(throws: Refusal.self) { try plan(input(from: desired(), to: nil)) }
    }
}
