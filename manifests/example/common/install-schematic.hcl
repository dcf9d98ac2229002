# What is baked into the installed system.
locals {
  versions = read_terragrunt_config("${get_repo_root()}/common/versions.hcl").locals

  # Order matters to the kernel.
  install_kernel_args = [
    "talos.platform=${local.versions.talos_platform}",
    "console=ttyS0",
    "net.ifnames=0",
    "sysctl.kernel.kexec_load_disabled=1",
  ]

  # Official extensions, pinned by digest.
  install_system_extensions = [
    "ghcr.io/siderolabs/qemu-guest-agent:10.1.2@sha256:7d8c1b9a52b15a8d9a2cc9bd5c7f2a1f0e3d4c5b6a79880716253443526170f0",
    "ghcr.io/siderolabs/intel-ucode:20250812@sha256:1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90a",
    "ghcr.io/siderolabs/i915:20250708-${local.versions.talos_version}",
  ]

  # Built by ourselves.
  install_custom_extensions = [
    "ghcr.io/example/frr-extension:10.4.1-${local.versions.talos_version}",
  ]

  installer_repository = "ghcr.io/example/sol-talos-installer-frr"
}
