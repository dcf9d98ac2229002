import TestSupport
import Testing

/// What `uprev check` says of signatures.
@Suite(
    "Checking signatures", .enabled(if: SSHSigners.canSign, "openssh-client is needed"))
struct SignatureCheckTests {
    @Test("check names the signer, and refuses what is not signed by one")
    func check() throws {
        let signers = try SSHSigners("ada")
        let repository = try InfraRepository()
        var uprev = try Program.uprev()
        let arguments = ["check", "--repository", repository.path]
        let flags = ["--allowed-signers", signers.file]
        var result = try uprev.run(arguments + flags)
        #expect(result.status == 1)
        #expect(result.errors.contains("\"Describe the cluster\" is refused: it is not signed."))
        #expect(result.output == "")
        try signers.sign(repository, as: "ada")
        try repository.commit("Signed")
        result = try uprev.run(arguments + flags)
        #expect(result.status == 0)
        let head = try repository.head()
        #expect(result.output.hasPrefix("\(head.prefix(8)) is signed by ada@example.com (SHA256:"))
        uprev.environment["UPREV_ALLOWED_SIGNERS"] = signers.file
        #expect(try uprev.run(arguments + ["HEAD~1"]).status == 1)
        #expect(try uprev.run(arguments).output == result.output)
        uprev.environment["UPREV_ALLOWED_SIGNERS"] = "/nowhere/signers"
        result = try uprev.run(arguments)
        #expect(result.status == 1)
        #expect(result.errors.contains("/nowhere/signers cannot be used"))
    }

    @Test("A list of revoked keys alone is wrong usage, since it lets nobody sign")
    func usage() throws {
        let repository = try InfraRepository()
        let result = try Program.uprev().run([
            "check", "--repository", repository.path, "--revoked-signers", "/dev/null",
        ])
        #expect(result.status == 64)
        #expect(result.errors.contains("--allowed-signers"))
    }
}
