/// The names of tags.
enum YAMLTag {
    /// What `!!` stands for.
    static let prefix = "tag:yaml.org,2002:"
    static let text = prefix + "str"
    static let binary = prefix + "binary"
    static let truth = prefix + "bool"
    static let integer = prefix + "int"
    static let float = prefix + "float"
    static let null = prefix + "null"
    static let time = prefix + "timestamp"
    static let merge = prefix + "merge"
}

/// A key of a mapping.
enum YAMLKey {
    case name(String)
    case null
    /// `<<`, which adds the attributes of its value.
    case merge
}

/// The pairs of a mapping that is being read; of several with one name the last counts.
struct YAMLMapping {
    private var pairs: [(key: String, value: Value)] = []
    private var places: [String: Int] = [:]

    mutating func add(_ name: String, _ value: Value) {
        if let place = places[name] {
            pairs[place].value = value
        } else {
            places[name] = pairs.count
            pairs.append((name, value))
        }
    }

    var value: Value { .object(ValueMap(pairs)) }
}

/// What the text of a scalar means.
enum YAMLScalar {
    private static let words: [String: Value] = {
        var words: [String: Value] = ["": .null(.dynamic), "~": .null(.dynamic)]
        func add(_ names: [String], _ value: Value) {
            for name in names {
                words[name] = value
                words[name.uppercased()] = value
                words[name.prefix(1).uppercased() + name.dropFirst()] = value
            }
        }
        add(["y", "yes", "true", "on"], .bool(true))
        add(["n", "no", "false", "off"], .bool(false))
        add(["null"], .null(.dynamic))
        for (name, value) in [("inf", Number.infinity), ("Inf", .infinity), ("INF", .infinity)] {
            words["." + name] = .number(value)
            words["+." + name] = .number(value)
            words["-." + name] = .number(value.negated)
        }
        return words
    }()

    private static let known: Set<String> = [
        YAMLTag.text, YAMLTag.binary, YAMLTag.truth, YAMLTag.integer, YAMLTag.float, YAMLTag.null,
        YAMLTag.time,
    ]

    /// The value of a scalar that is no key.
    static func value(
        of text: String, tag: String?, style: YAMLStyle
    ) throws(YAMLFailure) -> Value {
        let value = try resolved(text, tag, style)
        // Untagged text in a block is text whatever it looks like, but what it looks like is
        // worked out first, so that the number 1.10 becomes the text "1.1".
        guard style == .block, tag == nil else { return value }
        return (try? value.converted(to: .string)) ?? value
    }

    /// A key, which becomes text if it is something else.
    static func key(of text: String, tag: String?, style: YAMLStyle) throws(YAMLFailure) -> YAMLKey
    {
        if tag == YAMLTag.merge { throw .doubt("a merge tag, which only newer readers know") }
        if text == "<<" && tag == nil { return .merge }
        let value = try resolved(text, tag, style)
        if value.isNull { return .null }
        guard let name = (try? value.converted(to: .string))?.stringValue else {
            throw .error("only strings are allowed as mapping keys")
        }
        return .name(name)
    }

    private static func resolved(
        _ text: String, _ tag: String?, _ style: YAMLStyle
    ) throws(YAMLFailure) -> Value {
        if let tag, !known.contains(tag) { throw .error("unsupported tag \"\(tag)\"") }
        if tag == YAMLTag.text { return .text(text) }
        if tag == YAMLTag.binary {
            guard Base64.decode(text) != nil else {
                throw .error("cannot parse \"\(text)\" as \(YAMLTag.binary): not valid base64")
            }
            return .text(text)
        }
        if mayHaveMeaning(text) {
            if style == .quoted { return .text(text) }
            if let word = words[text] { return word }
            if tag == nil, [".nan", ".NaN", ".NAN"].contains(text) {
                throw .error("floating point NaN is not supported")
            }
            if let value = try number(text, tag) { return value }
        }
        return try tagged(text, tag)
    }

    /// Whether text begins like a number, a truth value or null.
    private static func mayHaveMeaning(_ text: String) -> Bool {
        guard let first = text.utf8.first.map({ Unicode.Scalar($0) }) else { return true }
        return "+-0123456789yYnNtTfFoO~.".unicodeScalars.contains(first)
    }

