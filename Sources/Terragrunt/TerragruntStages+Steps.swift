import ClusterModel
import Execution
import Foundation

extension UnitRunner {
    /// Plans the unit, looks at the plan, and applies it if that is asked for.
    ///
    /// A plan without changes is applied too: the unit's hooks may write files that others need.
    func run(mode: StageMode, plans: String) async throws -> String {
        try MockOutputs.requireNoMerge(unit: unit, directory: directory)
        try await initialize(upgrade: mode == .plan)
        switch try await plan(into: plans) {
        case .excluded(let reason):
            return "\(unit): left out by its configuration (\(reason))"
        case .made(let file, let document, let changes):
            guard mode == .apply else {
                return changes ? "\(unit): would be \(document.counts)" : "\(unit): no changes"
            }
            try requireMachines(document)
            try await apply(file)
            return changes ? "\(unit): \(document.counts)" : "\(unit): no changes"
        }
    }

    private func requireMachines(_ document: PlanDocument) throws {
        let lost = document.lostMachines(workspace.settings.machines)
        guard !lost.isEmpty else { return }
        let names = lost.prefix(5).joined(separator: ", ")
        let more = lost.count > 5 ? " and \(lost.count - 5) more" : ""
        throw StageError(
            "The plan of the unit \(unit) would take machines away and is not applied: "
                + "\(names)\(more).",
            hint: "Undo the change that causes it, or ask for a rebuild; `lifecycle` rules such as "
                + "`prevent_destroy` and `ignore_changes` keep machines in place.")
    }
}

extension TerragruntStages {
    /// Runs a stage's own program.
    func runCommand(
        of stage: Stage, mode: StageMode, in workspace: StageWorkspace
    ) async throws -> StageReport {
        let name = stage.command[0]
        guard mode == .apply else {
            return StageReport(units: ["\(name): not run, since a program cannot only plan"])
        }
        let program =
            name.contains("/") && !name.hasPrefix("/")
            ? "\(workspace.checkout.path)/\(name)" : name
        workspace.say(stage.command.joined(separator: " "))
        let log = CallLog()
        let result = try await workspace.run(
            program, Array(stage.command.dropFirst()), in: workspace.checkout.path,
            onLine: { log.take($0) })
        guard result.succeeded else {
            let complaint = log.content.complaint.map { ": \($0)" } ?? "."
            throw StageError(
                "The program \(name) of the stage \(stage.kind.rawValue) \(result.sentence)\(complaint)",
                hint: "The stage's output above says more.")
        }
        return StageReport(units: ["\(name): done"])
    }
}

extension StageWorkspace {
    /// Does something with carried files; failures become errors that say what was at stake.
    func carrying<Result: Sendable>(
        _ what: String, _ work: () async throws -> Result
    ) async throws -> Result {
        do {
            return try await work()
        } catch {
            throw StageError(
                "Files to be carried could not be \(what): \(error).",
                hint: "Make room and check the permissions in \(directory); the checkout "
                    + "\(checkout.path) still has what the stage left.")
        }
    }
}

/// Remembers which programs of a run were seen to succeed.
struct StageMarks {
    private let folder: String
    private let content: String

    init(_ run: RunContext, _ workspace: StageWorkspace) {
        folder = "\(workspace.directory)/done"
        content = "\(run.run) \(run.revision) \(run.stamp)\n"
    }

    /// Whether the stage's program succeeded in this run.
    func has(_ stage: Stage) -> Bool {
        FileManager.default.contents(atPath: path(of: stage)) == Data(content.utf8)
    }

    /// Remembers that it did.
    func set(_ stage: Stage) throws {
        try StageWorkspace.makePrivateFolder(folder)
        let draft = "\(path(of: stage)).draft"
        try Data(content.utf8).write(to: URL(filePath: draft))
        try FileCopy.move(draft, to: path(of: stage))
    }

    private func path(of stage: Stage) -> String { "\(folder)/\(stage.kind.rawValue)" }
}
