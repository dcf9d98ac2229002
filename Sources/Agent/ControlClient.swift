import Reporting

/// Gives commands to the agent that runs with a state directory.
public struct ControlClient: Sendable {
    private let exchange: ControlExchange

    /// Creates a client; no command is waited for longer than four minutes.
    public init(stateDirectory: String) {
        exchange = ControlExchange(directory: stateDirectory, deadline: .seconds(240))
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
