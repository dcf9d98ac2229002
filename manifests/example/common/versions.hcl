# The one place for versions. Raise a version here, commit, push.
locals {
  talos_version      = "v1.11.5"
  kubernetes_version = "1.34.1"

  # The release that the extension images below are tagged for; kept for people.
  extension_version = "v1.11.5"

  talos_platform     = "nocloud"
  talos_architecture = "amd64"

  provider_versions = {
    talos   = "0.9.0"
    proxmox = "0.86.0"
  }
}
