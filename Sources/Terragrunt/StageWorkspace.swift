import ClusterModel
import Execution
import Foundation

/// Where one stage of one cluster works, and what it sees.
struct StageWorkspace: Sendable {
    let settings: StageSettings
    let checkout: Checkout

    /// The cluster's own folder in the settings' folder.
    let directory: String

    /// Takes one line of the stage's output.
    let say: @Sendable (String) -> Void

    /// Where the cluster's files are kept.
    var carry: CarryStore { CarryStore(directory: "\(directory)/carry") }

    /// Runs a program with the stage's environment, masks and lock.
    func run(
        _ program: String, _ arguments: [String], in folder: String,
        change: (inout ChildCommand) -> Void = { _ in },
        onLine: @escaping @Sendable (OutputLine) -> Void
    ) async throws -> ChildResult {
        var variables = trust
        variables.merge(settings.environment.variables) { $1 }
        variables.merge(StageWorkspace.fixedVariables) { $1 }
        var command = ChildCommand(program, arguments, environment: variables, in: folder)
        command.timeout = settings.timeout
        command.stop = settings.stop
        command.standardInput = Self.lock(in: directory)
        command.locksStandardInput = true
        change(&command)
        do {
            let result = try await ChildProcess.run(command, mask: settings.environment.mask) {
                onLine($0)
                say($0.text)
            }
            if result.stopped == .cancelled { throw CancellationError() }
            return result
        } catch let error as ChildProcessError {
            throw StageWorkspace.stageError(error)
        }
    }

    /// Lets `git` answer in the checkout although its volume may show another owner than the agent.
    private var trust: [String: String] {
        guard settings.environment.variables["GIT_CONFIG_COUNT"] == nil else { return [:] }
        return [
            "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory",
            "GIT_CONFIG_VALUE_0": checkout.path,
        ]
    }

    /// Refuses to touch checkout and state while a program of an earlier run still works on them.
    static func requireNoSurvivor(in directory: String) async throws {
        do {
            try await ChildProcess.requireFree(lock(in: directory))
        } catch let error as ChildProcessError {
            throw stageError(error)
        }
    }

    private static func lock(in directory: String) -> String { "\(directory)/stage.lock" }

    /// Creates a folder that only the agent's user can read; saved plans hold secrets.
    static func makePrivateFolder(_ path: String) throws {
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
    }

    /// Removes the plans that a killed agent left, and makes room for new ones.
    func makePlanFolder() throws -> String {
        let plans = "\(directory)/plans"
        try? FileManager.default.removeItem(atPath: plans)
        try StageWorkspace.makePrivateFolder(plans)
        return plans
    }

    /// What makes the programs behave as they do without a person in front of them.
    ///
    /// A silenced log would also silence the warning about mock outputs.
    private static let fixedVariables = [
        "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1", "TG_LOG_DISABLE": "false",
    ]

    private static func stageError(_ error: ChildProcessError) -> StageError {
        switch error {
        case .notStarted:
            StageError(
                error.description,
                hint: "Install the program on the machine that uprev runs on, in its PATH.")
        case .occupied:
            StageError(
                error.description,
                hint: "Wait for them to end; `fuser` on that file names them.",
                disposition: .waiting)
        }
    }
}
