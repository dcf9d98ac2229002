/// A point in time as RFC 3339 writes it, with its own offset from UTC.
struct Timestamp: Equatable {
    var year: Int
    var month: Int
    var day: Int
    var hour: Int
    var minute: Int
    var second: Int
    var nanosecond: Int
    /// The offset from UTC in minutes.
    var offset: Int

    /// Reads a time such as `2020-01-02T03:04:05Z`.
    ///
    /// As Go has it, the hour may have one digit, and a fraction of a second may follow a comma.
    init?(_ text: String) {
        var scanner = TimeScanner(text)
        guard let time = scanner.time(style: .strict), scanner.isAtEnd else { return nil }
        self = time
    }

    /// Reads one of the forms that YAML texts may have for times: parts may lack leading zeros,
    /// and the zone or the whole time of day may be left out.
    init?(yaml text: String) {
        for style in TimeScanner.yamlStyles {
            var scanner = TimeScanner(text)
            if let time = scanner.time(style: style), scanner.isAtEnd {
                self = time
                return
            }
        }
        return nil
    }

    /// Creates a time from the seconds since 1970 and an offset from UTC in minutes.
    init(unixSeconds: Int, nanosecond: Int, offset: Int) {
        let local = unixSeconds + offset * 60
        let days = Self.floorDivide(local, 86_400)
        let rest = local - days * 86_400
        (hour, minute, second) = (rest / 3_600, rest / 60 % 60, rest % 60)
        self.nanosecond = nanosecond
        self.offset = offset
        // Days are counted from the first of March of the year 0, so that a leap day is the last.
        let shifted = days + 719_468
        let era = Self.floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    fileprivate init?(_ parts: [Int], nanosecond: Int, offset: Int) {
        (year, month, day) = (parts[0], parts[1], parts[2])
        (hour, minute, second) = (parts[3], parts[4], parts[5])
        self.nanosecond = nanosecond
        self.offset = offset
        guard (1...12).contains(month), (1...Self.days(in: month, of: year)).contains(day),
            hour < 24, minute < 60, second < 60
        else { return nil }
    }

    private static func floorDivide(_ number: Int, _ divisor: Int) -> Int {
        number >= 0 ? number / divisor : (number - divisor + 1) / divisor
    }

    private static func days(in month: Int, of year: Int) -> Int {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        switch month {
        case 2: return isLeap ? 29 : 28
        case 4, 6, 9, 11: return 30
        default: return 31
        }
    }

    /// Days since 1970 of the date as written.
    private var daysSinceEpoch: Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = Self.floorDivide(shiftedYear, 400)
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
            - 719_468
    }

    /// The day of the week, counted from Sunday as zero.
    var weekday: Int {
        let day = (daysSinceEpoch + 4) % 7
        return day < 0 ? day + 7 : day
    }

    /// The seconds since 1970.
    var unixSeconds: Int {
        ((daysSinceEpoch * 24 + hour) * 60 + minute - offset) * 60 + second
    }

    /// The time some nanoseconds later, with the same offset from UTC.
    func adding(nanoseconds: Int64) -> Timestamp {
        var seconds = Int(nanoseconds / 1_000_000_000)
        var rest = nanosecond + Int(nanoseconds % 1_000_000_000)
        if rest < 0 {
            rest += 1_000_000_000
            seconds -= 1
        } else if rest >= 1_000_000_000 {
            rest -= 1_000_000_000
            seconds += 1
        }
        return Timestamp(
            unixSeconds: unixSeconds + seconds, nanosecond: rest, offset: offset)
    }

    static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(abs(number))
        return (number < 0 ? "-" : "")
            + String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// The offset as `+01:30`, or with another separator.
    func zone(separator: String) -> String {
        (offset < 0 ? "-" : "+") + Self.padded(abs(offset) / 60, 2) + separator
            + Self.padded(abs(offset) % 60, 2)
    }
}

extension Timestamp: CustomStringConvertible {
    /// The time as RFC 3339 writes it, without fractions of seconds.
    var description: String {
        let date = [Self.padded(year, 4), Self.padded(month, 2), Self.padded(day, 2)]
        let time = [hour, minute, second].map { Self.padded($0, 2) }
        return date.joined(separator: "-") + "T" + time.joined(separator: ":")
            + (offset == 0 ? "Z" : zone(separator: ":"))
    }
}

/// Reads the parts of a time.
private struct TimeScanner {
    struct Style {
        var separator: UInt8?
        var allowsShortParts = true
        var hasZone = true

        static let strict = Style(separator: UInt8(ascii: "T"), allowsShortParts: false)
    }

    static let yamlStyles = [
        Style(separator: UInt8(ascii: "T")), Style(separator: UInt8(ascii: "t")),
        Style(separator: UInt8(ascii: " "), hasZone: false), Style(hasZone: false),
    ]

    private let bytes: [UInt8]
    private var index = 0

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    var isAtEnd: Bool { index == bytes.count }

    private func isDigit(_ place: Int) -> Bool {
        place < bytes.count && (0x30...0x39).contains(bytes[place])
    }

    private mutating func accept(_ byte: UInt8) -> Bool {
        guard index < bytes.count, bytes[index] == byte else { return false }
        index += 1
        return true
    }

    private mutating func number(_ width: Int, isShort: Bool = false) -> Int? {
        var count = 0
        while count < width, isDigit(index + count) { count += 1 }
        guard count == width || (isShort && count > 0) else { return nil }
        defer { index += count }
        return bytes[index..<index + count].reduce(0) { $0 * 10 + Int($1) - 0x30 }
    }

    mutating func time(style: Style) -> Timestamp? {
        let isShort = style.allowsShortParts
        guard let year = number(4), accept(UInt8(ascii: "-")),
            let month = number(2, isShort: isShort), accept(UInt8(ascii: "-")),
            let day = number(2, isShort: isShort)
        else { return nil }
        guard let separator = style.separator else {
            return Timestamp([year, month, day, 0, 0, 0], nanosecond: 0, offset: 0)
        }
        guard accept(separator), let hour = number(2, isShort: true), accept(UInt8(ascii: ":")),
            let minute = number(2, isShort: isShort), accept(UInt8(ascii: ":")),
            let second = number(2, isShort: isShort)
        else { return nil }
        let nanosecond = fraction()
        guard let offset = style.hasZone ? zone() : 0 else { return nil }
        return Timestamp(
            [year, month, day, hour, minute, second], nanosecond: nanosecond, offset: offset)
    }

    /// Digits after a point or a comma, of which the first nine count.
    private mutating func fraction() -> Int {
        guard index < bytes.count, isDigit(index + 1),
            accept(UInt8(ascii: ".")) || accept(UInt8(ascii: ","))
        else { return 0 }
        var nanosecond = 0
        var scale = 100_000_000
        while isDigit(index) {
            nanosecond += (Int(bytes[index]) - 0x30) * scale
            scale /= 10
            index += 1
        }
        return nanosecond
    }

    private mutating func zone() -> Int? {
        if accept(UInt8(ascii: "Z")) { return 0 }
        let isNegative = accept(UInt8(ascii: "-"))
        guard isNegative || accept(UInt8(ascii: "+")), let hours = number(2),
            accept(UInt8(ascii: ":")), let minutes = number(2), hours <= 24, minutes <= 60
        else { return nil }
        return (isNegative ? -1 : 1) * (hours * 60 + minutes)
    }
}
