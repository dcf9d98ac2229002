import Agent
import ArgumentParser
import ClusterModel
import Reporting

/// How a running agent is reached, and how its reply is printed.
struct ControlOptions: ParsableArguments {
    @OptionGroup
    var state: StateOptions

    @Option(help: "How to print: text or json.")
    var output = OutputFormat.text

    /// Sends a command, and prints the reply to one that was taken; throws when it was not.
    func send(_ request: ControlRequest) async throws -> ControlReply {
        let reply = try await ControlClient(stateDirectory: state.stateDir).send(request)
        if output == .json {
            print(try JSONText.pretty(ControlOutput(reply)))
        } else {
            print(reply.message.onOneLine)
            for cluster in reply.clusters { print(cluster.line) }
        }
        return reply
    }
}

/// What commands print for machines: a contract, to which fields may be added.
private struct ControlOutput: Encodable {
    let message: String
    let clusters: [ClusterStatus]

    init(_ reply: ControlReply) {
        message = reply.message
        clusters = reply.clusters
    }
}

extension StatusReport {
    /// Throws the exit code that says whether every cluster is ready.
    func exit() throws {
        if isReady { return }
        let conditions = clusters.map(\.condition) + [source?.condition].compactMap(\.self)
        let needsPerson = conditions.contains { $0 == .stalled || $0 == .suspended }
        throw needsPerson ? ExitCode.refused : ExitCode.waiting
    }
}