    private static func tagged(_ text: String, _ tag: String?) throws(YAMLFailure) -> Value {
        switch tag {
        case YAMLTag.null: return .null(.dynamic)
        case YAMLTag.integer, YAMLTag.float:
            if text.contains("_") { throw .doubt("a tagged number with underscores") }
            guard let number = try YAMLNumber.value(of: text) else { break }
            return .number(number)
        case YAMLTag.time:
            guard let time = Timestamp(yaml: text) else { break }
            return .string(time.description)
        case YAMLTag.truth: break
        default: return .text(text)
        }
        throw .error("cannot parse \"\(text)\" as \(tag ?? "")")
    }

    /// The time or the number that text is, judging by its form.
    private static func number(_ text: String, _ tag: String?) throws(YAMLFailure) -> Value? {
        guard let first = text.utf8.first, (0x2B...0x39).contains(first) else { return nil }
        if first == UInt8(ascii: ".") {
            return try YAMLNumber.value(of: text).map { .number($0) }
        }
        if tag == nil || tag == YAMLTag.time, let time = Timestamp(yaml: text) {
            return .string(time.description)
        }
        guard YAMLNumber.isInteger(text) || YAMLNumber.isFloat(text) else {
            if YAMLNumber.isOldInteger(text) {
                throw .doubt("the word \(text), which only older readers take for a number")
            }
            return nil
        }
        guard let number = try YAMLNumber.value(of: text) else {
            throw .error("cannot parse \"\(text)\" as \(YAMLTag.integer)")
        }
        return .number(number)
    }
}

/// The forms of numbers in YAML.
enum YAMLNumber {
    private static func digits(_ text: Substring, _ ranges: ClosedRange<UInt8>...) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { byte in ranges.contains { $0.contains(byte) } }
    }

    private static func unsigned(_ text: String) -> Substring {
        text.hasPrefix("+") || text.hasPrefix("-") ? text.dropFirst() : text[...]
    }

    /// Decimal with a sign, or octal after `0o` or hexadecimal after `0x` without one.
    static func isInteger(_ text: String) -> Bool {
        if text.hasPrefix("0o") { return digits(text.dropFirst(2), 0x30...0x37) }
        if text.hasPrefix("0x") {
            return digits(text.dropFirst(2), 0x30...0x39, 0x41...0x46, 0x61...0x66)
        }
        return digits(unsigned(text), 0x30...0x39)
    }

    /// What readers took for integers before the rules were made stricter.
    static func isOldInteger(_ text: String) -> Bool {
        let rest = unsigned(text).filter { $0 != "_" }
        return unsigned(rest) == rest[...] && isInteger(rest)
    }

    static func isFloat(_ text: String) -> Bool {
        var rest = unsigned(text)
        let whole = rest.prefix { $0.isASCII && $0.isNumber }
        rest = rest.dropFirst(whole.count)
        if rest.hasPrefix(".") {
            let fraction = rest.dropFirst().prefix { $0.isASCII && $0.isNumber }
            if whole.isEmpty && fraction.isEmpty { return false }
            rest = rest.dropFirst(1 + fraction.count)
        } else if whole.isEmpty {
            return false
        }
        if rest.hasPrefix("e") || rest.hasPrefix("E") {
            return digits(unsigned(String(rest.dropFirst())), 0x30...0x39)
        }
        return rest.isEmpty
    }

    /// The number, or nothing if the text is none.
    static func value(of text: String) throws(YAMLFailure) -> Number? {
        if let number = Number(text) { return number }
        if text.utf8.count > Number.longestText { throw .doubt("a very long number") }
        if Number.isDecimal(text) { throw .doubt("a number out of range") }
        for (prefix, radix) in [("0x", 16), ("0o", 8)] where text.hasPrefix(prefix) {
            guard let small = UInt64(text.dropFirst(2), radix: radix) else { return nil }
            return Number(String(small))
        }
        let decimal = String(text.map { $0 == "p" || $0 == "P" ? "e" : $0 })
        if decimal != text, Number(decimal) != nil { throw .doubt("a binary exponent") }
        return nil
    }
}
