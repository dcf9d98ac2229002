include "root" {
  path = find_in_parent_folders("root.hcl")
}

terraform {
  source = "${get_repo_root()}/modules/iso-upload"
}

dependency "iso" {
  config_path = "../2-talos-boot-iso-build"
}

inputs = {
  iso_file  = dependency.iso.outputs.iso_file
  datastore = "local"
}
