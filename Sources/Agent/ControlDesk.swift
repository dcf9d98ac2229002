import ClusterModel
import Execution
import Reporting

/// Takes the commands that come over the control socket to the agent's loop.
struct ControlDesk: Sendable {
    let loop: AgentLoop
    let log: LogWriter

    /// Opens the socket; an agent that cannot is one that takes no commands, and says so.
    func open(for settings: AgentSettings) -> ControlSocket? {
        var limits = ControlLimits()
        limits.answering = settings.pollPatience + AgentLoop.lookPatience + .seconds(30)
        do throws(ControlError) {
            return try ControlSocket(
                in: settings.stateDirectory, limits: limits,
                complaint: { ControlReply(refusing: $0).line },
                answer: { caller, line in await answer(line, from: caller).line })
        } catch {
            log.write(
                LogRecord(
                    time: wallClock(), level: .warning, event: .progress,
                    message: "No commands can be taken: \(error.description)",
                    fields: ["hint": error.hint]))
            return nil
        }
    }

    private func answer(_ line: [UInt8], from caller: ControlCaller) async -> ControlReply {
        do {
            let request = try ControlRequest.decode(line)
            return try await loop.take(request, from: caller)
        } catch let error as any ExplainedError {
            return ControlReply(refusing: error)
        } catch {
            return ControlReply(refusing: ControlError("The command failed: \(error)."))
        }
    }
}
