variable "nodes" {
  type = map(object({ role = string, address = string, cores = number, memory_gb = number }))
}
variable "iso" { type = string }

resource "proxmox_virtual_environment_vm" "node" {
  for_each  = var.nodes
  name      = each.key
  node_name = "pve-1"

  cpu {
    cores = each.value.cores
  }
  memory {
    dedicated = each.value.memory_gb * 1024
  }
  cdrom {
    file_id = var.iso
  }
}
