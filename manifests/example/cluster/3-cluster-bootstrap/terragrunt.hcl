include "root" {
  path   = find_in_parent_folders("root.hcl")
  expose = true
}

locals {
  cluster = read_terragrunt_config("${get_repo_root()}/clusters/sol/cluster.hcl").locals
}

terraform {
  source = "${get_repo_root()}/modules/bootstrap"
}

dependency "config" {
  config_path = "../2-machine-config-generate"
}

inputs = {
  nodes           = local.cluster.nodes
  endpoint        = local.cluster.endpoint
  machine_configs = dependency.config.outputs.machine_configs
}
