/// Functions that search text with regular expressions.
enum PatternFunctions {
    static let all: [StandardFunction] = [
        .init("regex", [.text("pattern"), .text("string")], typing: matchType, regex),
        .init(
            "regexall", [.text("pattern"), .text("string")],
            typing: { call throws(Diagnostic) in .list(try matchType(call)) }, regexAll),
        .init(
            "replace", [.text("str"), .text("substr"), .text("replace")],
            result: .string, replace),
    ]

    /// The compiled pattern; nothing if it needs tables of Unicode that are not kept here.
    private static func compile(
        _ text: String, _ call: Call, argument: Int?
    ) throws(Diagnostic) -> Pattern? {
        do {
            let pattern = try Pattern(text)
            try? call.charge(text.utf8.count + pattern.program.count)
            return pattern
        } catch {
            if error.isUnsupported { return nil }
            guard let argument else { throw call.failure(error.description) }
            throw call.failure(argument: argument, error.description, parameter: "pattern")
        }
    }

    private static func unknown(_ call: Call, type: ValueType = .dynamic) -> Value {
        call.unknown(
            "\(call.name) with a class of a script of Unicode, whose tables are not kept here",
            type: type)
    }

    private static func matches(
        of pattern: Pattern, in text: [Unicode.Scalar], mostMatches: Int, _ call: Call
    ) throws(Diagnostic) -> [Pattern.Match] {
        let (matches, steps) = pattern.matches(
            in: text, mostMatches: mostMatches, mostSteps: call.budget.remaining)
        try call.charge(steps)
        return matches
    }

    @Sendable
    private static func regex(_ call: Call) throws(Diagnostic) -> Value {
        let text = Array(call.text(1).unicodeScalars)
        guard let pattern = try compile(call.text(0), call, argument: 0) else {
            return unknown(call)
        }
        guard let match = try matches(of: pattern, in: text, mostMatches: 1, call).first else {
            throw call.failure("the pattern does not match any part of the text")
        }
        return value(of: match, pattern, text)
    }

    @Sendable
    private static func regexAll(_ call: Call) throws(Diagnostic) -> Value {
        let text = Array(call.text(1).unicodeScalars)
        guard let pattern = try compile(call.text(0), call, argument: 0) else {
            return unknown(call)
        }
        let matches = try matches(of: pattern, in: text, mostMatches: .max, call)
        try call.charge(matches.count * (pattern.groupNames.count + 1))
        return .list(
            type(of: pattern), ValueList(matches.map { value(of: $0, pattern, text) }))
    }

    /// The type of a match of a known pattern.
    @Sendable
    private static func matchType(_ call: Call) throws(Diagnostic) -> ValueType {
        if call.arguments[0].isUnknown { return .dynamic }
        guard let pattern = try compile(call.text(0), call, argument: 0) else { return .dynamic }
        try checkNames(pattern, call)
        return type(of: pattern)
    }

    private static func type(of pattern: Pattern) -> ValueType {
        let names = pattern.groupNames
        if names.isEmpty { return .string }
        if names[0] == nil { return .tuple(names.map { _ in .string }) }
        return .object(
            Dictionary(
                names.map { (($0 ?? "").inNormalFormC(), .string) }, uniquingKeysWith: { $1 }))
    }

    private static func checkNames(_ pattern: Pattern, _ call: Call) throws(Diagnostic) {
        let named = pattern.groupNames.compactMap { $0 }
        guard named.isEmpty || named.count == pattern.groupNames.count else {
            throw call.failure(
                argument: 0, "either all groups have names or none", parameter: "pattern")
        }
    }

    /// The whole match, or its groups as a tuple or an object.
    private static func value(
        of match: Pattern.Match, _ pattern: Pattern, _ text: [Unicode.Scalar]
    ) -> Value {
        func group(_ index: Int) -> Value {
            let (start, end) = (match[2 * index], match[2 * index + 1])
            if start < 0 || end < 0 { return .null(.string) }
            return .text(String(String.UnicodeScalarView(text[start..<end])))
        }
        if pattern.groupNames.isEmpty { return group(0) }
        if pattern.groupNames[0] == nil {
            return .tuple(ValueList((1...pattern.groupNames.count).map(group)))
        }
        let pairs = pattern.groupNames.enumerated().map { index, name in
            (key: (name ?? "").inNormalFormC(), value: group(index + 1))
        }
        return .object(ValueMap(pairs))
    }

