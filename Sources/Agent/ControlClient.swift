import Reporting

/// Gives commands to the agent that runs with a state directory.
public struct ControlClient: Sendable {
    private let exchange: ControlExchange

    /// Creates a client, which waits for an agent as long as that shows that it is at work.
    public init(stateDirectory: String) {
        exchange = ControlExchange(directory: stateDirectory, silence: .seconds(60))
    }

    /// Sends a command; returns the reply to one that was taken.
    ///
    /// Throws ``ControlError`` when no agent is reached, or when it does not take the command.
    public func send(_ request: ControlRequest) async throws -> ControlReply {
        let line = Array(try JSONText.line(request).utf8)
        let reply = try ControlReply.decode(try await exchange.send(line))
        guard reply.ok else { throw ControlError(reply.message, hint: reply.hint) }
        return reply
    }
}
