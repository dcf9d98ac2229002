import ClusterModel
import Infrastructure
import Testing

@Suite("uprev.hcl")
struct DefinitionTests {
    private static let files = [
        "common/versions.hcl": """
        locals {
          talos_version      = "v1.11.5"
          kubernetes_version = "v1.34.1"
          registry           = "ghcr.io/example"
          builder            = run_cmd("whoami")
        }
        """,
        "common/schematic.hcl": "locals {}\n",
    ]

    /// Everything that a definition can say, each with another value than the default.
    private static let full = """
        cluster "sol" {
          versions  = "common/versions.hcl"
          schematic = "./common/schematic.hcl"
          overrides = ["clusters/sol/cluster.hcl"]
          locals    = { talos_platform = "platform" }
          stage "images" {
            units = ["images/one", "images/two"]
            carry = ["build/**"]
          }
          stage "machine_config" {
            units         = ["cluster/config"]
            inputs        = ["common/network.hcl", "clusters/sol/**"]
            config_output = { unit = "cluster/config", name = "machine_configs" }
          }
          stage "cluster" {
            command = ["make", "cluster"]
          }
          installer {
            factory = "https://factory.talos.dev"
          }
          talos {
            endpoints = ["10.0.0.1"]
          }
          kubernetes {
            method = "machine_config"
          }
          rollout {
            workers_at_once  = "10%"
            order            = "nodes_first"
            settle           = "0s"
            soak             = "1m30s"
            node_timeout     = "1h"
            drain_timeout    = "5m"
            full_boot_canary = false
            on_failure       = "halt"
          }
          safety {
            etcd_snapshots = 3
            flux_export    = false
            capacity_check = false
            approve        = ["adoption"]
          }
          window {
            days     = ["sun", "sat"]
            start    = "02:30"
            duration = "3h"
            timezone = "Europe/Berlin"
          }
          promote {
            after = "staging"
            soak  = "12h"
          }
          rebuild = "2026-11-01 new disks"
        }
        """

    private static func clusters(_ text: String) throws -> [ClusterDefinition] {
        let tree = MemoryFileTree(files).with("uprev.hcl", text)
        return try CommitReader(tree).clusters()
    }

    private static func error(_ text: String) throws -> ReadError {
        try #require(throws: ReadError.self) { try clusters(text) }
    }

    /// A definition with more lines in its cluster block, from the fourth line on.
    private static func cluster(_ more: String) -> String {
        """
        cluster "sol" {
          versions  = "common/versions.hcl"
          schematic = "common/schematic.hcl"
        \(more)
        }
        """
    }

