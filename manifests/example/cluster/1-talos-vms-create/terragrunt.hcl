include "root" {
  path = find_in_parent_folders("root.hcl")
}

locals {
  cluster = read_terragrunt_config("${get_repo_root()}/clusters/sol/cluster.hcl").locals
}

terraform {
  source = "${get_repo_root()}/modules/virtual-machines"
}

dependency "iso" {
  config_path = "${get_repo_root()}/images/3-boot-iso-upload"
}

inputs = {
  nodes = local.cluster.nodes
  iso   = dependency.iso.outputs.file_id
}
