import ClusterModel
import Planning
import Testing

@Suite("Comparison of two states")
struct CompareTests {
    @Test("finds nothing between equal states")
    func equal() {
        #expect(compare(base: desired(), target: desired()).isEmpty)
    }

    @Test("names every field, in a fixed order")
    func order() {
        let target = changing(desired("1.12.1", kubernetes: "1.34.0")) {
            $0.extensionVersion = v("1.12.1")
            $0.platform = "metal"
            $0.architecture = "arm64"
            $0.secureBoot = true
            $0.bootLoader = nil
            $0.kernelArguments = ["quiet"]
            $0.extensions[.custom] = []
            $0.providerVersions["talos"] = "0.9"
            $0.otherValues["flux_version"] = "\"2\""
            $0.rebuild = "now"
            $0.machineConfigInputs["common/network.hcl"] = "2"
            $0.imageInputs = [:]
        }
        let changes = compare(base: desired(), target: target)
        #expect(
            changes.map(\.field) == [
                "talos_version", "kubernetes_version", "extension_version", "talos_platform",
                "talos_architecture", "talos_secure_boot", "talos_boot_loader",
                "install_kernel_args", "install_custom_extensions", "provider_versions",
                "flux_version", "rebuild", "machine_config_inputs", "image_inputs",
            ])
        let kinds = changes.map(\.kind)
        #expect(kinds[2] == .added)
        #expect(kinds[6] == .removed)
        #expect(Set(kinds[3...5]) == [.changed])
        #expect(kinds.last == .removed)
    }

    @Test("shows values as the repository writes them")
    func spelledValues() {
        let base = changing { $0.spellings["talos_version"] = "v1.11.5" }
        let target = changing(desired("1.12.1")) { $0.spellings["talos_version"] = "1.12.1" }
        #expect(
            compare(base: base, target: target) == [
                Change(field: "talos_version", kind: .changed, from: "v1.11.5", to: "1.12.1")
            ])
    }

    @Test("tells spelling from value")
    func spelling() {
        let base = changing { $0.spellings["kubernetes_version"] = "v1.33.4" }
        let target = changing { $0.spellings["kubernetes_version"] = "1.33.4" }
        #expect(
            compare(base: base, target: target) == [
                Change(
                    field: "kubernetes_version", kind: .spelling, from: "v1.33.4", to: "1.33.4")
            ])
        let list = (
            changing { $0.spellings["install_system_extensions"] = "crun" },
            changing { $0.spellings["install_system_extensions"] = "siderolabs/crun" }
        )
        #expect(compare(base: list.0, target: list.1).map(\.kind) == [.spelling])
    }

    @Test("counts kernel arguments, and tells a new order apart")
    func kernelArguments() {
        let base = changing { $0.kernelArguments = ["a", "b", "b", "c"] }
        let target = changing { $0.kernelArguments = ["c", "b", "d", "a", "a"] }
        let field = "install_kernel_args"
        #expect(
            compare(base: base, target: target) == [
                Change(field: field, kind: .removed, name: "b", from: "b"),
                Change(field: field, kind: .added, name: "d", to: "d"),
                Change(field: field, kind: .added, name: "a", to: "a"),
            ])
        let reordered = changing { $0.kernelArguments = ["c", "b", "a", "b"] }
        #expect(
            compare(base: base, target: reordered) == [
                Change(field: field, kind: .reordered, from: "a b b c", to: "c b a b")
            ])
    }

    @Test("tells tag from digest")
    func aspects() {
        let name = "ghcr.io/siderolabs/crun"
        let field = "install_system_extensions"
        let retagged = changing {
            $0.extensions[.system]?[1] = image("siderolabs/crun:1.25@sha256:b2")
        }
        #expect(
            compare(base: desired(), target: retagged) == [
                Change(
                    field: field, kind: .changed, name: name, aspect: .tag, from: "1.24", to: "1.25"
                )
            ])
        let pinned = changing {
            $0.extensions[.system]?[1] = image("ghcr.io/siderolabs/crun:1.24@sha256:b2")
        }
        #expect(
            compare(base: desired(), target: pinned) == [
                Change(
                    field: field, kind: .changed, name: name, aspect: .digest, from: "sha256:bb",
                    to: "sha256:b2")
            ])
    }

    @Test("knows extensions by their full name")
    func owners() {
        let target = changing {
            $0.extensions[.custom] = [image("ghcr.io/other/frr:9.1@sha256:cc")]
        }
        let changes = compare(base: desired(), target: target)
        #expect(changes.map(\.kind) == [.removed, .added])
        #expect(changes.map(\.name) == ["ghcr.io/example/frr", "ghcr.io/other/frr"])
        #expect(changes.first?.from == "ghcr.io/example/frr:9.1@sha256:cc")
        #expect(changes.last?.to == "ghcr.io/other/frr:9.1@sha256:cc")
    }

    @Test("sees an extension move, and change on the way")
    func moves() {
        let moved = changing {
            $0.extensions[.system]?.append(image("ghcr.io/example/frr:9.2@sha256:c2"))
            $0.extensions[.custom] = []
        }
        let field = "install_system_extensions"
        let name = "ghcr.io/example/frr"
        #expect(
            compare(base: desired(), target: moved) == [
                Change(
                    field: field, kind: .moved, name: name, from: "install_custom_extensions",
                    to: field),
                Change(
                    field: field, kind: .changed, name: name, aspect: .tag, from: "9.1", to: "9.2"),
            ])
    }

    @Test("reports a new order of extensions, which changes no image")
    func extensionOrder() {
        let target = changing { $0.extensions[.system]?.reverse() }
        #expect(compare(base: desired(), target: target).map(\.kind) == [.reordered])
        #expect(desired().imageKey == target.imageKey)
        let decision = decide(input(from: desired(), to: target))
        #expect(decision.path == .none)
        #expect(decision.verdict == .nothing)
    }

    @Test("keeps duplicates of one name apart")
    func duplicates() {
        let twice = changing {
            $0.extensions[.custom] = [
                image("ghcr.io/example/frr:1"), image("ghcr.io/example/frr:2"),
            ]
        }
        let once = changing { $0.extensions[.custom] = [image("ghcr.io/example/frr:2")] }
        let changes = compare(base: twice, target: once)
        #expect(changes.map(\.kind) == [.removed])
        #expect(changes.first?.from == "ghcr.io/example/frr:1")
    }

    @Test("names providers and files")
    func maps() {
        let target = changing {
            $0.providerVersions = ["talos": "0.9"]
            $0.machineConfigInputs["common/bgp.hcl"] = "1"
        }
        let changes = compare(base: desired(), target: target)
        #expect(changes.map(\.name) == ["proxmox", "talos", "common/bgp.hcl"])
        #expect(changes.map(\.kind) == [.removed, .added, .added])
    }
}
