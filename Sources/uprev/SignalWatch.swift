import Agent
import Dispatch
import Foundation

/// Turns SIGTERM and SIGINT into a request to end; a second signal ends the process at once.
final class SignalWatch {
    private let sources: [any DispatchSourceSignal]

    init(asking agent: Agent) {
        // A closed pipe or connection is an error of the call that writes, not the end of the agent.
        signal(SIGPIPE, SIG_IGN)
        sources = [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                agent.stop()
                signal(number, SIG_DFL)
            }
            source.resume()
            return source
        }
    }

    func end() {
        for source in sources { source.cancel() }
    }
}
