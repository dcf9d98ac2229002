public import ClusterModel
public import Execution
import Foundation

/// Runs stages: Terragrunt units one at a time, or any program.
///
/// Each unit is planned first. The plan is looked at, and applied only if it was made without mock
/// outputs and takes no machine away; the saved plan is what is applied. Files to be carried are
/// laid into the checkout before a stage, and kept after it, also when it failed.
public struct TerragruntStages: StageRunner {
    private let settings: StageSettings
    private let checkout: @Sendable (RunContext) async throws -> Checkout

    /// Creates a runner; `checkout` gives the one checkout of a run, the same at every call.
    public init(
        _ settings: StageSettings,
        checkout: @escaping @Sendable (RunContext) async throws -> Checkout
    ) {
        self.settings = settings
        self.checkout = checkout
    }

    /// Finds the version of Terragrunt that stages would use.
    ///
    /// Throws ``Execution/StageError`` when there is none, or none that is known.
    public func version() async throws -> TerragruntVersion {
        try StageWorkspace.makePrivateFolder(settings.directory)
        var command = ChildCommand(
            settings.terragrunt, ["--version"], environment: settings.environment.variables,
            in: settings.directory)
        command.standardOutput = .capture(limit: 1 << 16)
        command.timeout = .seconds(60)
        do {
            let result = try await ChildProcess.run(command, mask: settings.environment.mask) { _ in
            }
            if result.stopped == .cancelled { throw CancellationError() }
            return try TerragruntVersion(
                printed: settings.environment.mask(
                    String(decoding: result.captured, as: UTF8.self)))
        } catch let error as ChildProcessError {
            throw StageError(
                error.description,
                hint: "Install Terragrunt 0.90 to 1.1 on the machine that uprev runs on, in its "
                    + "PATH.")
        }
    }

    /// Whether a program of a stage still works for a cluster, as after an agent was killed.
    ///
    /// `directory` is that of the settings.
    public static func isAtWork(on cluster: ClusterName, in directory: String) async -> Bool {
        do {
            try await StageWorkspace.requireNoSurvivor(in: "\(directory)/\(cluster)")
            return false
        } catch {
            return true
        }
    }

    /// Runs a stage in the run's checkout.
    public func run(
        _ stage: Stage, mode: StageMode, in run: RunContext,
        output: @escaping @Sendable (String) -> Void
    ) async throws -> StageReport {
        let workspace = try await workspace(for: run, output: output)
        let report: StageReport
        do {
            report = try await perform(stage, mode: mode, in: workspace)
        } catch {
            workspace.say("the stage failed: \(error)")
            // What was applied before the failure is in the state that must not be lost.
            try await keep(stage, in: workspace)
            throw error
        }
        try await keep(stage, in: workspace)
        await workspace.tidyProviders()
        if mode == .apply, !stage.command.isEmpty { try StageMarks(run, workspace).set(stage) }
        return report
    }

    /// Looks at a stage that a crash interrupted.
    ///
    /// Units are planned, and the stage is applied when no plan changes anything. A program is
    /// taken as run only when it was seen to succeed.
    public func isApplied(_ stage: Stage, in run: RunContext) async throws -> Bool {
        let workspace = try await workspace(for: run) { _ in }
        // The crash may have come before this, and the checkout does not outlive the run.
        try await keep(stage, in: workspace)
        guard stage.command.isEmpty else { return StageMarks(run, workspace).has(stage) }
        let plans = try workspace.makePlanFolder()
        defer { try? FileManager.default.removeItem(atPath: plans) }
        for unit in try await units(of: stage, in: workspace) {
            try await unit.initialize(upgrade: false)
            let plan = try await unit.plan(into: plans)
            if case .made(_, _, changes: true) = plan { return false }
        }
        return true
    }

    /// Reads a string output of a unit.
    public func value(of output: UnitOutput, in run: RunContext) async throws -> String {
        let workspace = try await workspace(for: run) { _ in }
        let unit = try UnitRunner(
            output.unit, workspace: workspace, arguments: try await arguments(parallelism: nil),
            carry: [])
        return try await unit.outputs().string(output.name)
    }

    private func perform(
        _ stage: Stage, mode: StageMode, in workspace: StageWorkspace
    ) async throws -> StageReport {
        guard stage.command.isEmpty else {
            return try await runCommand(of: stage, mode: mode, in: workspace)
        }
        let plans = try workspace.makePlanFolder()
        defer { try? FileManager.default.removeItem(atPath: plans) }
        var sentences: [String] = []
        for unit in try await units(of: stage, in: workspace) {
            try Task.checkCancellation()
            let sentence = try await unit.run(mode: mode, plans: plans)
            workspace.say(sentence)
            sentences.append(sentence)
        }
        return StageReport(units: sentences)
    }

    private func units(
        of stage: Stage, in workspace: StageWorkspace
    ) async throws -> [UnitRunner] {
        guard !stage.units.isEmpty else {
            throw StageError(
                "The stage \(stage.kind.rawValue) names neither units nor a command.",
                hint: "Give it `units` or a `command` in `uprev.hcl`.")
        }
        // Units that apply machine configurations by themselves do so one node at a time.
        let applies = stage.kind == .machineConfig && stage.configOutput == nil
        let arguments = try await arguments(parallelism: applies ? 1 : nil)
        let carry = stage.carry.map { PathPattern($0) }
        return try stage.units.map {
            try UnitRunner($0, workspace: workspace, arguments: arguments, carry: carry)
        }
    }

    private func arguments(parallelism: Int?) async throws -> TerragruntArguments {
        TerragruntArguments(
            version: try await version(), lockTimeout: settings.lockTimeout,
            parallelism: parallelism)
    }

    private func workspace(
        for run: RunContext, output: @escaping @Sendable (String) -> Void
    ) async throws -> StageWorkspace {
        let directory = "\(settings.directory)/\(run.cluster)"
        // Before the checkout, since making one removes those of earlier runs.
        try await StageWorkspace.requireNoSurvivor(in: directory)
        let workspace = StageWorkspace(
            settings: settings, checkout: try await checkout(run), directory: directory,
            say: output)
        try StageWorkspace.makePrivateFolder(workspace.directory)
        for remark in workspace.checkout.remarks { output(remark) }
        try await workspace.prepareProviders()
        let laid = try await workspace.carrying("laid in") {
            try await workspace.carry.layIn(workspace.checkout.path)
        }
        if !laid.isEmpty { output("carried files laid in: \(laid.joined(separator: ", "))") }
        return workspace
    }

    private func keep(_ stage: Stage, in workspace: StageWorkspace) async throws {
        guard !stage.carry.isEmpty else { return }
        let kept = try await workspace.carrying("kept") {
            try await workspace.carry.keep(
                matching: stage.carry.map { PathPattern($0) }, of: workspace.checkout.path,
                isTracked: workspace.checkout.isTracked)
        }
        for link in kept.refusedLinks {
            workspace.say("\(link) is not carried, since it leads out of the checkout")
        }
    }
}
