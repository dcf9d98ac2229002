variable "talos_version" { type = string }
variable "architecture" { type = string }
variable "platform" { type = string }
variable "repository" { type = string }
variable "kernel_args" { type = list(string) }
variable "extensions" { type = list(string) }

locals {
  image = "${var.repository}:${var.talos_version}"

  arguments = concat(
    ["--arch", var.architecture, "--platform", var.platform],
    flatten([for extension in var.extensions : ["--system-extension-image", extension]]),
    flatten([for argument in var.kernel_args : ["--extra-kernel-arg", argument]]),
  )
}

resource "terraform_data" "installer" {
  triggers_replace = [local.image, local.arguments]

  provisioner "local-exec" {
    command     = "${path.module}/build.sh"
    environment = {
      IMAGE     = local.image
      IMAGER    = "ghcr.io/siderolabs/imager:${var.talos_version}"
      ARGUMENTS = jsonencode(local.arguments)
    }
  }
}

output "installer_image" {
  value = local.image
}
