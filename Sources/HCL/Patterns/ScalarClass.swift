/// A set of Unicode scalars that one place of a pattern accepts.
struct ScalarClass: Sendable {
    /// A part of a class that is given by a property instead of by scalars.
    struct Property: Sendable {
        let test: @Sendable (Unicode.Scalar) -> Bool
        let isNegated: Bool
    }

    var ranges: [ClosedRange<UInt32>] = []
    var properties: [Property] = []
    var isNegated = false
    var ignoresCase = false

    init() {}

    init(_ scalar: Unicode.Scalar) {
        ranges = [scalar.value...scalar.value]
    }

    /// Puts the ranges in order and joins those that overlap, so that they can be searched.
    mutating func sortRanges() {
        var joined: [ClosedRange<UInt32>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = joined.last, range.lowerBound <= last.upperBound {
                let upper = max(last.upperBound, range.upperBound)
                joined[joined.count - 1] = last.lowerBound...upper
            } else {
                joined.append(range)
            }
        }
        ranges = joined
    }

    mutating func insert(_ other: ScalarClass) {
        if other.isNegated {
            properties.append(Property(test: { other.contains($0) }, isNegated: false))
        } else {
            ranges += other.ranges
            properties += other.properties
        }
    }

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        if holds(scalar) { return !isNegated }
        if ignoresCase, CaseFolding.others(of: scalar).contains(where: holds) { return !isNegated }
        return isNegated
    }

    private func holds(_ scalar: Unicode.Scalar) -> Bool {
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < scalar.value { low = middle + 1 } else { high = middle }
        }
        if low < ranges.count, ranges[low].contains(scalar.value) { return true }
        for property in properties where property.test(scalar) != property.isNegated {
            return true
        }
        return false
    }
}

extension ScalarClass {
    private static func ascii(_ ranges: ClosedRange<Unicode.Scalar>...) -> ScalarClass {
        var result = ScalarClass()
        result.ranges = ranges.map { $0.lowerBound.value...$0.upperBound.value }
        return result
    }

    /// The class of a letter after a backslash, such as `\d`; capitals mean the opposite.
    static func escape(_ letter: Unicode.Scalar) -> ScalarClass? {
        var result: ScalarClass
        switch letter {
        case "d", "D": result = ascii("0"..."9")
        case "s", "S": result = ascii("\t"..."\n", "\u{C}"..."\r", " "..." ")
        case "w", "W": result = ascii("0"..."9", "A"..."Z", "_"..."_", "a"..."z")
        default: return nil
        }
        result.isNegated = letter.properties.isUppercase
        return result
    }

    /// The class of a name in `[:name:]`.
    static func posix(_ name: String) -> ScalarClass? {
        switch name {
        case "alnum": ascii("0"..."9", "A"..."Z", "a"..."z")
        case "alpha": ascii("A"..."Z", "a"..."z")
        case "ascii": ascii("\0"..."\u{7F}")
        case "blank": ascii("\t"..."\t", " "..." ")
        case "cntrl": ascii("\0"..."\u{1F}", "\u{7F}"..."\u{7F}")
        case "digit": ascii("0"..."9")
        case "graph": ascii("!"..."~")
        case "lower": ascii("a"..."z")
        case "print": ascii(" "..."~")
        case "punct": ascii("!"..."/", ":"..."@", "["..."`", "{"..."~")
        case "space": ascii("\t"..."\r", " "..." ")
        case "upper": ascii("A"..."Z")
        case "word": ascii("0"..."9", "A"..."Z", "_"..."_", "a"..."z")
        case "xdigit": ascii("0"..."9", "A"..."F", "a"..."f")
        default: nil
        }
    }
}
