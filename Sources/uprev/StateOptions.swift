import ArgumentParser
import RunStore

/// Where a running or stopped agent keeps its state.
struct StateOptions: ParsableArguments {
    @Option(
        help: "The agent's state directory. [environment: UPREV_STATE_DIR]",
        transform: { $0 })
    var stateDir = fromEnvironment("UPREV_STATE_DIR") ?? "/var/lib/uprev"

    /// Opens the agent's journal for reading.
    func reader() throws -> RunStore { try RunStore.reader(in: stateDir) }
}
