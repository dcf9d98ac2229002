import Foundation
import Synchronization

/// Keeps what must be known later of the lines of one command.
final class CallLog: Sendable {
    /// What is kept.
    struct Content: Sendable {
        /// The last lines, without those of the runner.
        var tail: [String] = []

        /// Whether mock outputs were used.
        var mocks = MockOutputs()

        /// Whether OpenTofu or Terraform said that it had applied everything.
        var saysApplied = false

        /// Whether any program said that something failed.
        var complains = false

        /// The line that says best what went wrong; `nil` when no line does.
        var complaint: String? {
            let marked = tail.first { $0.contains("Error: ") }
            guard let line = marked ?? tail.last(where: { !$0.allSatisfy(\.isWhitespace) }) else {
                return nil
            }
            let start = line.range(of: "Error: ")?.lowerBound ?? line.startIndex
            return String(line[start...].prefix(500))
        }
    }

    private static let complaints = ["Error: ", " ERROR ", "level=error"]
    private static let length = 200
    private let kept = Mutex(Content())

    /// What was kept until now.
    var content: Content { kept.withLock { $0 } }

    /// Takes a line.
    func take(_ line: OutputLine) {
        guard line.stream != .runner else { return }
        kept.withLock { content in
            content.tail.append(line.text)
            if content.tail.count > CallLog.length { content.tail.removeFirst() }
            content.mocks.watch(line)
            if CallLog.complaints.contains(where: line.text.contains) { content.complains = true }
            if line.text.contains("Apply complete!") { content.saysApplied = true }
        }
    }
}
