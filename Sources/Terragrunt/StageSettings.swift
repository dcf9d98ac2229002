/// How stages are run on this machine.
public struct StageSettings: Sendable {
    /// The Terragrunt program: a name to be found in the stages' `PATH`, or an absolute path.
    public var terragrunt = "terragrunt"

    /// What stages see of the agent's environment.
    public var environment: StageEnvironment

    /// The folder for carried files, saved plans and locks; each cluster has one of its own in it.
    public var directory: String

    /// How long to wait for a state lock, in seconds.
    public var lockTimeout = 60

    /// How long a single command of a stage may run.
    public var timeout: Duration = .seconds(2 * 60 * 60)

    /// How a command that may hold a state lock is stopped.
    public var stop: StopPolicy = .lockHolder

    /// Which resources are machines.
    public var machines = MachineTypes()

    /// Creates settings with the documented defaults.
    public init(environment: StageEnvironment, directory: String) {
        self.environment = environment
        self.directory = directory
    }
}
