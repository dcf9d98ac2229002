import Foundation
import TestSupport
import Testing

/// What nobody means to commit, as a person sees it: one clear error or the right answer.
@Suite("Commands on commits that are odd")
struct BadCommitTests {
    private static let versions = "common/versions.hcl"
    private let repository: InfraRepository

    init() throws { repository = try InfraRepository() }

    private func uprev(_ arguments: String...) throws -> Program.Result {
        let result = try Program.uprev().run(arguments + ["--repository", repository.path])
        let shown = result.output + result.errors
        let harmful = shown.unicodeScalars.filter {
            ($0.value < 0x20 && $0 != "\n") || $0.value == 0x7f || $0.properties.isBidiControl
        }
        #expect(harmful.isEmpty, "\(arguments): \(shown.debugDescription)")
        return result
    }

    /// Every command that looks at the tip says so, and none takes long.
    private func expectError(_ words: String, sourceLocation: SourceLocation = #_sourceLocation)
        throws
    {
        let start = ContinuousClock.now
        for arguments in [["check"], ["plan", "HEAD~1", "HEAD"]] {
            let result = try Program.uprev().run(arguments + ["--repository", repository.path])
            #expect(result.status == 1, "\(arguments)", sourceLocation: sourceLocation)
            #expect(result.output.isEmpty, sourceLocation: sourceLocation)
            #expect(
                result.errors.contains(words), "\(result.errors)", sourceLocation: sourceLocation)
        }
        let history = try uprev("history")
        let all = history.output + history.errors
        #expect(all.contains(words), "\(all)", sourceLocation: sourceLocation)
        #expect(
            history.output.split(separator: "\n").count <= 2, "\(history.output)",
            sourceLocation: sourceLocation)
        #expect(start.duration(to: .now) < .seconds(60), sourceLocation: sourceLocation)
    }

    @Test(
        "A file of 500 MB is refused by its size, without reading it",
        arguments: [versions, "uprev.hcl", "machines/terragrunt.hcl"])
    func large(name: String) throws {
        let path = "\(repository.path)/\(name)"
        try #require(truncate(path, 500 << 20) == 0)
        try repository.commit("Large")
        try #require(truncate(path, 0) == 0)
        let limited = Program(
            "/bin/sh", environment: ["PATH": "/usr/bin:/bin"])
        // With this much memory of its own the program could not hold the file.
        let result = try limited.run([
            "-c", "ulimit -d 300000; exec \"$@\"", "sh", try Program.uprev().path, "check",
            "--repository", repository.path,
        ])
        #expect(result.status == 1, "\(result.errors)")
        #expect(result.errors.contains("\(500 << 20) bytes"), "\(result.errors)")
        try expectError("\(name) has \(500 << 20) bytes")
    }

    @Test("A file of 500 MB that is only an input is compared by its name, and not read")
    func largeInput() throws {
        let path = "\(repository.path)/common/network.hcl"
        try #require(truncate(path, 500 << 20) == 0)
        try repository.commit("Large")
        let result = try uprev("plan", "HEAD~1", "HEAD")
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("machine_config_inputs common/network.hcl"))
    }

    @Test(
        "A link that leaves the repository, leads to itself or to nothing is an error",
        arguments: [
            (versions, "/etc/passwd", "leaves the repository"),
            (versions, "../../../../etc/passwd", "leaves the repository"),
            (versions, "versions.hcl", "symbolic links"), (versions, "gone.hcl", versions),
            ("uprev.hcl", "/etc/passwd", "leaves the repository"),
            ("uprev.hcl", "uprev.hcl", "symbolic links"),
            ("common", "/etc", "leaves the repository"), ("common", "common", "symbolic links"),
        ])
    func links(name: String, target: String, words: String) throws {
        let path = "\(repository.path)/\(name)"
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
        try repository.commit("Link")
        try expectError(words)
    }

    @Test("A directory or a submodule where a file belongs is an error")
    func kinds() throws {
        let commit = try repository.head()
        for name in ["uprev.hcl", Self.versions] {
            try repository.run("rm", "-q", "--cached", name)
            try repository.run("update-index", "--add", "--cacheinfo", "160000,\(commit),\(name)")
            try repository.run("commit", "-q", "-m", "Submodule")
            try expectError("is a submodule")
            try repository.run("reset", "-q", "--hard", commit)
        }
        try FileManager.default.removeItem(atPath: "\(repository.path)/uprev.hcl")
        try repository.commit("Directory", ["uprev.hcl/file": "x"])
        try expectError("There is no uprev.hcl")
    }

    @Test(
        "A path that would forge a line or drive a terminal is shown as escapes",
        arguments: [
            ("images/a\nFAKE ERROR cluster lost", #"images/a\nFAKE"#),
            ("images/\u{1b}[31mred", #"images/\u{1B}[31mred"#), ("images/t\tq\"", #"images/t\tq"#),
            ("images/bell\u{7}", #"images/bell\u{07}"#),
            ("images/\u{202e}gnp", #"images/\u{202E}gnp"#),
        ])
    func paths(name: String, shown: String) throws {
        try repository.commit("Odd", [name: "x"])
        let plan = try uprev("plan", "HEAD~1", "HEAD")
        #expect(plan.status == 0, "\(plan.errors)")
        #expect(plan.output.contains(shown), "\(plan.output)")
        #expect(!plan.output.contains("\nFAKE"))
        #expect(try uprev("history").output.split(separator: "\n").count == 2)
        let json = try Program.uprev().run([
            "plan", "HEAD~1", "HEAD", "--output", "json", "--repository", repository.path,
        ])
        let value = try JSONSerialization.jsonObject(with: Data(json.output.utf8))
        let clusters = try #require((value as? [String: Any])?["clusters"] as? [[String: Any]])
        let changes = try #require(clusters.first?["changes"] as? [[String: Any]])
        #expect(changes.first?["name"] as? String == name)
    }

    @Test("A path that is no UTF-8 is shown with a mark in its place")
    func notText() throws {
        let script = "printf x > \"images/$(printf 'inv\\377')\""
        try #require(try Program("/bin/sh").run(["-c", script], in: repository.path).status == 0)
        try repository.commit("Odd")
        let plan = try uprev("plan", "HEAD~1", "HEAD")
        #expect(plan.status == 0, "\(plan.errors)")
        #expect(plan.output.contains("images/inv\u{fffd}"), "\(plan.output)")
    }

    @Test("A value with control characters is shown harmless in the error")
    func values() throws {
        try repository.edit(Self.versions, "v1.12.10", #"v1\u001b[31m.12\nFAKE"#)
        for verb in [["check"], ["plan"], ["history"]] {
            let result = try Program.uprev().run(verb + ["--repository", repository.path])
            let shown = result.output + result.errors
            #expect(shown.contains("is not a version"), "\(shown)")
            #expect(!shown.contains("\u{1b}") && !shown.contains("\nFAKE"), "\(shown)")
        }
    }

    @Test("A name that is a branch and a tag of different commits is ambiguous, and told")
    func ambiguous() throws {
        try repository.run("tag", "both")
        try repository.edit(Self.versions, "v1.12.10", "v1.12.11")
        try repository.run("branch", "both")
        let result = try uprev("plan", "HEAD~1", "both")
        #expect(result.status == 1)
        #expect(result.errors.contains("refs/heads/both and refs/tags/both"), "\(result.errors)")
        #expect(try uprev("plan", "refs/tags/both", "refs/heads/both").status == 0)
        let odd = try uprev("plan", "HEAD", "\u{1b}[31m\n")
        #expect(odd.status == 1)
    }

    @Test("Names of another case are other files")
    func caseClash() throws {
        try repository.commit("Clash", ["UPREV.hcl": "x", "Common/versions.hcl": "y"])
        let result = try uprev("plan", "HEAD~1", "HEAD")
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("nothing: no value changed"))
    }
}
