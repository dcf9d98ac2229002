import Foundation
import TestSupport
import Testing

/// What a person sees of the verbs that only look at a repository.
@Suite("uprev history, check, init and eval")
struct HistoryAndInitTests {
    @Test("History lists each commit that changes an input, and a broken one with its error")
    func history() throws {
        let repository = try InfraRepository()
        let first = try repository.head()
        let bump = try repository.edit("common/versions.hcl", "v1.12.10", "v1.12.11")
        try repository.commit("Elsewhere", ["README.md": "nothing to see"])
        let broken = try repository.edit("common/versions.hcl", "locals {", "locals {{")
        let mended = try repository.edit("common/versions.hcl", "locals {{", "locals {")
        let result = try Program.uprev().run([
            "history", "--repository", repository.path, "--from", first, "--to", "HEAD",
            "--output", "json",
        ])
        #expect(result.status == 0, "\(result.errors)")
        let reports = try result.output.split(separator: "\n").map { line in
            let value = try JSONSerialization.jsonObject(with: Data(line.utf8))
            return try #require(value as? [String: Any])
        }
        #expect(reports.map { $0["target"] as? String } == [bump, broken, mended])
        #expect((reports[1]["errors"] as? [Any])?.isEmpty == false)
        #expect(reports[2]["base"] as? String == bump)
        let cluster = try #require((reports[2]["clusters"] as? [[String: Any]])?.first)
        #expect(cluster["verdict"] as? String == "nothing")
    }

    @Test("What was undone before the base is not undone again, though the base changed no input")
    func undoneBefore() throws {
        let repository = try InfraRepository()
        let bump = try repository.edit("common/versions.hcl", "v1.12.10", "v1.12.11")
        try repository.revert(bump)
        let base = try repository.commit("Elsewhere", ["README.md": "nothing to see"])
        try repository.edit("common/versions.hcl", "v1.34.1", "v1.34.2")
        let plan = { (base: String) in
            try Program.uprev().run([
                "plan", base, "HEAD", "--repository", repository.path, "--output", "json",
            ]).output
        }
        #expect(try !plan(base).contains(bump))
        #expect(try plan(base).contains("kubernetes_upgrade"))
        // Held against a commit before the revert, it does undo it.
        #expect(try plan("\(bump)").contains("\"reverts\" : \"\(bump)\""))
    }

    @Test("The cluster's files appearing for the first time are an initial commit")
    func initial() throws {
        let repository = try InfraRepository(["README.md": "empty"])
        try repository.commit("Describe", InfraFiles.all.mapValues(Optional.some))
        let result = try Program.uprev().run([
            "plan", "--repository", repository.path, "--output", "json",
        ])
        #expect(result.output.contains("\"initial\""), "\(result.errors)")
    }

    @Test("Check says what it reads, and refuses what cannot be read")
    func check() throws {
        let repository = try InfraRepository()
        let good = try Program.uprev().run(["check", "--repository", repository.path])
        #expect(good.status == 0)
        #expect(good.output.contains("sol: Talos v1.12.10, Kubernetes v1.34.1"))
        try repository.edit("uprev.hcl", "cluster \"sol\"", "clusters \"sol\"")
        let bad = try Program.uprev().run(["check", "--repository", repository.path])
        #expect(bad.status == 1)
        #expect(bad.errors.contains("uprev.hcl:1:"))
    }

    @Test("A wrong talosconfig is an error without its content")
    func wrongTalosconfig() throws {
        let repository = try InfraRepository()
        let folder = try TemporaryDirectory()
        try folder.write("context: sol\ncontexts:\n  sol:\n    key: c2VjcmV0\n", to: "talosconfig")
        let result = try Program.uprev().run([
            "check", "--repository", repository.path, "--talosconfig",
            "\(folder.path)/talosconfig",
        ])
        #expect(result.status == 1)
        #expect(result.errors.contains("talosconfig"))
        #expect(!(result.errors + result.output).contains("c2VjcmV0"))
    }

    @Test("Init writes a definition that check accepts, and never overwrites one")
    func initialise() throws {
        let repository = try InfraRepository([
            "common/versions.hcl": InfraFiles.versions,
            "common/install-schematic.hcl": InfraFiles.schematic,
            "images/1-build/terragrunt.hcl": "", "cluster/3-bootstrap/terragrunt.hcl": "",
        ])
        let uprev = try Program.uprev()
        let written = try uprev.run(["init", "--repository", repository.path, "--cluster", "sol"])
        #expect(written.status == 0, "\(written.errors)")
        try repository.commit("Add uprev.hcl")
        let check = try uprev.run(["check", "--repository", repository.path])
        #expect(check.status == 0, "\(check.errors)")
        let again = try uprev.run(["init", "--repository", repository.path])
        #expect(again.status == 1)
        #expect(again.errors.contains("exists"))
    }

    @Test("Every verb explains itself")
    func help() throws {
        for verb in [
            "run", "plan", "status", "history", "logs", "eval", "check", "init", "reconcile",
            "suspend", "resume", "cancel", "approve",
        ] {
            let result = try Program.uprev().run([verb, "--help"])
            #expect(result.status == 0)
            #expect(result.output.contains("OVERVIEW:"), "\(verb)")
        }
    }
}
