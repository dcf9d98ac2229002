# Read by the units that generate machine configurations.
locals {
  dns_servers  = ["10.0.0.53", "10.0.1.53"]
  ntp_servers  = ["10.0.0.123"]
  pod_cidr     = "10.244.0.0/16"
  service_cidr = "10.96.0.0/12"

  bgp = {
    local_asn = 4210000101
    peers     = { for index in range(2) : "router-${index + 1}" => "10.0.0.${index + 1}" }
  }
}
