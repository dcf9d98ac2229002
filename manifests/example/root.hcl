# Shared by every unit: where state is kept and which providers are used.
locals {
  versions = read_terragrunt_config("${get_repo_root()}/common/versions.hcl").locals
}

remote_state {
  backend = "local"
  generate = {
    path      = "backend.tf"
    if_exists = "overwrite_terragrunt"
  }
  config = {
    path = "${get_terragrunt_dir()}/terraform.tfstate"
  }
}

generate "providers" {
  path      = "providers.tf"
  if_exists = "overwrite_terragrunt"
  contents  = <<-EOT
    terraform {
      required_providers {
        talos = {
          source  = "siderolabs/talos"
          version = "${local.versions.provider_versions.talos}"
        }
        proxmox = {
          source  = "bpg/proxmox"
          version = "${local.versions.provider_versions.proxmox}"
        }
      }
    }
  EOT
}
