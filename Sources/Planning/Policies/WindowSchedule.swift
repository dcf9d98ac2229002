public import ClusterModel

/// Whether changes may start, by the maintenance windows.
public enum WindowState: Hashable, Sendable {
    /// They may, until that time in seconds since 1970; `nil` when no end is in sight.
    case open(until: Double?)

    /// They may not, until that time in seconds since 1970; `nil` when they never may.
    case closed(until: Double?)
}

/// When maintenance windows are open: whenever one of them is.
///
/// A window opens at its wall-clock time and stays open for its duration of real time, whatever the
/// clocks do meanwhile and however many midnights lie in it. Where the time of opening does not
/// exist on a day, it opens when the clocks have jumped; where it exists twice, at the first.
public struct WindowSchedule: Sendable {
    private let windows: [(window: MaintenanceWindow, clock: ZoneClock)]

    /// Creates a schedule; throws for a time zone that `clock` does not know.
    public init(
        _ windows: [MaintenanceWindow], clock: (String) -> ZoneClock?
    ) throws(UnknownTimeZone) {
        var known: [(MaintenanceWindow, ZoneClock)] = []
        for window in windows {
            guard let clock = clock(window.timeZone) else {
                throw UnknownTimeZone(name: window.timeZone)
            }
            known.append((window, clock))
        }
        self.windows = known
    }

    /// The state at a time in seconds since 1970.
    public func state(at time: Double) -> WindowState {
        let spans = windows.flatMap { Self.spans(of: $0.window, $0.clock, around: time) }
            .sorted { $0.lowerBound < $1.lowerBound }
        var end = time
        for span in spans where span.lowerBound <= end { end = max(end, span.upperBound) }
        if end > time {
            // What reaches the end of what was looked at may go on for ever.
            return .open(until: end - time < Self.horizon ? end : nil)
        }
        return .closed(until: spans.first { $0.lowerBound > time }?.lowerBound)
    }

    private static let horizon = 8.0 * 86_400

    /// The times of opening and closing from so far back that one may still be open, to the horizon.
    private static func spans(
        of window: MaintenanceWindow, _ clock: ZoneClock, around time: Double
    ) -> [Range<Double>] {
        let duration = Double(window.duration.components.seconds)
        let days = clock.day(at: time - duration) - 1...clock.day(at: time + horizon) + 1
        return days.filter { window.days.contains(weekday(of: $0)) }.map { day in
            let start = clock.time(day: day, second: window.startMinute * 60)
            return start..<start + max(0, duration)
        }
    }

    /// The name of a day counted from 1 January 1970, which was a Thursday.
    private static func weekday(of day: Int) -> String {
        let names = ["thu", "fri", "sat", "sun", "mon", "tue", "wed"]
        return names[day - 7 * floorDivide(day, by: 7)]
    }
}

/// A time zone of which nobody knows the rules.
public struct UnknownTimeZone: Hashable, Sendable, ExplainedError {
    /// The name in `uprev.hcl`.
    public let name: String

    /// The error in one sentence.
    public var description: String { "The time zone \(name) of the window is not known here." }

    /// What to do next.
    public var hint: String {
        "Write a name such as \"Europe/Berlin\", and see that the time zone database is installed."
    }

    /// A person must act.
    public var disposition: Disposition { .stalled }
}
