import Foundation
import TestSupport
import Testing

/// What a person sees of `uprev plan`, and its exit codes.
@Suite("uprev plan")
struct PlanCommandTests {
    private func plan(_ repository: InfraRepository, _ arguments: String...) throws
        -> Program.Result
    {
        try Program.uprev().run(["plan", "--repository", repository.path] + arguments)
    }

    @Test("Exit codes: nothing, something, refused, error, wrong usage")
    func exitCodes() throws {
        let repository = try InfraRepository()
        try repository.commit("Nothing")
        #expect(try plan(repository, "--detailed-exitcode").status == 0)
        try repository.edit("common/versions.hcl", "v1.12.10", "v1.12.11")
        #expect(try plan(repository, "--detailed-exitcode").status == 2)
        #expect(try plan(repository).status == 0)
        try repository.edit("common/versions.hcl", "v1.34.1", "v1.36.0")
        #expect(try plan(repository).status == 3)
        #expect(try plan(repository, "no-such-commit").status == 1)
        #expect(try plan(repository, "--output", "yaml").status == 64)
    }

    @Test("The text shows the change, the steps and why")
    func text() throws {
        let repository = try InfraRepository()
        try repository.edit("common/versions.hcl", "v1.12.10", "v1.12.11")
        let result = try plan(repository)
        #expect(result.output.contains("talos_version: v1.12.10 -> v1.12.11"))
        #expect(result.output.contains("etcd_snapshot"))
        #expect(result.output.contains("each control plane"))
        #expect(result.errors.isEmpty)
    }

    @Test("A syntax error is shown with file, line, column, a caret and a hint")
    func syntaxError() throws {
        let repository = try InfraRepository()
        try repository.edit(
            "common/versions.hcl", "kubernetes_version = \"v1.34.1\"",
            "kubernetes_version = \"v1.34.1")
        let text = try plan(repository)
        #expect(text.status == 1)
        #expect(text.output.isEmpty)
        #expect(text.errors.contains("common/versions.hcl:4:"))
        #expect(text.errors.contains("^"))
        let json = try plan(repository, "--output", "json")
        #expect(json.status == 1)
        let value = try JSONSerialization.jsonObject(with: Data(json.output.utf8))
        let report = try #require(value as? [String: Any])
        let error = try #require((report["errors"] as? [[String: Any]])?.first)
        #expect(error["file"] as? String == "common/versions.hcl")
        #expect(error["line"] as? Int == 4)
    }

    @Test("A submodule is named by plan and by check, since stages find it empty")
    func submodule() throws {
        let repository = try InfraRepository()
        let inner = try repository.head()
        try repository.run(
            "update-index", "--add", "--cacheinfo", "160000,\(inner),modules/net")
        try repository.run("commit", "--quiet", "--message", "A submodule that Git does not know")
        #expect(try !plan(repository).output.contains("modules/net"))
        try Data("[submodule \"net\"]\n\tpath = modules/net\n\turl = ../net\n".utf8)
            .write(to: URL(fileURLWithPath: "\(repository.path)/.gitmodules"))
        try repository.run("add", ".gitmodules")
        try repository.run("commit", "--quiet", "--message", "Declare it")
        let planned = try plan(repository, "--output", "json")
        #expect(planned.status == 0)
        #expect(planned.output.contains("modules/net") && planned.output.contains("\"submodule\""))
        let checked = try Program.uprev().run(["check", "--repository", repository.path])
        #expect(checked.status == 0)
        #expect(
            checked.output.contains(
                "modules/net is a submodule, which is not fetched: stages find an empty folder."))
        #expect(try !plan(repository, "--submodules").output.contains("modules/net"))
        let wanted = ["check", "--repository", repository.url, "--submodules"]
        let told = try Program.uprev().run(wanted)
        #expect(told.output.contains("modules/net is a submodule, which is fetched from file://"))
    }

    @Test("A deciding value behind run_cmd is an error that names the reason; nothing is run")
    func runCommand() throws {
        let repository = try InfraRepository()
        let trap = "\(repository.path)/trap"
        try repository.edit(
            "common/versions.hcl", "\"v1.12.10\"", "run_cmd(\"touch\", \"\(trap)\")")
        let result = try plan(repository)
        #expect(result.status == 1)
        #expect(result.errors.contains("run_cmd"))
        #expect(result.errors.contains("common/versions.hcl:3:"))
        #expect(!FileManager.default.fileExists(atPath: trap))
    }

    @Test("A default of the environment is taken, and the plan warns of it")
    func environment() throws {
        let repository = try InfraRepository()
        try repository.edit(
            "common/versions.hcl", "\"v1.12.10\"", "get_env(\"TALOS_VERSION\", \"v1.12.11\")")
        let result = try plan(repository)
        #expect(result.output.contains("talos_version: v1.12.10 -> v1.12.11"))
        #expect(result.output.contains("depends on the environment (TALOS_VERSION)"))
        let eval = try Program.uprev().run(
            ["eval", "common/versions.hcl", "--repository", repository.path])
        #expect(
            eval.output.contains(
                "default of TALOS_VERSION (common/versions.hcl:3:24)"))
    }

    @Test("A missing uprev.hcl and an unknown argument in it are errors that say what to do")
    func definitionErrors() throws {
        let repository = try InfraRepository()
        try repository.edit("uprev.hcl", "schematic =", "schematics =")
        let unknown = try plan(repository)
        #expect(unknown.status == 1)
        #expect(unknown.errors.contains("uprev.hcl:3:"))
        #expect(unknown.errors.contains("schematic"))
        try repository.commit("Remove", ["uprev.hcl": nil])
        let missing = try plan(repository)
        #expect(missing.status == 1)
        #expect(missing.errors.contains("uprev init"))
    }

    @Test("A definition from outside reads commits that have none")
    func configuration() throws {
        var files = InfraFiles.all
        files["uprev.hcl"] = nil
        let repository = try InfraRepository(files)
        try repository.edit("common/versions.hcl", "v1.12.10", "v1.12.11")
        let folder = try TemporaryDirectory()
        try folder.write(InfraFiles.definition, to: "outside.hcl")
        let result = try plan(
            repository, "--config", "\(folder.path)/outside.hcl", "--detailed-exitcode")
        #expect(result.status == 2, "\(result.errors)")
    }
}
