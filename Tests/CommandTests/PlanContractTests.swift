import Foundation
import TestSupport
import Testing

/// What `uprev plan --output json` says of commits, as another program reads it.
@Suite("The plan for machines")
struct PlanContractTests {
    /// A change of one file of the sample repository, and what it must mean.
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let file: String
        let old: String
        let new: String
        let path: String
        var verdict = "run"
        var images = false
        var rule: String?
    }

    static let versions = "common/versions.hcl"
    static let schematic = "common/install-schematic.hcl"

    static let rows = [
        Row(
            testDescription: "a comment", file: versions, old: "# What every node runs.",
            new: "# What all nodes run.", path: "none", verdict: "nothing"),
        Row(
            testDescription: "the spelling of a version", file: versions, old: "\"v1.34.1\"",
            new: "\"1.34.1\"", path: "none", verdict: "nothing"),
        Row(
            testDescription: "a provider version", file: versions, old: "~> 0.9", new: "~> 0.10",
            path: "providers"),
        Row(
            testDescription: "a DNS server", file: "common/network.hcl", old: "192.0.2.53",
            new: "192.0.2.54", path: "machine_config"),
        Row(
            testDescription: "an extension's digest", file: schematic,
            old: String(repeating: "a", count: 64), new: String(repeating: "c", count: 64),
            path: "extension_update", images: true),
        Row(
            testDescription: "an extension's tag", file: schematic, old: "agent:10.0.2",
            new: "agent:10.0.3", path: "extension_update", images: true),
        Row(
            testDescription: "a kernel argument", file: schematic, old: "\"net.ifnames=0\"",
            new: "\"net.ifnames=0\", \"quiet\"", path: "extension_update", images: true),
        Row(
            testDescription: "a Talos patch", file: versions, old: "v1.12.10", new: "v1.12.11",
            path: "talos_upgrade", images: true),
        Row(
            testDescription: "a Talos patch down", file: versions, old: "v1.12.10",
            new: "v1.12.9", path: "rollback", images: true),
        Row(
            testDescription: "a Kubernetes minor", file: versions, old: "v1.34.1",
            new: "v1.35.0", path: "kubernetes_upgrade"),
        Row(
            testDescription: "a Kubernetes minor skipped", file: versions, old: "v1.34.1",
            new: "v1.36.0", path: "kubernetes_upgrade", verdict: "refused",
            rule: "kubernetes_minor_skip"),
        Row(
            testDescription: "a Kubernetes minor down", file: versions, old: "v1.34.1",
            new: "v1.33.1", path: "kubernetes_upgrade", verdict: "refused",
            rule: "kubernetes_minor_downgrade"),
        Row(
            testDescription: "a file of the images stage", file: "images/build.sh",
            old: "set -eu", new: "set -euf", path: "images", images: true),
        Row(
            testDescription: "another platform", file: schematic, old: "nocloud", new: "metal",
            path: "rebuild", verdict: "refused", images: true, rule: "not_supported_yet"),
        Row(
            testDescription: "a machine of the cluster stage", file: "machines/terragrunt.hcl",
            old: "workers = 3", new: "workers = 4", path: "nodes", verdict: "refused",
            rule: "not_supported_yet"),
        Row(
            testDescription: "the rebuild text", file: "uprev.hcl", old: "rebuild = \"\"",
            new: "rebuild = \"2026-11\"", path: "rebuild", verdict: "refused", images: true,
            rule: "not_supported_yet"),
    ]

    @Test("Each kind of change has its path", arguments: rows)
    func path(row: Row) throws {
        let repository = try InfraRepository()
        let base = try repository.head()
        let target = try repository.edit(row.file, row.old, row.new)
        let report = try plan(in: repository)
        #expect(report["base"] as? String == base)
        #expect(report["target"] as? String == target)
        let cluster = try #require((report["clusters"] as? [[String: Any]])?.first)
        #expect(cluster["path"] as? String == row.path)
        #expect(cluster["verdict"] as? String == row.verdict)
        #expect(cluster["images"] as? Bool == row.images)
        #expect(cluster["destroys"] as? Bool == (row.path == "rebuild"))
        let rules = (cluster["refusals"] as? [[String: Any]] ?? []).compactMap {
            $0["rule"] as? String
        }
        #expect(row.rule == nil ? rules.isEmpty : rules.contains(row.rule ?? ""))
        let digest = try #require(cluster["digest"] as? String)
        #expect(row.verdict == "run" ? digest.hasPrefix("sha256:") : true)
    }

    @Test("Every key of the contract is there, a missing commit as null")
    func keys() throws {
        let repository = try InfraRepository()
        try repository.edit(Self.versions, "v1.12.10", "v1.12.11")
        let report = try plan(in: repository)
        #expect(Set(report.keys) == ["base", "target", "clusters", "errors"])
        let cluster = try #require((report["clusters"] as? [[String: Any]])?.first)
        let keys = [
            "cluster", "verdict", "path", "paths", "direction", "changes", "images", "destroys",
            "reverts", "refusals", "warnings", "steps", "digest",
        ]
        #expect(Set(keys).subtracting(cluster.keys) == [])
        #expect(cluster["reverts"] is NSNull)
        #expect(cluster["direction"] as? String == "up")
        let change = try #require((cluster["changes"] as? [[String: Any]])?.first)
        #expect(change["field"] as? String == "talos_version")
        #expect(change["from"] as? String == "v1.12.10")
        #expect(change["to"] as? String == "v1.12.11")
        let steps = try #require(cluster["steps"] as? [[String: Any]])
        #expect(steps.map { $0["index"] as? Int } == (1...steps.count).map { $0 })
        let kinds = steps.compactMap { $0["kind"] as? String }
        let order = ["stage", "etcd_snapshot", "drain", "install", "reboot", "verify", "uncordon"]
        let firsts = order.compactMap { kinds.firstIndex(of: $0) }
        #expect(firsts.count == order.count && firsts == firsts.sorted())
    }

    @Test("A revert is recognised by its content and names the commit that it undoes")
    func revert() throws {
        let repository = try InfraRepository()
        let bump = try repository.edit(Self.versions, "v1.12.10", "v1.12.11")
        try repository.edit("common/network.hcl", "192.0.2.53", "192.0.2.54")
        try repository.edit(Self.versions, "v1.12.11", "v1.12.10", subject: "Tidy up")
        let report = try plan(in: repository)
        let cluster = try #require((report["clusters"] as? [[String: Any]])?.first)
        #expect(cluster["path"] as? String == "rollback")
        #expect(cluster["direction"] as? String == "down")
        #expect(cluster["reverts"] as? String == bump)
    }

    private func plan(in repository: InfraRepository) throws -> [String: Any] {
        let result = try Program.uprev().run(
            ["plan", "HEAD~1", "HEAD", "--repository", repository.path, "--output", "json"])
        let value = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
        return try #require(value as? [String: Any], "\(result.errors)")
    }
}
