variable "talos_version" { type = string }
variable "architecture" { type = string }
variable "kernel_args" { type = list(string) }

resource "terraform_data" "iso" {
  triggers_replace = [var.talos_version, var.architecture, var.kernel_args]

  provisioner "local-exec" {
    command = "docker run --rm -v ${path.root}:/out ghcr.io/siderolabs/imager:${var.talos_version} iso --arch ${var.architecture} ${join(" ", formatlist("--extra-kernel-arg=%s", var.kernel_args))}"
  }
}

output "iso_file" {
  value = "${path.root}/metal-${var.architecture}.iso"
}