    /// Replaces a text, or a pattern when it is written between slashes.
    @Sendable
    private static func replace(_ call: Call) throws(Diagnostic) -> Value {
        let (text, wanted, replacement) = (call.text(0), call.text(1), call.text(2))
        let slash = UInt8(ascii: "/")
        if wanted.utf8.count > 1, wanted.utf8.first == slash, wanted.utf8.last == slash {
            let pattern = String(decoding: wanted.utf8.dropFirst().dropLast(), as: UTF8.self)
            return try replacePattern(call, pattern)
        }
        let parts =
            wanted.isEmpty
            ? [""] + text.unicodeScalars.map { String(Character($0)) } + [""]
            : Pieces.split(text, by: wanted)
        let (more, overflow) = (parts.count - 1).multipliedReportingOverflow(
            by: replacement.utf8.count)
        try call.charge(overflow ? .max : more)
        return try call.result(parts.joined(separator: replacement))
    }

    private static func replacePattern(
        _ call: Call, _ wanted: String
    ) throws(Diagnostic) -> Value {
        let text = Array(call.text(0).unicodeScalars)
        guard let pattern = try compile(wanted, call, argument: nil) else {
            return unknown(call, type: .string)
        }
        let template = Array(call.text(2).unicodeScalars)
        var result: [Unicode.Scalar] = []
        var last = 0
        for match in try matches(of: pattern, in: text, mostMatches: .max, call) {
            result += text[last..<match[0]]
            let filled = ReplacementTemplate(template).filled(match, pattern, text)
            try call.charge(filled.count + template.count)
            result += filled
            last = match[1]
        }
        result += text[last...]
        return try call.result(String(String.UnicodeScalarView(result)))
    }
}

/// The replacement for a match, in which `$1`, `${name}` and `$$` have a meaning.
private struct ReplacementTemplate {
    private let template: [Unicode.Scalar]

    init(_ template: [Unicode.Scalar]) {
        self.template = template
    }

    func filled(
        _ match: Pattern.Match, _ pattern: Pattern, _ text: [Unicode.Scalar]
    ) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        var index = 0
        while index < template.count {
            guard template[index] == "$" else {
                result.append(template[index])
                index += 1
                continue
            }
            if index + 1 < template.count, template[index + 1] == "$" {
                result.append("$")
                index += 2
            } else if let (name, end) = name(at: index + 1) {
                result += group(name, match, pattern, text)
                index = end
            } else {
                result.append("$")
                index += 1
            }
        }
        return result
    }

    private func name(at start: Int) -> (String, Int)? {
        let isBraced = start < template.count && template[start] == "{"
        let first = isBraced ? start + 1 : start
        var end = first
        while end < template.count,
            template[end] == "_" || template[end].properties.isAlphabetic
                || template[end].properties.numericType != nil
        {
            end += 1
        }
        guard end > first else { return nil }
        let name = String(String.UnicodeScalarView(template[first..<end]))
        guard isBraced else { return (name, end) }
        return end < template.count && template[end] == "}" ? (name, end + 1) : nil
    }

    private func group(
        _ name: String, _ match: Pattern.Match, _ pattern: Pattern, _ text: [Unicode.Scalar]
    ) -> ArraySlice<Unicode.Scalar> {
        // Of several groups with one name the first that took part counts.
        let named = (1...max(1, pattern.groupNames.count)).first { index in
            index <= pattern.groupNames.count && pattern.groupNames[index - 1] == name
                && match[2 * index] >= 0
        }
        guard let index = Int(name) ?? named, index <= pattern.groupNames.count, index >= 0,
            match[2 * index] >= 0, match[2 * index + 1] >= 0
        else { return [] }
        return text[match[2 * index]..<match[2 * index + 1]]
    }
}
