import Execution
import Foundation
import Reporting
import RunStore
import Synchronization

/// Writes records to the log stream and to the journal, in the order in which they came.
///
/// ``write(_:)`` never blocks; ``run()`` does the writing in a task of its own.
final class LogWriter: Sendable {
    private let store: RunStore
    private let format: LogFormat
    private let isColoured: Bool
    private let threshold: Int
    private let records: AsyncStream<(record: LogRecord, isKept: Bool)>
    private let input: AsyncStream<(record: LogRecord, isKept: Bool)>.Continuation
    private let output: @Sendable (String) -> Void

    init(
        store: RunStore, settings: AgentSettings, output: @escaping @Sendable (String) -> Void
    ) {
        self.store = store
        format = settings.logFormat
        isColoured = settings.usesColour
        threshold = settings.logLevel.importance
        self.output = output
        (records, input) = AsyncStream.makeStream()
    }

    /// Takes a record.
    func write(_ record: LogRecord) { input.yield((record, isKept: false)) }

    /// Takes a record for the stream alone, since the journal has it already.
    func show(_ record: LogRecord) { input.yield((record, isKept: true)) }

    /// Writes until ``finish()`` was called and everything before it is written.
    func run() async {
        for await (record, isKept) in records {
            if record.level.importance >= threshold {
                output(record.line(format, inColour: isColoured))
            }
            guard !isKept else { continue }
            do {
                try await store.append(record)
            } catch {
                output("The record above could not be kept in the journal: \(error)")
            }
        }
    }

    /// Lets ``run()`` end.
    func finish() { input.finish() }
}

extension LogRecord.Level {
    fileprivate var importance: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// A time, in seconds since 1970, as people and machines read it.
func utc(_ time: Double) -> String { Date(timeIntervalSince1970: time).formatted(.iso8601) }

/// The wall clock, in seconds since 1970.
func wallClock() -> Double { Date().timeIntervalSince1970 }
