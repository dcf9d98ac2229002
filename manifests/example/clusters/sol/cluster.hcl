# The machines of the cluster "sol".
locals {
  versions = read_terragrunt_config(find_in_parent_folders("common/versions.hcl")).locals
  network  = read_terragrunt_config("${get_terragrunt_dir()}/../../common/network.hcl").locals

  cluster_name = "sol"
  cluster_id   = 101
  subnet       = format("10.%d.0", local.cluster_id)

  controlplane_count = 3
  worker_count       = 3

  defaults = {
    cores     = 4
    memory_gb = 8
    labels    = {}
  }

  # Machines that differ from the rest of their kind.
  overrides = {
    solwk03 = { memory_gb = 32, labels = { "example.org/gpu" = "true" } }
  }

  controlplanes = {
    for index in range(local.controlplane_count) :
    format("%scp%02d", local.cluster_name, index + 1) => merge(local.defaults, {
      role    = "controlplane"
      address = format("%s.%d", local.subnet, 11 + index)
    })
  }

  workers = {
    for index in range(local.worker_count) :
    format("%swk%02d", local.cluster_name, index + 1) => merge(
      local.defaults,
      { role = "worker", address = format("%s.%d", local.subnet, 21 + index) },
      try(local.overrides[format("%swk%02d", local.cluster_name, index + 1)], {}),
    )
  }

  nodes = merge(local.controlplanes, local.workers)

  is_highly_available = length(local.controlplanes) > 2 && can(local.controlplanes["solcp03"])
  endpoint            = local.is_highly_available ? format("%s.10", local.subnet) : null

  gpu_nodes = [for name, node in local.nodes : name if try(node.labels["example.org/gpu"], "") == "true"]
}
