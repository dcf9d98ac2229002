import ClusterModel
import Execution
import Foundation

/// Runs Terragrunt for one unit of a stage.
struct UnitRunner: Sendable {
    /// What a command of Terragrunt left.
    struct Call: Sendable {
        var result: ChildResult
        var log: CallLog.Content
    }

    /// A plan that was made.
    enum Plan: Sendable {
        /// The configuration keeps the unit out of the run.
        case excluded(reason: String)

        /// The plan is in a file.
        case made(file: String, document: PlanDocument, changes: Bool)
    }

    let unit: String
    let directory: String
    let workspace: StageWorkspace
    let arguments: TerragruntArguments
    let carry: [PathPattern]

    /// Finds the unit in the checkout; throws ``Execution/StageError`` when it is not there.
    init(
        _ unit: String, workspace: StageWorkspace, arguments: TerragruntArguments,
        carry: [PathPattern]
    ) throws {
        let parts = unit.split(separator: "/", omittingEmptySubsequences: false)
        let root = workspace.checkout.path
        guard !unit.isEmpty, !parts.contains(where: { $0.isEmpty || $0 == ".." || $0 == "." })
        else {
            throw StageError(
                "The unit `\(unit)` is not a path from the root of the repository.",
                hint: "Write it in `uprev.hcl` like `images/1-build`.")
        }
        let directory = "\(root)/\(unit)"
        guard FileManager.default.fileExists(atPath: "\(directory)/terragrunt.hcl") else {
            throw StageError(
                "The unit \(unit) has no file terragrunt.hcl in this commit.",
                hint: "Correct the stage's `units` in `uprev.hcl`, or commit the unit.")
        }
        self.unit = unit
        self.directory = directory
        self.workspace = workspace
        self.arguments = arguments
        self.carry = carry
    }

    /// Prepares the unit, and throws when its state would be lost with the checkout.
    func initialize(upgrade: Bool) async throws {
        let action = TerragruntAction.initialize(upgrade: upgrade)
        let call = try await call(action)
        guard call.result.succeeded else { throw failure(action, call) }
        await workspace.keepProviders(usedBelow: directory)
        for location in try StateLocation.find(unit: directory) {
            try location.requirePermanence(
                unit: unit, checkout: workspace.checkout.path, carry: carry)
        }
    }

    /// Plans into the folder `plans`, and reads the plan.
    func plan(into plans: String) async throws -> Plan {
        let name = unit.replacing("/", with: "_")
        let file = "\(plans)/\(name).tfplan"
        let report = "\(plans)/\(name).report.json"
        let action = TerragruntAction.plan(file: file)
        let call = try await call(action, report: report)
        let changes: Bool
        switch call.result.ending {
        case .exited(0) where call.result.succeeded: changes = false
        case .exited(2) where call.result.stopped == nil:
            await workspace.keepProviders(after: call.log)
            changes = true
        default: throw failure(action, call)
        }
        try call.log.mocks.requireNone(unit: unit)
        guard FileManager.default.fileExists(atPath: file) else {
            return try withoutPlan(RunReport(file: report))
        }
        let shown = try await self.call(.show(file: file))
        guard shown.result.succeeded else { throw failure(.show(file: file), shown) }
        let document = try PlanDocument.read(shown.result.captured, unit: unit)
        return .made(file: file, document: document, changes: changes)
    }

    /// Applies a plan that was looked at.
    func apply(_ file: String) async throws {
        let report = "\(file).report.json"
        let call = try await call(.apply(file: file), report: report)
        guard call.result.succeeded else { throw failure(.apply(file: file), call) }
        let result = RunReport(file: report)
        // Without a report only the program's own words tell an ignored failure from success.
        guard result.map({ !$0.succeeded }) ?? !call.log.saysApplied else { return }
        throw StageError(
            "The unit \(unit) was not applied, although Terragrunt ended without an error: "
                + workspace.settings.environment.mask(
                    result?.sentence ?? call.log.complaint ?? "it says nothing") + ".",
            hint: "Look at the unit's `errors` and `exclude` blocks.")
    }

    /// Reads the outputs of the unit's state.
    func outputs() async throws -> UnitOutputs {
        let call = try await call(.output)
        guard call.result.succeeded else { throw failure(.output, call) }
        return try UnitOutputs(call.result.captured, unit: unit)
    }

    /// What lets the unit take providers from the cache.
    ///
    /// Terraform and OpenTofu take one only when the unit's lock file has its checksum. A unit whose
    /// lock file is not committed has none in a new checkout, and would download everything in
    /// every run. It may take what is there: that was checked when it was downloaded, and nothing
    /// is there that is not whole.
    private var providerVariables: [String: String] {
        // A cache that the operator names with --stage-env is theirs to choose.
        guard let providers = workspace.providers else { return [:] }
        var variables = ["TF_PLUGIN_CACHE_DIR": providers.directory]
        if !workspace.checkout.isTracked("\(unit)/.terraform.lock.hcl") {
            variables["TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE"] = "true"
        }
        return variables
    }

    private func withoutPlan(_ report: RunReport?) throws -> Plan {
        let mask = workspace.settings.environment.mask
        if let report, report.isExcluded {
            return .excluded(reason: mask(report.reason ?? "exclude block"))
        }
        throw StageError(
            "Terragrunt reports success for \(unit) but made no plan"
                + (report.map { ": \(mask($0.sentence))" } ?? "") + ".",
            hint:
                "The unit's `exclude` or `errors` block may keep it out; if so, take the unit out "
                + "of the stage in `uprev.hcl`.")
    }

    private func call(_ action: TerragruntAction, report: String? = nil) async throws -> Call {
        let log = CallLog()
        workspace.say("\(unit): \(action.name)")
        let result = try await workspace.run(
            workspace.settings.terragrunt, arguments(action, in: directory, report: report),
            in: directory,
            change: { command in
                command.environment.merge(providerVariables) { named, _ in named }
                if action.printsDocument {
                    command.standardOutput = .capture(limit: 256 << 20)
                }
                if !action.locksState { command.stop = .reader }
            },
            onLine: { log.take($0) })
        if result.succeeded { await workspace.keepProviders(after: log.content) }
        return Call(result: result, log: log.content)
    }
}
