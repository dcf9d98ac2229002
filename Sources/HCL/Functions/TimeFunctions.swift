/// Functions of points in time.
enum TimeFunctions {
    static let all: [StandardFunction] = [
        .init("formatdate", [.text("format"), .text("time")], result: .string, formatDate),
        .init("timeadd", [.text("timestamp"), .text("duration")], result: .string, add),
        .init("timecmp", [], variadic: .text("args"), result: .number, compare),
    ]

    @Sendable
    private static func add(_ call: Call) throws(Diagnostic) -> Value {
        guard let time = Timestamp(call.text(0)) else { throw call.failure(notATime("timestamp")) }
        guard let duration = Duration(call.text(1)) else {
            throw call.failure(
                "the duration does not read as one", hint: "Write it as 1h30m.")
        }
        return .string(time.adding(nanoseconds: duration.nanoseconds).description)
    }

    /// Negative, zero or positive as the first time is before, at or after the second.
    @Sendable
    private static func compare(_ call: Call) throws(Diagnostic) -> Value {
        guard call.arguments.count == 2 else { throw call.failure("it takes two times") }
        guard let first = Timestamp(call.text(0)) else {
            throw call.failure(notATime("first argument"))
        }
        guard let second = Timestamp(call.text(1)) else {
            throw call.failure(notATime("second argument"))
        }
        let keys = [first, second].map { ($0.unixSeconds, $0.nanosecond) }
        return .integer(keys[0] < keys[1] ? -1 : keys[0] == keys[1] ? 0 : 1)
    }

    private static func notATime(_ subject: String) -> String {
        "the \(subject) is not a time such as 2020-01-02T03:04:05Z"
    }

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ]
    private static let weekdays = [
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
    ]

    @Sendable
    private static func formatDate(_ call: Call) throws(Diagnostic) -> Value {
        guard let time = Timestamp(call.text(1)) else {
            throw call.failure(argument: 1, "it is not a time such as 2020-01-02T03:04:05Z")
        }
        try call.charge(call.text(0).utf8.count)
        var result = ""
        let format = Array(call.text(0).unicodeScalars)
        var index = 0
        while index < format.count {
            let scalar = format[index]
            var end = index + 1
            if scalar == "'" {
                guard let text = quoted(format, &end) else {
                    throw call.failure(argument: 0, "a quoted part is not closed")
                }
                result += text
            } else if scalar.isASCII && scalar.properties.isAlphabetic {
                while end < format.count, format[end] == scalar { end += 1 }
                guard let piece = piece(Character(scalar), end - index, time) else {
                    throw call.failure(
                        argument: 0,
                        "the letters from character \(index + 1) on are not a part of a time")
                }
                result += piece
            } else {
                result.unicodeScalars.append(scalar)
            }
            index = end
        }
        return try call.result(result)
    }

    /// Literal text between apostrophes, in which two stand for one, as they do by themselves.
    ///
    /// Two at the very end are one that also closes the text.
    private static func quoted(_ format: [Unicode.Scalar], _ index: inout Int) -> String? {
        var text = String.UnicodeScalarView()
        if index < format.count, format[index] == "'" {
            index += 1
            return "'"
        }
        while index < format.count {
            let scalar = format[index]
            index += 1
            if scalar != "'" {
                text.append(scalar)
            } else if index < format.count, format[index] == "'" {
                text.append("'")
                index += 1
                if index == format.count { return String(text) }
            } else {
                return String(text)
            }
        }
        return nil
    }

    private static func piece(_ letter: Character, _ count: Int, _ time: Timestamp) -> String? {
        let month = months[time.month - 1]
        let weekday = weekdays[time.weekday]
        let halfDay = time.hour % 12 == 0 ? 12 : time.hour % 12
        switch (letter, count) {
        case ("Y", 4): return Timestamp.padded(time.year, 4)
        case ("Y", 2): return Timestamp.padded(time.year % 100, 2)
        case ("M", 1): return String(time.month)
        case ("M", 2): return Timestamp.padded(time.month, 2)
        case ("M", 3): return String(month.prefix(3))
        case ("M", 4): return month
        case ("D", 1): return String(time.day)
        case ("D", 2): return Timestamp.padded(time.day, 2)
        case ("E", 3): return String(weekday.prefix(3))
        case ("E", 4): return weekday
        case ("h", 1): return String(time.hour)
        case ("h", 2): return Timestamp.padded(time.hour, 2)
        case ("H", 1): return String(halfDay)
        case ("H", 2): return Timestamp.padded(halfDay, 2)
        case ("A", 2): return time.hour < 12 ? "AM" : "PM"
        case ("a", 2): return time.hour < 12 ? "am" : "pm"
        case ("m", 1): return String(time.minute)
        case ("m", 2): return Timestamp.padded(time.minute, 2)
        case ("s", 1): return String(time.second)
        case ("s", 2): return Timestamp.padded(time.second, 2)
        case ("Z", _): return zone(count, time)
        default: return nil
        }
    }

    private static func zone(_ count: Int, _ time: Timestamp) -> String? {
        switch count {
        case 1: return time.offset == 0 ? "Z" : time.zone(separator: ":")
        case 3: return time.offset == 0 ? "UTC" : time.zone(separator: "")
        case 4: return time.zone(separator: "")
        case 5: return time.zone(separator: ":")
        default: return nil
        }
    }
}
