variable "iso_file" { type = string }
variable "datastore" { type = string }

resource "proxmox_virtual_environment_file" "iso" {
  content_type = "iso"
  datastore_id = var.datastore
  node_name    = "pve-1"

  source_file {
    path = var.iso_file
  }
}

output "file_id" {
  value = proxmox_virtual_environment_file.iso.id
}
