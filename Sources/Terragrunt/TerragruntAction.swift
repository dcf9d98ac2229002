/// Something that Terragrunt is asked to do with one unit.
enum TerragruntAction: Hashable, Sendable {
    /// Prepares the unit's backend and providers; `upgrade` takes the newest allowed providers.
    case initialize(upgrade: Bool)

    /// Writes a plan into `file`, and says by the exit status whether it changes anything.
    case plan(file: String)

    /// Prints a plan as JSON.
    case show(file: String)

    /// Applies a plan that was written before.
    case apply(file: String)

    /// Prints the outputs of the unit's state as JSON.
    case output

    /// The command of OpenTofu and Terraform that it comes down to.
    var name: String {
        switch self {
        case .initialize: "init"
        case .plan: "plan"
        case .show: "show"
        case .apply: "apply"
        case .output: "output"
        }
    }

    /// Whether what it prints is for reading by programs, and perhaps secret.
    var printsDocument: Bool {
        switch self {
        case .show, .output: true
        case .initialize, .plan, .apply: false
        }
    }

    /// Whether a state lock is held while it runs.
    var locksState: Bool {
        switch self {
        case .initialize, .plan, .apply: true
        case .show, .output: false
        }
    }
}

/// Builds Terragrunt's arguments for a version (hcl-terragrunt facts, E.1 and E.4).
///
/// | | 0.90 – 0.99 | 1.0 – 1.1 |
/// |---|---|---|
/// | unit | current folder | current folder and `--working-dir` |
/// | report | none for single units | `--report-file`, `--report-format json` |
///
/// Units are run singly, so none of the flags for queues, which differ more, is needed.
struct TerragruntArguments: Sendable {
    /// The version to speak to.
    var version: TerragruntVersion

    /// How long to wait for a state lock, in seconds.
    var lockTimeout: Int

    /// At most so many operations at once within a unit; `nil` for the program's own default.
    var parallelism: Int?

    /// The arguments for `action` on the unit in the folder `directory`.
    func callAsFunction(
        _ action: TerragruntAction, in directory: String, report: String? = nil
    ) -> [String] {
        var arguments = ["run", "--non-interactive", "--no-color"]
        // The level of the warning about mock outputs, whatever the environment asks for.
        arguments += ["--log-level", "info"]
        if version.takesWorkingDirectory { arguments += ["--working-dir", directory] }
        if !action.printsDocument { arguments.append("--tf-forward-stdout") }
        // A saved plan can be applied once; a second try would only hide why the first one failed.
        if case .apply = action { arguments.append("--no-auto-retry") }
        if let report, version.reportsSingleUnits, !action.printsDocument {
            arguments += ["--report-file", report, "--report-format", "json"]
        }
        return arguments + ["--"] + program(action)
    }

    private func program(_ action: TerragruntAction) -> [String] {
        let quiet = ["-input=false", "-no-color"]
        let locking =
            ["-lock-timeout=\(lockTimeout)s"] + (parallelism.map { ["-parallelism=\($0)"] } ?? [])
        return switch action {
        case .initialize(let upgrade):
            ["init"] + quiet + ["-lock-timeout=\(lockTimeout)s"] + (upgrade ? ["-upgrade"] : [])
        case .plan(let file):
            ["plan"] + quiet + ["-detailed-exitcode"] + locking + ["-out=\(file)"]
        case .show(let file):
            ["show", "-json", file]
        case .apply(let file):
            ["apply"] + quiet + locking + [file]
        case .output:
            ["output", "-json"]
        }
    }
}
