/// Which resources of a plan are machines, or would take machines with them.
///
/// Deleting or replacing one outside a rebuild halts a stage before it is applied. The rule errs
/// on the side of halting: a name counts when it is listed, or when one of its words says machine.
///
/// | rule | examples |
/// |---|---|
/// | word `vm`, `vms`, `qemu` | `proxmox_virtual_environment_vm`, `proxmox_vm_qemu`, `vcd_vapp_vm` |
/// | word `machine`, `machines` | `azurerm_linux_virtual_machine`, `talos_machine_secrets` |
/// | word `virtualmachine` | `harvester_virtualmachine` |
/// | word `instance`, `instances` | `aws_instance`, `google_compute_instance` |
/// | word `server`, `servers` | `hcloud_server`, `upcloud_server` |
/// | word `node`, `nodes`, `nodepool` | `google_container_node_pool` |
/// | word `droplet`, `guest`, `metal` | `digitalocean_droplet`, `esxi_guest`, `metal_device` |
/// | word `autoscaling`, `scale` | `aws_autoscaling_group`, `azurerm_…_scale_set` |
/// | listed | `libvirt_domain`, `packet_device`, `proxmox_lxc` and others below |
///
/// `talos_machine_secrets` is the cluster's identity, and a deleted
/// `talos_machine_configuration_apply` can reset its node: both count through their words.
public struct MachineTypes: Hashable, Sendable {
    /// Words that make a resource type a machine.
    public static let words: Set<String> = [
        "vm", "vms", "qemu", "machine", "machines", "virtualmachine", "instance", "instances",
        "server", "servers", "node", "nodes", "nodepool", "droplet", "guest", "metal",
        "autoscaling", "scale",
    ]

    /// Resource types that are machines without a word that says so.
    public static let listed: Set<String> = [
        "aws_spot_fleet_request", "libvirt_domain", "packet_device", "proxmox_lxc",
        "proxmox_virtual_environment_container", "xenorchestra_pool", "lxd_container",
        "matchbox_group",
    ]

    /// Further resource types that count.
    public var additional: Set<String>

    /// Creates the rule, with further resource types that count.
    public init(additional: Set<String> = []) {
        self.additional = additional
    }

    /// Whether resources of `type` are machines.
    public func contains(_ type: String) -> Bool {
        if MachineTypes.listed.contains(type) || additional.contains(type) { return true }
        return type.split(separator: "_").contains { MachineTypes.words.contains(String($0)) }
    }
}
