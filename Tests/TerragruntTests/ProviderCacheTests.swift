import Foundation
import Testing

@testable import Terragrunt

@Suite(
    "Providers shared between runs", .enabled(if: RealTerraform.isInstalled, RealTerraform.reason))
struct ProviderCacheTests {
    private static let code = """
        terraform {
          required_providers {
            fake = {
              source = "acme/fake"
            }
          }
        }
        """

    /// A provider that can be installed and not run, and the settings that lead to it.
    private func mirror(in folder: TemporaryFolder) throws -> [String: String] {
        #if arch(arm64)
        let platform = "linux_arm64"
        #else
        let platform = "linux_amd64"
        #endif
        let place = "mirror/registry.terraform.io/acme/fake"
        try folder.write("\(place)/terraform-provider-fake_v1.0.0", "no program\n", mode: 0o755)
        let script = """
            import sys, zipfile
            with zipfile.ZipFile(sys.argv[1], "w") as archive:
                archive.write(sys.argv[2], "terraform-provider-fake_v1.0.0")
            """
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "python3", "-c", script,
            "\(folder.path)/\(place)/terraform-provider-fake_1.0.0_\(platform).zip",
            "\(folder.path)/\(place)/terraform-provider-fake_v1.0.0",
        ]
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        try folder.write(
            "terraformrc",
            """
            provider_installation {
              filesystem_mirror {
                path = "\(folder.path)/mirror"
              }
            }
            """)
        return ["TF_CLI_CONFIG_FILE": "\(folder.path)/terraformrc", "CHECKPOINT_DISABLE": "1"]
    }

    @Test("A second run in another checkout links the provider that the first one installed")
    func shared() async throws {
        let source = try TemporaryFolder()
        let fixture = try StageFixture(
            environment: try mirror(in: source), named: ["TF_CLI_CONFIG_FILE"])
        try fixture.unit("a", Self.code)
        // The plan fails, since the provider cannot be run; until then the unit is prepared.
        await #expect(throws: (any Error).self) { try await fixture.run(stage(["a"])) }
        #expect(fixture.output.contains { $0.contains("Installed acme/fake v1.0.0") })
        let lock = try #require(fixture.folder.read("checkout/a/.terraform.lock.hcl"))
        let cached = "state/sol/providers/registry.terraform.io/acme/fake/1.0.0"
        #expect(fixture.folder.has(cached))

        try fixture.renewCheckout()
        try fixture.unit("a", Self.code)
        try fixture.folder.write("checkout/a/.terraform.lock.hcl", lock)
        await #expect(throws: (any Error).self) { try await fixture.run(stage(["a"])) }
        #expect(
            fixture.output.contains {
                $0.contains("Using acme/fake v1.0.0 from the shared cache directory")
            })
    }

    @Test("A cache that the operator names is taken instead")
    func named() async throws {
        let source = try TemporaryFolder()
        var environment = try mirror(in: source)
        environment["TF_PLUGIN_CACHE_DIR"] = "\(source.path)/own"
        try FileManager.default.createDirectory(
            atPath: "\(source.path)/own", withIntermediateDirectories: true)
        let fixture = try StageFixture(
            environment: environment, named: ["TF_CLI_CONFIG_FILE", "TF_PLUGIN_CACHE_DIR"])
        try fixture.unit("a", Self.code)
        await #expect(throws: (any Error).self) { try await fixture.run(stage(["a"])) }
        #expect(source.has("own/registry.terraform.io/acme/fake/1.0.0"))
        #expect(!fixture.folder.has("state/sol/providers/registry.terraform.io"))
    }
}
