/// The wall clock of one time zone: seconds to add to UTC at any moment.
///
/// The rules of daylight saving come from outside, as a function: this room knows no time zones.
public struct ZoneClock: Sendable {
    private let offset: @Sendable (Double) -> Int

    /// Creates a clock from the offset from UTC, in seconds, at a time in seconds since 1970.
    public init(offset: @escaping @Sendable (Double) -> Int) { self.offset = offset }

    /// The day of the wall clock at a time, counted from 1 January 1970.
    func day(at time: Double) -> Int { floorDivide(wall(at: time), by: ZoneClock.secondsInDay) }

    /// The first moment at which the wall clock shows that second of that day.
    ///
    /// A second that exists twice, when clocks go back, counts the first time. One that does not
    /// exist, when clocks go forward, gives the moment of the jump: the first that exists after it.
    func time(day: Int, second: Int) -> Double {
        let wall = day * ZoneClock.secondsInDay + second
        let early = offset(Double(wall - ZoneClock.secondsInDay))
        let late = offset(Double(wall + ZoneClock.secondsInDay))
        let exact = [early, late].map { Double(wall - $0) }.filter { self.wall(at: $0) == wall }
        return exact.min() ?? jump(between: wall - max(early, late), and: wall - min(early, late))
    }

    private func wall(at time: Double) -> Int { Int(time.rounded(.down)) + offset(time) }

    /// The first second between the two at which the offset is no longer that of the first.
    private func jump(between first: Int, and last: Int) -> Double {
        var (before, after) = (first, last)
        let old = offset(Double(first))
        while after - before > 1 {
            let middle = before + (after - before) / 2
            if offset(Double(middle)) == old { before = middle } else { after = middle }
        }
        return Double(after)
    }

    private static let secondsInDay = 86_400
}

/// Integer division that rounds down also below zero.
func floorDivide(_ value: Int, by divisor: Int) -> Int {
    let quotient = value / divisor
    return value % divisor < 0 ? quotient - 1 : quotient
}
