/// The files of an infrastructure repository whose stages are programs of its own.
public enum InfraFiles {
    /// All of them, by path.
    public static let all = [
        "uprev.hcl": definition, "common/versions.hcl": versions,
        "common/install-schematic.hcl": schematic, "common/network.hcl": network,
        "images/build.sh": build, "cluster/apply.sh": apply,
        "machines/terragrunt.hcl": machines,
    ]

    /// The unit that creates the machines.
    public static let machines = """
        inputs = {
          workers = 3
        }

        """

    /// The sample repository with another settle time, such as `3s`.
    public static func settling(_ time: String) -> [String: String] {
        var files = all
        files["uprev.hcl"] = definition.replacing(
            "settle           = \"0s\"", with: "settle = \"\(time)\"")
        return files
    }

    /// One cluster with short waits.
    public static let definition = """
        cluster "sol" {
          versions  = "common/versions.hcl"
          schematic = "common/install-schematic.hcl"
          stage "images" {
            command = ["sh", "images/build.sh"]
            inputs  = ["images/**"]
          }
          stage "machine_config" {
            command = ["sh", "cluster/apply.sh"]
            inputs  = ["common/network.hcl"]
          }
          stage "cluster" {
            units = ["machines"]
          }
          installer {
            image = "registry.example/installer:${talos_version}"
          }
          rollout {
            settle           = "0s"
            soak             = "0s"
            node_timeout     = "20s"
            drain_timeout    = "10s"
            full_boot_canary = false
          }
          rebuild = ""
        }

        """

    /// The versions.
    public static let versions = """
        locals {
          # What every node runs.
          talos_version      = "v1.12.10"
          kubernetes_version = "v1.34.1"
          provider_versions = {
            talos = "~> 0.9"
          }
        }

        """

    /// The schematic; the digests are plainly made up.
    public static let schematic = """
        locals {
          versions            = read_terragrunt_config("${get_repo_root()}/common/versions.hcl").locals
          talos_platform      = "nocloud"
          talos_architecture  = "amd64"
          install_kernel_args = ["net.ifnames=0"]
          install_system_extensions = [
            "ghcr.io/siderolabs/qemu-guest-agent:10.0.2@sha256:\(String(repeating: "a", count: 64))",
          ]
        }

        """

    /// An input of machine configurations.
    public static let network = """
        locals {
          dns_servers = ["192.0.2.53"]
        }

        """

    /// Publishes the installer in the folder that simulated nodes pull from.
    public static let build = """
        set -eu
        talos=$(sed -n 's/^ *talos_version *= *"\\(.*\\)"/\\1/p' common/versions.hcl)
        arguments=$(sed -n 's/^ *install_kernel_args *= *\\[\\(.*\\)\\]/\\1/p' \\
          common/install-schematic.hcl)
        printf '{"reference":"registry.example/installer:%s","version":"%s","extensions":%s,"kernel_args":[%s]}\\n' \\
          "$talos" "$talos" '[{"name":"qemu-guest-agent","version":"10.0.2"}]' "$arguments" \\
          > "$TEST_REGISTRY/image.part"
        mv "$TEST_REGISTRY/image.part" "$TEST_REGISTRY/$talos.json"
        echo "built $talos"

        """

    /// Notes that machine configurations were applied.
    public static let apply = """
        set -eu
        cp common/network.hcl "$TEST_APPLIED/network.hcl"
        echo "applied"

        """
}
