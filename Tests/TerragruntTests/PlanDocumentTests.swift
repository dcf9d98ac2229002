import ClusterModel
import Execution
import Foundation
import Testing

@testable import Terragrunt

@Suite("Plans and machines")
struct PlanDocumentTests {
    private func plan(_ changes: [(type: String, actions: [String])]) throws -> PlanDocument {
        let resources = changes.map { change in
            let actions = change.actions.map { "\"\($0)\"" }.joined(separator: ",")
            return """
                {"address": "\(change.type).x", "type": "\(change.type)", "mode": "managed",
                 "change": {"actions": [\(actions)], "before": null}}
                """
        }
        let text = """
            {"format_version": "1.2", "resource_changes": [\(resources.joined(separator: ","))]}
            """
        return try PlanDocument.read(Array(text.utf8), unit: "u")
    }

    @Test("Changes are counted as OpenTofu and Terraform count them")
    func counts() throws {
        let document = try plan([
            ("a", ["create"]), ("b", ["update"]), ("c", ["delete"]), ("d", ["delete", "create"]),
            ("e", ["create", "delete"]), ("f", ["no-op"]), ("g", ["read"]),
        ])
        #expect(document.counts.description == "3 added, 1 changed, 3 destroyed")
    }

    @Test("Lost machines are found among deleted and replaced resources")
    func lostMachines() throws {
        let document = try plan([
            ("proxmox_virtual_environment_vm", ["delete", "create"]),
            ("aws_instance", ["create", "delete"]), ("hcloud_server", ["delete"]),
            ("azurerm_linux_virtual_machine", ["update"]), ("libvirt_domain", ["create"]),
            ("proxmox_virtual_environment_download_file", ["delete"]),
        ])
        #expect(
            document.lostMachines(MachineTypes()) == [
                "proxmox_virtual_environment_vm.x (replaced)", "aws_instance.x (replaced)",
                "hcloud_server.x (destroyed)",
            ])
    }

    @Test(
        "Resource types that are machines",
        arguments: [
            "proxmox_vm_qemu", "vcd_vapp_vm", "google_compute_instance", "digitalocean_droplet",
            "vsphere_virtual_machine", "harvester_virtualmachine", "talos_machine_secrets",
            "talos_machine_configuration_apply", "libvirt_domain", "equinix_metal_device",
            "google_container_node_pool", "azurerm_linux_virtual_machine_scale_set",
        ])
    func machines(type: String) {
        #expect(MachineTypes().contains(type))
    }

    @Test(
        "Resource types that are not",
        arguments: [
            "terraform_data", "null_resource", "docker_image", "talos_image_factory_schematic",
            "proxmox_virtual_environment_file", "local_file", "cloudflare_record",
        ])
    func others(type: String) {
        #expect(!MachineTypes().contains(type))
        #expect(MachineTypes(additional: [type]).contains(type))
    }

    @Test(
        "Plans that cannot be relied on are refused",
        arguments: [
            (#"{"format_version": "2.0"}"#, "unknown format 2.0"),
            (#"{"format_version": "1.2", "errored": true}"#, "incomplete because of errors"),
            (#"{"resource_changes": []}"#, "cannot be read"),
            (#"{"format_version": "1.2", "resource_changes": [{}]}"#, "cannot be read"),
            ("", "cannot be read"),
        ])
    func refused(text: String, words: String) throws {
        let error = try #require(throws: StageError.self) {
            _ = try PlanDocument.read(Array(text.utf8), unit: "u")
        }
        #expect(error.description.contains(words))
    }

    @Test("A line that a plug-in prints before the document is skipped")
    func noise() throws {
        let text = "Enabling CSM\n{\"format_version\": \"1.2\"}\n"
        #expect(try PlanDocument.read(Array(text.utf8), unit: "u").counts.added == 0)
    }
}

@Suite("Reports and locks")
struct ReportTests {
    @Test(
        "A report tells what Terragrunt's exit status does not",
        arguments: [
            (#"[{"Name": "a", "Result": "succeeded"}]"#, true, false),
            (#"[{"Result": "succeeded", "Reason": "retry succeeded"}]"#, true, false),
            (
                #"[{"Result": "succeeded", "Reason": "error ignored", "Cause": "x"}]"#, false, false
            ),
            (#"[{"Result": "excluded", "Reason": "exclude block"}]"#, false, true),
            (#"[{"Result": "failed", "Reason": "run error"}]"#, false, false),
        ])
    func report(text: String, succeeded: Bool, excluded: Bool) throws {
        let folder = try TemporaryFolder()
        try folder.write("r.json", text)
        let report = try #require(RunReport(file: "\(folder.path)/r.json"))
        #expect(report.succeeded == succeeded)
        #expect(report.isExcluded == excluded)
    }

    @Test("Without a readable report nothing is claimed")
    func noReport() throws {
        let folder = try TemporaryFolder()
        #expect(RunReport(file: "\(folder.path)/none") == nil)
        try folder.write("r.json", "[]")
        #expect(RunReport(file: "\(folder.path)/r.json") == nil)
    }

    @Test("A lock is read out of a box, with Terragrunt's own prefix before it")
    func lock() throws {
        let prefix = "14:02:01.123 STDERR [unit] terraform:"
        let lines = [
            "something", "\(prefix) │ Error: Error acquiring the state lock",
            "\(prefix) │ Lock Info:", "\(prefix) │   ID:        3f2a",
            "\(prefix) │   Path:      infra/default.tflock",
            "\(prefix) │   Operation: OperationTypePlan", "\(prefix) │   Who:       ci@runner",
            "\(prefix) │   Version:   1.12.5", "\(prefix) │   Created:   2026-11-24 06:00:00 UTC",
        ]
        let lock = try #require(StateLock(in: lines))
        #expect(lock.path == "infra/default.tflock")
        #expect(
            lock.holder
                == "by ci@runner for OperationTypePlan since 2026-11-24 06:00:00 UTC (lock 3f2a)")
        #expect(StateLock(in: ["Error: something else", "ID:  1"]) == nil)
        #expect(
            StateLock(in: ["Error acquiring the state lock"])?.holder
                == "by somebody (lock unknown)")
    }
}

@Suite("Where state is kept")
struct StateLocationTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func find() throws -> [StateLocation] {
        try StateLocation.find(unit: "\(folder.path)/c/u")
    }

    private func metadata(_ text: String, at path: String = "c/u/.terraform") throws {
        try folder.write("\(path)/terraform.tfstate", text)
    }

    @Test("A remote backend is told by its type", arguments: ["gcs", "s3", "http", "cloud"])
    func remote(type: String) throws {
        try metadata(#"{"version": 3, "backend": {"type": "\#(type)", "config": {"path": null}}}"#)
        #expect(try find() == [.remote(type: type)])
        try find()[0].requirePermanence(unit: "u", checkout: "\(folder.path)/c", carry: [])
    }

    @Test("In Terragrunt's cache the backend is found below the module's folder")
    func cache() throws {
        try metadata(
            #"{"backend": {"type": "gcs", "config": {"prefix": "x"}}}"#,
            at: "c/u/.terragrunt-cache/h1/h2/modules/a/.terraform")
        #expect(try find() == [.remote(type: "gcs")])
    }

    @Test("A local backend, or none, is a file, also of another workspace")
    func local() throws {
        try folder.write("c/u/terragrunt.hcl", "")
        #expect(try find() == [.file(path: "\(folder.path)/c/u/terraform.tfstate")])
        try metadata(#"{"backend": {"type": "local", "config": {"path": "../s/u.tfstate"}}}"#)
        #expect(try find() == [.file(path: "\(folder.path)/c/u/../s/u.tfstate")])
        try folder.write("c/u/.terraform/environment", "blue")
        #expect(
            try find()
                == [.file(path: "\(folder.path)/c/u/terraform.tfstate.d/blue/terraform.tfstate")])
    }

    @Test("A file outlives the checkout when it is carried or lies elsewhere")
    func permanence() throws {
        let checkout = "\(folder.path)/c"
        let check = { (path: String, patterns: [String]) in
            try StateLocation.file(path: path).requirePermanence(
                unit: "u", checkout: checkout, carry: patterns.map { PathPattern($0) })
        }
        try check("\(folder.path)/elsewhere/x.tfstate", [])
        try check("\(checkout)/u/../s/x.tfstate", ["s/*.tfstate"])
        #expect(throws: StageError.self) { try check("\(checkout)/u/../s/x.tfstate", ["u/**"]) }
        #expect(throws: StageError.self) {
            try check("\(checkout)/u/.terragrunt-cache/h/terraform.tfstate", ["**"])
        }
    }

    @Test("A backend that cannot be read is an error, not local state")
    func unreadable() throws {
        try metadata("{")
        #expect(throws: StageError.self) { _ = try find() }
    }
}
