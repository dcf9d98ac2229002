include "root" {
  path = find_in_parent_folders("root.hcl")
}

locals {
  versions  = read_terragrunt_config(find_in_parent_folders("common/versions.hcl")).locals
  schematic = read_terragrunt_config(find_in_parent_folders("common/install-schematic.hcl")).locals
}

terraform {
  source = "${get_repo_root()}/modules/boot-iso"
}

dependency "installer" {
  config_path  = "../1-talos-install-image-build"
  skip_outputs = true
}

inputs = {
  talos_version = local.versions.talos_version
  architecture  = local.versions.talos_architecture
  kernel_args   = local.schematic.install_kernel_args
}
