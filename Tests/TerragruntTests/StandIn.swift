import ClusterModel
import Execution
import Foundation
import Synchronization
import Testing

@testable import Terragrunt

/// Whether the real `terraform` is there, without which stages cannot be run for real.
///
/// `UPREV_REQUIRE_TERRAFORM=1` makes its absence a failure instead of a skip.
enum RealTerraform {
    static let isInstalled: Bool = {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let found = path.split(separator: ":").contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/terraform")
        }
        if !found {
            print("SKIPPED: tests of stages need `terraform` in PATH, and it is not there.")
        }
        return found
    }()

    static let reason: Comment = "`terraform` is not installed: no stage can be run for real"
}

/// A checkout with units, a stand-in for Terragrunt, and a runner of stages on them.
struct StageFixture {
    let folder: TemporaryFolder
    let stages: TerragruntStages
    let context: RunContext
    private let told = Told()

    /// Keeps what stages print.
    final class Told: Sendable {
        private let kept = Mutex<[String]>([])
        var lines: [String] { kept.withLock { $0 } }
        func tell(_ line: String) { kept.withLock { $0.append(line) } }
    }

    init(
        version: String = "0.93.8", cluster name: String = "sol",
        environment: [String: String] = [:], named: [String] = [],
        tracked: Set<String> = [], change: (inout StageSettings) -> Void = { _ in }
    ) throws {
        folder = try TemporaryFolder()
        try StageFixture.install(in: folder, version: version)
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        var variables = ["PATH": "\(folder.path)/bin:\(path)", "HOME": folder.path]
        variables.merge(environment) { $1 }
        var settings = StageSettings(
            environment: StageEnvironment(passing: named, from: variables),
            directory: "\(folder.path)/state")
        settings.lockTimeout = 0
        settings.stop = StopPolicy(patience: .seconds(20), grace: .seconds(1))
        change(&settings)
        let checkout = "\(folder.path)/checkout"
        try FileManager.default.createDirectory(
            atPath: checkout, withIntermediateDirectories: true)
        stages = TerragruntStages(settings) { _ in
            Checkout(path: checkout, isTracked: { tracked.contains($0) })
        }
        let cluster = ClusterName(name)
        context = RunContext(
            run: RunID(cluster: cluster, number: 7), cluster: cluster,
            revision: try #require(Revision(String(repeating: "ab", count: 20))))
    }

    /// What stages printed until now.
    var output: [String] { told.lines }

    /// Every call of the stand-in: the folder, then the arguments.
    var calls: [[String]] {
        (folder.read("bin/terragrunt.log") ?? "").split(separator: "\n").map {
            $0.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        }
    }

    /// The commands that were handed on to terraform, in order.
    var commands: [String] {
        calls.compactMap { call in
            call.firstIndex(of: "--").map { call[$0 + 1] }
        }
    }

    /// Writes a unit with this Terraform code.
    func unit(_ name: String, _ code: String) throws {
        try folder.write("checkout/\(name)/terragrunt.hcl", "# \(name)\n")
        try folder.write("checkout/\(name)/main.tf", code)
    }

    /// Runs a stage.
    func run(_ stage: Stage, mode: StageMode = .apply) async throws -> StageReport {
        try await stages.run(stage, mode: mode, in: context) { [told] in told.tell($0) }
    }

    /// Throws away the checkout, as between two runs, and makes an empty one.
    func renewCheckout() throws {
        try FileManager.default.removeItem(atPath: "\(folder.path)/checkout")
        try FileManager.default.createDirectory(
            atPath: "\(folder.path)/checkout", withIntermediateDirectories: true)
    }

    private static func install(in folder: TemporaryFolder, version: String) throws {
        let source = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Support/terragrunt-stand-in")
        try folder.write("bin/terragrunt.version", "\(version)\n")
        try folder.write("bin/terragrunt.log", "")
        // A link, since a program that was just written cannot be started while a child of another
        // test, between fork and exec, still has a copy of the descriptor that wrote it.
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder.path)/bin/terragrunt", withDestinationPath: source.path)
    }
}

/// A stage that carries the local state of its units.
func stage(
    _ units: [String], kind: StageKind = .images, carry: [String] = ["**/terraform.tfstate"]
) -> Stage {
    Stage(kind: kind, units: units, carry: carry)
}

/// The error of a stage that is expected to fail.
func stageError(_ work: () async throws -> some Sendable) async throws -> StageError {
    do {
        _ = try await work()
    } catch let error as StageError {
        return error
    }
    Issue.record("nothing was thrown")
    return StageError("", hint: "")
}
