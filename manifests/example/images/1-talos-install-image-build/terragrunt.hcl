include "root" {
  path = find_in_parent_folders("root.hcl")
}

locals {
  versions  = read_terragrunt_config(find_in_parent_folders("common/versions.hcl")).locals
  schematic = read_terragrunt_config(find_in_parent_folders("common/install-schematic.hcl")).locals
}

terraform {
  source = "${get_repo_root()}/modules/installer-image"
}

inputs = {
  talos_version = local.versions.talos_version
  architecture  = local.versions.talos_architecture
  platform      = local.versions.talos_platform
  repository    = local.schematic.installer_repository
  kernel_args   = local.schematic.install_kernel_args
  extensions    = concat(
    local.schematic.install_system_extensions,
    local.schematic.install_custom_extensions,
  )
}
