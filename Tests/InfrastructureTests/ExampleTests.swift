import ClusterModel
import Testing

@testable import Infrastructure

@Suite("The example repository")
struct ExampleTests {
    @Test("Its definition is read")
    func definition() throws {
        let clusters = try CommitReader(Example.tree()).clusters()
        let sol = try #require(clusters.first)
        #expect(clusters.count == 1)
        #expect(sol.name == ClusterName("sol"))
        #expect(sol.stages.keys.count == 3)
        #expect(
            sol.installer
                == .output(
                    UnitOutput(
                        unit: "images/1-talos-install-image-build", name: "installer_image")))
    }

    @Test("Its desired state has every field")
    func desiredState() throws {
        let state = try Example.state(Example.tree())
        #expect(state.talosVersion == Version(1, 11, 5))
        #expect(state.kubernetesVersion == Version(1, 34, 1))
        #expect(state.extensionVersion == Version(1, 11, 5))
        #expect(state.platform == "nocloud")
        #expect(state.architecture == "amd64")
        #expect(
            state.kernelArguments == [
                "talos.platform=nocloud", "console=ttyS0", "net.ifnames=0",
                "sysctl.kernel.kexec_load_disabled=1",
            ])
        #expect(state.extensions[.system]?.count == 3)
        #expect(
            state.extensions[.custom] == [
                ImageReference(name: "ghcr.io/example/frr-extension", tag: "10.4.1-v1.11.5")
            ])
        #expect(state.extensions[.factory] == nil)
        #expect(state.providerVersions == ["talos": "0.9.0", "proxmox": "0.86.0"])
        #expect(
            state.otherValues == [
                "installer_repository": "\"ghcr.io/example/sol-talos-installer-frr\"",
                "versions": "from \"common/versions.hcl\" \"locals\"",
            ])
        #expect(state.spellings[Field.kubernetesVersion] == "1.34.1")
        #expect(state.unusedValues == [Field.extensionVersion])
    }

    @Test("The cluster file evaluates as Terragrunt would")
    func clusterFile() throws {
        let reader = CommitReader(try Example.tree())
        let values = try reader.json("clusters/sol/cluster.hcl")
        #expect(values["subnet"] == "\"10.101.0\"")
        #expect(values["endpoint"] == "\"10.101.0.10\"")
        #expect(values["gpu_nodes"] == "[\"solwk03\"]")
        #expect(
            values["controlplanes"]?.hasPrefix(
                "{\"solcp01\":{\"address\":\"10.101.0.11\",\"cores\":4,\"labels\":{},"
                    + "\"memory_gb\":8,\"role\":\"controlplane\"}") == true)
        #expect(values["workers"]?.contains("\"memory_gb\":32") == true)
    }

    @Test("The units are seen to read what they read")
    func inputs() throws {
        let state = try Example.state(Example.tree())
        #expect(
            Set(state.machineConfigInputs.keys) == [
                "cluster/2-machine-config-generate/patches/kubelet.yaml",
                "cluster/2-machine-config-generate/terragrunt.hcl",
                "cluster/3-cluster-bootstrap/terragrunt.hcl", "clusters/sol/cluster.hcl",
                "common/network.hcl", "modules/bootstrap/main.tf",
                "modules/machine-config/main.tf", "modules/machine-config/network.yaml.tftpl",
                "root.hcl",
            ])
        #expect(
            Set(state.imageInputs.keys) == [
                "images/1-talos-install-image-build/terragrunt.hcl",
                "images/2-talos-boot-iso-build/terragrunt.hcl",
                "images/3-boot-iso-upload/terragrunt.hcl", "modules/boot-iso/main.tf",
                "modules/installer-image/build.sh", "modules/installer-image/main.tf",
                "modules/iso-upload/main.tf", "root.hcl",
            ])
    }

    @Test("Every unit is seen to the end")
    func complete() throws {
        let graph = try CommitReader(Example.tree()).unitGraph()
        #expect(graph.units.count == 6)
        for unit in graph.units { #expect(unit.isComplete, "\(unit.problems)") }
    }

    @Test("Comments and formatting change nothing")
    func comments() throws {
        let tree = try Example.tree()
        let base = try Example.state(tree)
        let same =
            tree
            .replacing("# Order matters", "# The order matters", in: "common/install-schematic.hcl")
            .replacing("dns_servers  =", "dns_servers = /* two */", in: "common/network.hcl")
            .replacing(
                "variable \"nodes\"", "// machines\nvariable \"nodes\"",
                in:
                    "modules/bootstrap/main.tf"
            )
            .with("cluster/2-machine-config-generate/README.md", "Other words.")
        #expect(try Example.state(same) == base)
    }

    @Test(
        "A change is seen where it belongs",
        arguments: [
            ("10.0.1.53", "10.0.2.53", "common/network.hcl"),
            ("worker_count       = 3", "worker_count       = 4", "clusters/sol/cluster.hcl"),
            ("machine_type ", "node_type ", "modules/machine-config/main.tf"),
            (
                "rotate-server-certificates", "other",
                "cluster/2-machine-config-generate/patches/kubelet.yaml"
            ),
        ])
    func machineConfigChange(old: String, new: String, path: String) throws {
        let tree = try Example.tree()
        var base = try Example.state(tree)
        let changed = try Example.state(tree.replacing(old, new, in: path))
        #expect(changed.machineConfigInputs[path] != base.machineConfigInputs[path])
        base.machineConfigInputs[path] = changed.machineConfigInputs[path]
        #expect(changed == base)
    }

    @Test("Raising a version changes that version and what is made of it")
    func versionBump() throws {
        let tree = try Example.tree()
        let base = try Example.state(tree)
        let raised = try Example.state(
            tree.replacing(
                "talos_version      = \"v1.11.5\"", "talos_version      = \"v1.12.1\"",
                in: "common/versions.hcl"))
        #expect(raised.talosVersion == Version(1, 12, 1))
        #expect(raised.extensions[.system]?.last?.tag == "20250708-v1.12.1")
        #expect(raised.otherValues == base.otherValues)
        #expect(raised.machineConfigInputs == base.machineConfigInputs)
        #expect(raised.imageInputs == base.imageInputs)
    }

    @Test("The paths that matter include all inputs and where files could appear")
    func inputPaths() throws {
        let reader = CommitReader(try Example.tree())
        let definition = try #require(try reader.clusters().first)
        let paths = try reader.inputPaths(of: definition)
        #expect(
            paths.isSuperset(of: [
                "uprev.hcl", "common/versions.hcl", "common/install-schematic.hcl", "root.hcl",
                "modules/virtual-machines/main.tf", "clusters/common/versions.hcl",
                "cluster/root.hcl",
            ]))
        #expect(!paths.contains("README.md"))
    }
}
