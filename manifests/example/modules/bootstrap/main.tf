variable "nodes" { type = map(any) }
variable "endpoint" { type = string }
variable "machine_configs" { type = map(string) }

resource "talos_machine_configuration_apply" "node" {
  for_each                    = var.nodes
  node                        = each.value.address
  machine_configuration_input = var.machine_configs[each.key]
}

resource "talos_machine_bootstrap" "this" {
  depends_on = [talos_machine_configuration_apply.node]
  node       = [for node in var.nodes : node.address if node.role == "controlplane"][0]
}

output "talosconfig_endpoint" {
  value = var.endpoint
}
