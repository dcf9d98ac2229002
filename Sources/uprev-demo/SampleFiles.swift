import ClusterModel
import ClusterSimulator

/// The files of the sample repository at its first commit.
///
/// The stages are programs of the repository itself, since Terragrunt is not on every machine: one
/// builds the installer into a folder that the simulated nodes pull from, one applies machine
/// configurations.
enum SampleFiles {
    /// What the nodes run before the first push.
    static let firstImage = SimulatedImage(
        version: Version(1, 12, 11),
        extensions: [
            InstalledExtension(name: "qemu-guest-agent", version: "10.0.2"),
            InstalledExtension(name: "intel-ucode", version: "20250812"),
        ], kernelArguments: ["net.ifnames=0", "console=ttyS0"])

    /// The line with the raised version.
    static let raised = "talos_version      = \"v1.13.9\""

    static let all = [
        ("uprev.hcl", definition), ("common/versions.hcl", versions),
        ("common/install-schematic.hcl", schematic), ("common/network.hcl", network),
        ("images/1-talos-install-image-build/build.sh", build),
        ("cluster/3-cluster-bootstrap/apply.sh", apply),
    ]

    private static let definition = """
        cluster "sol" {
          versions  = "common/versions.hcl"
          schematic = "common/install-schematic.hcl"

          stage "images" {
            command = ["sh", "images/1-talos-install-image-build/build.sh"]
          }
          stage "machine_config" {
            command = ["sh", "cluster/3-cluster-bootstrap/apply.sh"]
            inputs  = ["common/network.hcl"]
          }
          installer {
            image = "registry.example/sol/talos-installer:${talos_version}"
          }
          rollout {
            settle           = "0s"
            soak             = "0s"
            node_timeout     = "60s"
            drain_timeout    = "30s"
            full_boot_canary = false
          }
        }

        """

    private static let versions = """
        locals {
          talos_version      = "v1.12.11"
          kubernetes_version = "v1.34.1"
          extension_version  = "v1.12.11"
          provider_versions = {
            talos = "~> 0.9"
          }
        }

        """

    private static let schematic = """
        locals {
          versions = read_terragrunt_config("${get_repo_root()}/common/versions.hcl").locals

          install_kernel_args = ["net.ifnames=0", "console=ttyS0"]

          # Pinned, so that a security patch is a commit.
          install_system_extensions = [
            "ghcr.io/siderolabs/qemu-guest-agent:10.0.2@sha256:\(digest("a"))",
            "ghcr.io/siderolabs/intel-ucode:20250812@sha256:\(digest("b"))",
          ]
        }

        """

    private static let network = """
        locals {
          dns_servers = ["192.0.2.53"]
          bgp_asn     = 64512
        }

        """

    private static let build = """
        # Builds the installer image: what the simulated nodes pull is a description of its content.
        set -eu
        talos=$(sed -n 's/^ *talos_version *= *"\\(.*\\)"/\\1/p' common/versions.hcl)
        extensions=$(sed -n \\
          's|^ *"ghcr.io/[a-z]*/\\([a-z-]*\\):\\([^@]*\\)@.*|{"name":"\\1","version":"\\2"}|p' \\
          common/install-schematic.hcl | paste -sd, -)
        arguments=$(sed -n 's/^ *install_kernel_args *= *\\[\\(.*\\)\\]/\\1/p' \\
          common/install-schematic.hcl)
        reference="registry.example/sol/talos-installer:$talos"
        printf '{"reference":"%s","version":"%s","extensions":[%s],"kernel_args":[%s]}\\n' \\
          "$reference" "$talos" "$extensions" "$arguments" > "$DEMO_REGISTRY/$talos.json.part"
        mv "$DEMO_REGISTRY/$talos.json.part" "$DEMO_REGISTRY/$talos.json"
        echo "built $reference"

        """

    private static let apply = """
        # Applies machine configurations: the demo looks at what was applied last.
        set -eu
        cp common/network.hcl "$DEMO_APPLIED/network.hcl"
        echo "applied the machine configurations of 6 nodes"

        """

    /// A digest that is plainly made up.
    static func digest(_ digit: Character) -> String { String(repeating: digit, count: 64) }
}
