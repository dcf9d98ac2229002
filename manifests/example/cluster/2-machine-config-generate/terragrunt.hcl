include "root" {
  path = find_in_parent_folders("root.hcl")
}

locals {
  versions = read_terragrunt_config(find_in_parent_folders("common/versions.hcl")).locals
  network  = read_terragrunt_config(find_in_parent_folders("common/network.hcl")).locals
  cluster  = read_terragrunt_config("${get_repo_root()}/clusters/sol/cluster.hcl").locals
}

terraform {
  source = "${get_repo_root()}/modules/machine-config"
}

dependency "installer" {
  config_path = "${get_repo_root()}/images/1-talos-install-image-build"
}

inputs = {
  cluster_name       = local.cluster.cluster_name
  endpoint           = local.cluster.endpoint
  nodes              = local.cluster.nodes
  talos_version      = local.versions.talos_version
  kubernetes_version = local.versions.kubernetes_version
  installer_image    = dependency.installer.outputs.installer_image
  dns_servers        = local.network.dns_servers
  ntp_servers        = local.network.ntp_servers
  pod_cidr           = local.network.pod_cidr
  service_cidr       = local.network.service_cidr
  bgp                = local.network.bgp
  patches            = [file("patches/kubelet.yaml")]
}
