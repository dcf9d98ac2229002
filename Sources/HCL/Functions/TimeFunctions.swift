/// Functions of points in time.
enum TimeFunctions {
    static let all: [StandardFunction] = [
        .init("formatdate", [.text("format"), .text("time")], result: .string, formatDate)
    ]

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
        let format = Array(call.text(0))
        var index = 0
        while index < format.count {
            let character = format[index]
            var end = index + 1
            if character == "'" {
                guard let text = quoted(format, &end) else {
                    throw call.failure(argument: 0, "a quoted part is not closed")
                }
                result += text
            } else if character.isASCII && character.isLetter {
                while end < format.count, format[end] == character { end += 1 }
                guard let piece = piece(character, end - index, time) else {
                    let sequence = String(format[index..<end])
                    throw call.failure(argument: 0, "\"\(sequence)\" is not a part of a time")
                }
                result += piece
            } else {
                result.append(character)
            }
            index = end
        }
        return try call.result(result)
    }

    /// Literal text between apostrophes, in which two stand for one.
    private static func quoted(_ format: [Character], _ index: inout Int) -> String? {
        var text = ""
        while index < format.count {
            let character = format[index]
            index += 1
            if character != "'" {
                text.append(character)
            } else if index < format.count, format[index] == "'" {
                text.append("'")
                index += 1
            } else {
                return text
            }
        }
        return nil
    }

    private static func piece(_ letter: Character, _ count: Int, _ time: Timestamp) -> String? {
        let month = months[time.month - 1]
        let weekday = weekdays[time.weekday]
        let halfDay = time.hour % 12 == 0 ? 12 : time.hour % 12
        switch (letter, count) {
        case ("Y", 4): return padded(time.year, 4)
        case ("Y", 2): return padded(time.year % 100, 2)
        case ("M", 1): return String(time.month)
        case ("M", 2): return padded(time.month, 2)
        case ("M", 3): return String(month.prefix(3))
        case ("M", 4): return month
        case ("D", 1): return String(time.day)
        case ("D", 2): return padded(time.day, 2)
        case ("E", 3): return String(weekday.prefix(3))
        case ("E", 4): return weekday
        case ("h", 1): return String(time.hour)
        case ("h", 2): return padded(time.hour, 2)
        case ("H", 1): return String(halfDay)
        case ("H", 2): return padded(halfDay, 2)
        case ("A", 2): return time.hour < 12 ? "AM" : "PM"
        case ("a", 2): return time.hour < 12 ? "am" : "pm"
        case ("m", 1): return String(time.minute)
        case ("m", 2): return padded(time.minute, 2)
        case ("s", 1): return String(time.second)
        case ("s", 2): return padded(time.second, 2)
        case ("Z", _): return zone(count, time.offset)
        default: return nil
        }
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    private static func zone(_ count: Int, _ offset: Int) -> String? {
        let sign = offset < 0 ? "-" : "+"
        let hours = padded(abs(offset) / 60, 2)
        let minutes = padded(abs(offset) % 60, 2)
        switch count {
        case 1: return offset == 0 ? "Z" : "\(sign)\(hours):\(minutes)"
        case 3: return offset == 0 ? "UTC" : "\(sign)\(hours)\(minutes)"
        case 4: return "\(sign)\(hours)\(minutes)"
        case 5: return "\(sign)\(hours):\(minutes)"
        default: return nil
        }
    }
}
