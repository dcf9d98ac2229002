import Foundation
import TestSupport
import Testing

/// What a person and a program see of `uprev graph`.
@Suite("uprev graph")
struct GraphCommandTests {
    private static let files = InfraFiles.all.merging(
        [
            "root.hcl": "locals {\n"
                + "  network = read_terragrunt_config(\"${get_repo_root()}/common/network.hcl\")\n}\n",
            "cluster/config/terragrunt.hcl": """
            include "root" {
              path = find_in_parent_folders("root.hcl")
            }
            dependency "machines" {
              config_path = "../../machines"
            }

            """,
            "doubt/terragrunt.hcl": "inputs = {\n  a = file(get_env(\"NAME\"))\n}\n",
        ]) { $1 }

    private func graph(_ repository: InfraRepository, _ arguments: String...) throws
        -> Program.Result
    {
        try Program.uprev().run(["graph", "--repository", repository.path] + arguments)
    }

    @Test("Without arguments all units are shown with counts, order and doubts")
    func counts() throws {
        let result = try graph(try InfraRepository(Self.files))
        #expect(result.status == 0, "\(result.errors)")
        #expect(
            result.output == """
                cluster/config  3 files, after machines
                doubt           1 file, and others that only a run knows
                machines        1 file

                """)
    }

    @Test("A unit's files are shown, each with why")
    func unit() throws {
        let repository = try InfraRepository(Self.files)
        let result = try graph(repository, "cluster/config/", "./doubt/terragrunt.hcl")
        #expect(result.status == 0, "\(result.errors)")
        #expect(
            result.output.contains(
                "  common/network.hcl\n    cluster/config/terragrunt.hcl:1 include → "
                    + "root.hcl:2 read_terragrunt_config → common/network.hcl\n"))
        #expect(
            result.output.contains(
                "comes after\n  machines\n    cluster/config/terragrunt.hcl:5 dependency"))
        #expect(
            result.output.contains("not all of its files are known\n  doubt/terragrunt.hcl:2:7"))
    }

    @Test("A file's units are shown, each with why, and those that might be")
    func file() throws {
        let repository = try InfraRepository(Self.files)
        let result = try graph(repository, "--file", "common/network.hcl", "cluster/root.hcl")
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("common/network.hcl: reaches 1 unit\n  cluster/config\n"))
        #expect(result.output.contains("cluster/root.hcl: reaches 0 units"))
        #expect(result.output.contains("looked for, but not there, by\n  cluster/config"))
        #expect(result.output.contains("not all of their files are known\n  doubt"))
    }

    @Test("JSON has the same, for programs")
    func json() throws {
        let repository = try InfraRepository(Self.files)
        let head = try repository.head()
        let units = try object(try graph(repository, "cluster/config", "--output", "json"))
        #expect(units["revision"] as? String == head)
        let unit = try #require((units["units"] as? [[String: Any]])?.first)
        #expect(unit["complete"] as? Bool == true)
        let files = try #require(unit["files"] as? [[String: Any]])
        #expect(
            files.compactMap { $0["file"] as? String }
                == ["cluster/config/terragrunt.hcl", "common/network.hcl", "root.hcl"])
        let steps = try #require(files[1]["steps"] as? [[String: Any]])
        #expect(steps[1]["kind"] as? String == "read_terragrunt_config")
        #expect(steps[1]["line"] as? Int == 2)
        let file = try object(
            try graph(repository, "--file", "root.hcl", "--output", "json"))
        let reached = try #require((file["files"] as? [[String: Any]])?.first)
        #expect(
            (reached["units"] as? [[String: Any]])?.first?["unit"] as? String == "cluster/config")
        let all = try object(try graph(repository, "--output", "json"))
        #expect((all["units"] as? [[String: Any]])?.count == 3)
    }

    @Test("Another revision can be named, and what is wrong is said")
    func errors() throws {
        let repository = try InfraRepository(Self.files)
        let first = try repository.head()
        try repository.commit("Remove", ["doubt/terragrunt.hcl": nil])
        #expect(try graph(repository, "doubt").status == 1)
        #expect(try graph(repository, "doubt", "--revision", first).status == 0)
        let wrong = try graph(repository, "machine")
        #expect(wrong.status == 1)
        #expect(wrong.errors.contains("Did you mean \"machines\"?"))
        #expect(try graph(repository, "machines", "--file", "root.hcl").status == 64)
    }

    @Test("Links are followed inside the repository, and refused where they leave it")
    func links() throws {
        let repository = try InfraRepository(Self.files)
        func link(_ path: String, to target: String) throws {
            try FileManager.default.createSymbolicLink(
                atPath: "\(repository.path)/\(path)", withDestinationPath: target)
        }
        try link("shared", to: "common")
        try link("outside", to: "../..")
        try repository.commit(
            "Link",
            [
                "a/terragrunt.hcl": "locals {\n"
                    + "  n = read_terragrunt_config(\"../shared/network.hcl\")\n}\n",
                "b/terragrunt.hcl": "locals {\n  n = file(\"../outside/secret\")\n}\n",
            ])
        let good = try graph(repository, "a")
        #expect(good.output.contains("a/terragrunt.hcl:2 read_terragrunt_config → shared/network"))
        let bad = try graph(repository, "b")
        #expect(bad.output.contains("b/terragrunt.hcl:2:7"))
        #expect(bad.output.contains("symbolic link that leaves the repository"))
    }

    private func object(_ result: Program.Result) throws -> [String: Any] {
        let value = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
        return try #require(value as? [String: Any])
    }
}