    @Test("Defaults are the documented ones")
    func defaults() throws {
        let clusters = try Self.clusters(Self.cluster(""))
        #expect(
            clusters == [
                ClusterDefinition(
                    name: ClusterName("sol"), versions: "common/versions.hcl",
                    schematic: "common/schematic.hcl")
            ])
    }

    @Test("Every block and argument is read")
    func everything() throws {
        let tree = MemoryFileTree(Self.files).with("uprev.hcl", Self.full)
            .with("clusters/sol/cluster.hcl", "locals {}\n")
        let sol = try #require(try CommitReader(tree).clusters().first)
        #expect(sol.schematic == "common/schematic.hcl")
        #expect(sol.overrides == ["clusters/sol/cluster.hcl"])
        #expect(sol.locals == ["talos_platform": "platform"])
        #expect(
            sol.stages[.images]
                == Stage(kind: .images, units: ["images/one", "images/two"], carry: ["build/**"]))
        #expect(
            sol.stages[.machineConfig]
                == Stage(
                    kind: .machineConfig, units: ["cluster/config"],
                    inputs: ["common/network.hcl", "clusters/sol/**"],
                    configOutput: UnitOutput(unit: "cluster/config", name: "machine_configs")))
        #expect(sol.stages[.cluster] == Stage(kind: .cluster, command: ["make", "cluster"]))
        #expect(sol.installer == .factory(url: "https://factory.talos.dev"))
        #expect(sol.endpoints == ["10.0.0.1"])
        #expect(sol.kubernetesMethod == .machineConfig)
        #expect(
            sol.window
                == MaintenanceWindow(
                    days: ["sat", "sun"], startMinute: 150, duration: .seconds(3 * 3_600),
                    timeZone: "Europe/Berlin"))
        #expect(
            sol.promotion == Promotion(after: ClusterName("staging"), soak: .seconds(12 * 3_600)))
        #expect(sol.rebuild == "2026-11-01 new disks")
    }

    @Test("The policies of a full definition are read")
    func policies() throws {
        let tree = MemoryFileTree(Self.files).with("uprev.hcl", Self.full)
            .with("clusters/sol/cluster.hcl", "locals {}\n")
        let sol = try #require(try CommitReader(tree).clusters().first)
        #expect(sol.rollout.workersAtOnce == .percent(10))
        #expect(sol.rollout.order == .nodesFirst)
        #expect(sol.rollout.settle == .zero)
        #expect(sol.rollout.soak == .seconds(90))
        #expect(sol.rollout.nodeTimeout == .seconds(3_600))
        #expect(sol.rollout.drainTimeout == .seconds(300))
        #expect(!sol.rollout.fullBootCanary)
        #expect(sol.safety.etcdSnapshots == 3)
        #expect(!sol.safety.exportsFlux)
        #expect(!sol.safety.checksCapacity)
        #expect(sol.safety.approve == [.rebuild, .adoption])
    }

    @Test("An unknown argument is reported with its place and the nearest name")
    func unknownArgument() throws {
        let error = try Self.error(Self.cluster("  rollout {\n    sok = \"30s\"\n  }"))
        let problem = try #require(error.problems.first)
        #expect(error.problems.count == 1)
        #expect(problem.file == "uprev.hcl")
        #expect(problem.line == 5)
        #expect(problem.column == 5)
        #expect(problem.hint == "Did you mean \"soak\"?")
        #expect(problem.rendered.contains("5 |     sok = \"30s\""))
        #expect(problem.rendered.contains("|     ^^^"))
    }

    @Test(
        "What is wrong is reported at its line",
        arguments: [
            ("  stage \"image\" {\n    units = [\"a\"]\n  }", 4, "images"),
            ("  roll_out {\n  }", 4, "rollout"),
            ("  rollout = {}", 4, "It is a block"),
            ("  versions {\n  }", 4, "It is an argument"),
            ("  rollout {\n    order = \"guid\"\n  }", 5, "guide"),
            ("  rollout {\n    soak = \"fast\"\n  }", 5, "duration"),
            ("  rollout {\n    soak = 30\n  }", 5, "duration"),
            ("  rollout {\n    node_timeout = \"0s\"\n  }", 5, "longer than zero"),
            ("  rollout {\n    workers_at_once = 0\n  }", 5, "workers_at_once"),
            ("  rollout {\n    workers_at_once = \"101%\"\n  }", 5, "workers_at_once"),
            ("  rollout {\n    on_failure = \"continue\"\n  }", 5, "halt"),
            ("  rollout {\n  }\n  rollout {\n  }", 6, "one rollout block"),
            ("  safety {\n    etcd_snapshots = 0\n  }", 5, "from 1 to 1000"),
            ("  safety {\n    approve = [\"unprove\"]\n  }", 5, "unproven"),
            ("  safety {\n    flux_export = \"yes\"\n  }", 5, "true or false"),
            ("  window {\n    start = \"25:00\"\n    duration = \"1h\"\n  }", 5, "time of day"),
            ("  window {\n    start = \"02:00\"\n  }", 4, "\"duration\""),
            ("  promote {\n    after = \"sol\"\n  }", 5, "another cluster"),
            ("  installer {\n  }", 4, "exactly one"),
            (
                "  installer {\n    image = \"a:${talos_version}\"\n    factory = \"https://b\"\n  }",
                4, "exactly one"
            ),
            ("  installer {\n    output = { unit = \"a\" }\n  }", 5, "name of its output"),
            ("  stage \"images\" {\n  }", 4, "units or a command"),
            ("  stage \"images\" {\n    units = [\"../a\"]\n  }", 5, "leaves the repository"),
            ("  stage \"images\" {\n    units = [\"/a\"]\n  }", 5, "begins with /"),
            ("  overrides = [talos_version]", 4, "Write the value itself"),
            ("  rebuild = builder", 4, "run_cmd, which is never executed"),
            ("  rebuild = talos_versoin", 4, "talos_version"),
            ("  locals = { talos_verion = \"x\" }", 4, "talos_version"),
        ])
    func wrong(more: String, line: Int, text: String) throws {
        let error = try Self.error(Self.cluster(more))
        #expect(error.problems.count == 1)
        let problem = try #require(error.problems.first)
        #expect(problem.line == line)
        #expect(problem.rendered.contains(text))
        #expect(problem.rendered.contains("^"))
    }

    @Test("Several errors are reported together, required arguments among them")
    func several() throws {
        let error = try Self.error("cluster \"a b\" {\n  bogus = 1\n}\nfoo = 2\n")
        let messages = error.problems.map(\.message).joined(separator: "\n")
        #expect(messages.contains("\"versions\""))
        #expect(messages.contains("\"schematic\""))
        #expect(messages.contains("\"bogus\""))
        #expect(messages.contains("\"foo\""))
        #expect(messages.contains("1 to 63 letters"))
    }

    @Test("Two clusters of one name are an error")
    func duplicates() throws {
        let error = try Self.error(Self.cluster("") + "\n" + Self.cluster(""))
        #expect(error.problems.map(\.line) == [6])
    }

    @Test("A missing definition says how to make one, and one from outside takes its place")
    func missing() throws {
        let reader = CommitReader(MemoryFileTree(Self.files))
        let error = try #require(throws: ReadError.self) { try reader.clusters() }
        #expect(error.problems.first?.file == "uprev.hcl")
        #expect(error.hint.contains("uprev init"))
        let outside = CommitReader(
            tree: MemoryObjects(MemoryFileTree(Self.files)),
            configuration: ("/etc/uprev.hcl", Array(Self.cluster("").utf8)))
        #expect(try outside.clusters().count == 1)
    }

    @Test("Malformed text is reported with its place")
    func malformed() throws {
        let error = try Self.error("cluster \"sol\" {\n  versions =\n}\n")
        #expect(error.problems.first?.line == 2)
        #expect(error.disposition == .stalled)
    }

    @Test("A file without clusters is an error")
    func empty() throws {
        #expect(try Self.error("# nothing\n").description.contains("defines no cluster"))
    }
}
