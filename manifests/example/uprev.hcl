# What uprev watches in this repository. Arguments that are left out have their defaults.
cluster "sol" {
  versions  = "common/versions.hcl"
  schematic = "common/install-schematic.hcl"

  stage "images" {
    units = [
      "images/1-talos-install-image-build",
      "images/2-talos-boot-iso-build",
      "images/3-boot-iso-upload",
    ]
  }

  stage "machine_config" {
    units  = ["cluster/2-machine-config-generate", "cluster/3-cluster-bootstrap"]
    inputs = ["common/network.hcl", "clusters/sol/**"]
  }

  stage "cluster" {
    units = ["cluster/1-talos-vms-create"]
  }

  installer {
    output = { unit = "images/1-talos-install-image-build", name = "installer_image" }
  }

  rollout {
    workers_at_once = 1
    settle          = "2m"
    soak            = "30s"
  }

  safety {
    etcd_snapshots = 7
    approve        = ["rebuild", "unproven", "lower_by_drift"]
  }
}
