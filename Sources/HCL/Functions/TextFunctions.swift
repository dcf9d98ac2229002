/// Functions that make text of text.
enum TextFunctions {
    static let all: [StandardFunction] = [
        .init("chomp", [.text("str")], result: .string) { call throws(Diagnostic) in
            let scalars = call.text(0).unicodeScalars
            let end = scalars.lastIndex { $0 != "\n" && $0 != "\r" }
            let kept = end.map { scalars[...$0] } ?? scalars[..<scalars.startIndex]
            return .text(String(kept))
        },
        .init("indent", [.number("spaces"), .text("str")], result: .string, indent),
        .init(
            "join", [.text("separator")], variadic: .list("lists", of: .string),
            result: .string, join),
        .init("lower", [.text("str")], result: .string) { call throws(Diagnostic) in
            try call.result(Letters.lowercased(call.text(0)))
        },
        .init("upper", [.text("str")], result: .string) { call throws(Diagnostic) in
            try call.result(Letters.uppercased(call.text(0)))
        },
        .init("title", [.text("str")], result: .string) { call throws(Diagnostic) in
            try call.result(Letters.titlecased(call.text(0)))
        },
        .init("split", [.text("separator"), .text("str")], result: .list(.string), split),
        .init("strrev", [.text("str")], result: .string) { call throws(Diagnostic) in
            try call.result(String(call.text(0).reversed()))
        },
        .init(
            "substr", [.text("str"), .number("offset"), .number("length")],
            result: .string, substring),
        .init("trim", [.text("str"), .text("cutset")], result: .string) { call in
            let cut = Set(call.text(1).unicodeScalars)
            return .text(call.text(0).trimming { cut.contains($0) })
        },
        .init("trimprefix", [.text("str"), .text("prefix")], result: .string) { call in
            let (text, prefix) = (call.text(0), call.text(1))
            let matches = text.utf8.starts(with: prefix.utf8)
            return .text(matches ? dropping(text, first: prefix.utf8.count) : text)
        },
        .init("trimsuffix", [.text("str"), .text("suffix")], result: .string) { call in
            let (text, suffix) = (call.text(0), call.text(1))
            let matches = text.utf8.reversed().starts(with: suffix.utf8.reversed())
            return .text(matches ? dropping(text, last: suffix.utf8.count) : text)
        },
        .init("trimspace", [.text("str")], result: .string) { call in
            .text(call.text(0).trimming { $0.isWhitespace })
        },
    ]

    private static func dropping(_ text: String, first: Int = 0, last: Int = 0) -> String {
        String(decoding: text.utf8.dropFirst(first).dropLast(last), as: UTF8.self)
    }

    @Sendable
    private static func indent(_ call: Call) throws(Diagnostic) -> Value {
        let spaces = try call.wholeNumber(0)
        guard spaces >= 0 else {
            throw call.failure("the number of spaces must not be negative")
        }
        let lines = call.text(1).utf8.split(
            separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let (size, overflow) = spaces.multipliedReportingOverflow(by: lines.count)
        try call.charge(overflow ? .max : size)
        let margin = "\n" + String(repeating: " ", count: lines.count > 1 ? spaces : 0)
        let parts = lines.map { String(decoding: $0, as: UTF8.self) }
        return try call.result(parts.joined(separator: margin))
    }

    @Sendable
    private static func join(_ call: Call) throws(Diagnostic) -> Value {
        guard call.arguments.count > 1 else {
            throw call.failure("at least two arguments are required")
        }
        let separator = call.text(0)
        var parts: [String] = []
        for index in 1..<call.arguments.count {
            for element in try call.elements(index) {
                guard let part = element.stringValue else {
                    throw call.failure(argument: index, "an element is null")
                }
                try call.charge(part.utf8.count + separator.utf8.count)
                parts.append(part)
            }
        }
        return .text(parts.joined(separator: separator))
    }

    @Sendable
    private static func split(_ call: Call) throws(Diagnostic) -> Value {
        let (separator, text) = (call.text(0), call.text(1))
        let parts =
            separator.isEmpty
            ? text.unicodeScalars.map { String(Character($0)) }
            : Pieces.split(text, by: separator)
        try call.charge(parts.count + text.utf8.count)
        return .list(.string, ValueList(parts.map { .text($0) }))
    }

    /// Counted in grapheme clusters; a negative offset counts from the end, and a length of
    /// minus one means everything that is left.
    @Sendable
    private static func substring(_ call: Call) throws(Diagnostic) -> Value {
        let characters = Array(call.text(0))
        var offset = try call.wholeNumber(1)
        let length = try call.wholeNumber(2)
        // The reference implementation takes a length of zero literally only from the start.
        let isWhole = length < 0 || (length == 0 && offset < 0)
        if offset < 0 { offset = max(0, offset + characters.count) }
        offset = min(offset, characters.count)
        let rest = characters.count - offset
        let count = isWhole ? rest : min(length, rest)
        return try call.result(String(characters[offset..<offset + count]))
    }
}

/// Searching in bytes, which for valid UTF-8 is searching in text.
enum Pieces {
    /// The places where a text contains another, which must not be empty, from left to right.
    ///
    /// Takes time in proportion to both lengths, by the method of Knuth, Morris and Pratt.
    static func occurrences(of needle: [UInt8], in text: [UInt8]) -> [Int] {
        guard !needle.isEmpty, needle.count <= text.count else { return [] }
        let borders = borders(of: needle)
        var places: [Int] = []
        var matched = 0
        for (index, byte) in text.enumerated() {
            while matched > 0 && needle[matched] != byte { matched = borders[matched - 1] }
            if needle[matched] == byte { matched += 1 }
            if matched == needle.count {
                places.append(index + 1 - matched)
                matched = 0
            }
        }
        return places
    }

    /// For each beginning of a text, the length of the longest part that both begins and ends it.
    private static func borders(of needle: [UInt8]) -> [Int] {
        var borders = [0]
        borders.reserveCapacity(needle.count)
        var length = 0
        for byte in needle.dropFirst() {
            while length > 0 && needle[length] != byte { length = borders[length - 1] }
            if needle[length] == byte { length += 1 }
            borders.append(length)
        }
        return borders
    }

    static func split(_ text: String, by separator: String) -> [String] {
        let bytes = Array(text.utf8)
        let needle = Array(separator.utf8)
        var parts: [String] = []
        var start = 0
        for place in occurrences(of: needle, in: bytes) {
            parts.append(String(decoding: bytes[start..<place], as: UTF8.self))
            start = place + needle.count
        }
        parts.append(String(decoding: bytes[start...], as: UTF8.self))
        return parts
    }
}
