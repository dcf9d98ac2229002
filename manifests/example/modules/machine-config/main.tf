variable "cluster_name" { type = string }
variable "endpoint" { type = string }
variable "nodes" { type = map(any) }
variable "talos_version" { type = string }
variable "kubernetes_version" { type = string }
variable "installer_image" { type = string }
variable "dns_servers" { type = list(string) }
variable "ntp_servers" { type = list(string) }
variable "pod_cidr" { type = string }
variable "service_cidr" { type = string }
variable "bgp" { type = any }
variable "patches" { type = list(string) }

resource "talos_machine_secrets" "this" {
  talos_version = var.talos_version
}

data "talos_machine_configuration" "node" {
  for_each           = var.nodes
  cluster_name       = var.cluster_name
  cluster_endpoint   = "https://${var.endpoint}:6443"
  machine_type       = each.value.role
  machine_secrets    = talos_machine_secrets.this.machine_secrets
  talos_version      = var.talos_version
  kubernetes_version = trimprefix(var.kubernetes_version, "v")
  config_patches = concat(var.patches, [
    templatefile("${path.module}/network.yaml.tftpl", {
      hostname    = each.key
      dns_servers = var.dns_servers
      ntp_servers = var.ntp_servers
      bgp         = var.bgp
    }),
    yamlencode({
      cluster = { network = { podSubnets = [var.pod_cidr], serviceSubnets = [var.service_cidr] } }
      machine = { install = { image = var.installer_image } }
    }),
  ])
}

output "machine_configs" {
  value     = { for name, config in data.talos_machine_configuration.node : name => config.machine_configuration }
  sensitive = true
}
