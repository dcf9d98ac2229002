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
        let program = (0..<20_000).map { "no program \($0)\n" }.joined()
        try folder.write("\(place)/terraform-provider-fake_v1.0.0", program, mode: 0o755)
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

    private static let cached = "providers/registry.terraform.io/acme/fake/1.0.0"

    /// Runs a stage with one unit, and says what `init` did about the provider.
    ///
    /// The plan fails, since the provider cannot be run; until then the unit is prepared.
    private func prepare(_ fixture: StageFixture) async throws -> String {
        let before = fixture.output.count
        try fixture.unit("a", Self.code)
        await #expect(throws: (any Error).self) { try await fixture.run(stage(["a"])) }
        let lines = fixture.output.dropFirst(before)
        return lines.first { $0.contains("fake v1.0.0") && !$0.contains("Installing") } ?? ""
    }

    private static let installed = "- Installed acme/fake v1.0.0 (unauthenticated)"
    private static let taken = "- Using acme/fake v1.0.0 from the shared cache directory"

    @Test(
        "A second run in another checkout links what the first one installed, lock file or not",
        arguments: [false, true])
    func shared(hasLock: Bool) async throws {
        let source = try TemporaryFolder()
        let fixture = try StageFixture(
            environment: try mirror(in: source), named: ["TF_CLI_CONFIG_FILE"],
            tracked: hasLock ? ["a/.terraform.lock.hcl"] : [])
        #expect(try await prepare(fixture) == Self.installed)
        let lock = try #require(fixture.folder.read("checkout/a/.terraform.lock.hcl"))
        #expect(fixture.folder.has("state/sol/\(Self.cached)"))
        try fixture.renewCheckout()
        if hasLock { try fixture.folder.write("checkout/a/.terraform.lock.hcl", lock) }
        #expect(try await prepare(fixture) == Self.taken)
    }

    @Test("What is linked from where nobody looks stays too, while init succeeds")
    func elsewhere() async throws {
        let source = try TemporaryFolder()
        var environment = try mirror(in: source)
        environment["TF_DATA_DIR"] = "\(source.path)/data"
        let fixture = try StageFixture(
            environment: environment, named: ["TF_CLI_CONFIG_FILE", "TF_DATA_DIR"])
        #expect(try await prepare(fixture) == Self.installed)
        #expect(try await prepare(fixture) == "- Using previously-installed acme/fake v1.0.0")
        try fixture.renewCheckout()
        try FileManager.default.removeItem(atPath: "\(source.path)/data")
        #expect(try await prepare(fixture) == Self.taken)
    }

    @Test("A committed lock file is never bent to what the cache has")
    func strict() async throws {
        let source = try TemporaryFolder()
        let fixture = try StageFixture(
            environment: try mirror(in: source), named: ["TF_CLI_CONFIG_FILE"],
            tracked: ["a/.terraform.lock.hcl"])
        #expect(try await prepare(fixture) == Self.installed)
        let lock = try #require(fixture.folder.read("checkout/a/.terraform.lock.hcl"))
        try fixture.renewCheckout()
        let other = lock.replacing(
            /h1:[^"]+/, with: "h1:" + String(repeating: "A", count: 43) + "=")
        try fixture.folder.write("checkout/a/.terraform.lock.hcl", other)
        #expect(try await !prepare(fixture).hasPrefix("- "))
        #expect(fixture.output.contains { $0.contains("doesn't match any of the checksums") })
    }

    @Test("Half a provider that a killed init left is never used")
    func half() async throws {
        let source = try TemporaryFolder()
        let environment = try mirror(in: source)
        let fixture = try StageFixture(environment: environment, named: ["TF_CLI_CONFIG_FILE"])
        // The real program dies while it unpacks: it may write no file larger than 32 KiB.
        try fixture.folder.write("other/main.tf", Self.code)
        let cache = "\(fixture.folder.path)/state/sol/providers"
        try FileManager.default.createDirectory(
            atPath: cache, withIntermediateDirectories: true)
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        _ = try await shell(
            "cd '\(fixture.folder.path)/other' && ulimit -f 64 && terraform init -input=false",
            environment: environment.merging(["TF_PLUGIN_CACHE_DIR": cache, "PATH": path]) { $1 })
        let found = try FileManager.default.subpathsOfDirectory(atPath: cache)
        let program = try #require(found.first { $0.hasSuffix("terraform-provider-fake_v1.0.0") })
        let whole = try #require(
            source.read("mirror/registry.terraform.io/acme/fake/terraform-provider-fake_v1.0.0"))
        let half = try #require(FileManager.default.contents(atPath: "\(cache)/\(program)"))
        #expect(half.count < whole.utf8.count)
        #expect(try await prepare(fixture) == Self.installed)
        let now = FileManager.default.contents(atPath: "\(cache)/\(program)")
        #expect(now == Data(whole.utf8))
        // A whole one that somebody begins to write anew, and does not get done with.
        try fixture.renewCheckout()
        try fixture.folder.write("state/sol/providers/\(program)", "half", mode: 0o755)
        #expect(try await prepare(fixture) == Self.installed)
        try fixture.renewCheckout()
        #expect(try await prepare(fixture) == Self.taken)
    }

    @Test("Runs of two clusters at once share nothing that one of them could break")
    func clusters() async throws {
        let source = try TemporaryFolder()
        let environment = try mirror(in: source)
        let state = try TemporaryFolder()
        let fixtures = try ["sol", "luna"].map { name in
            try StageFixture(
                cluster: name, environment: environment, named: ["TF_CLI_CONFIG_FILE"]
            ) { $0.directory = state.path }
        }
        for wanted in [Self.installed, Self.taken, Self.taken] {
            async let first = prepare(fixtures[0])
            async let second = prepare(fixtures[1])
            #expect(try await [first, second] == [wanted, wanted])
            for fixture in fixtures { try fixture.renewCheckout() }
        }
        #expect(state.has("sol/\(Self.cached)") && state.has("luna/\(Self.cached)"))
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
