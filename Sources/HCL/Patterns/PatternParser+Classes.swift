extension PatternParser {
    /// The most parts of a class that are tried one after another.
    private static let mostProperties = 100

    mutating func parseEscape() throws(PatternFailure) -> PatternNode {
        guard let scalar = current else { throw failure("the pattern ends with a backslash") }
        switch scalar {
        case "A", "z", "b", "B":
            index += 1
            let places: [Unicode.Scalar: PatternNode.Place] = [
                "A": .textStart, "z": .textEnd, "b": .wordBoundary,
            ]
            return .place(places[scalar] ?? .noWordBoundary)
        default: return .one(folded(try parseEscapedClass()))
        }
    }

    /// What a backslash stands for, in a class or outside.
    private mutating func parseEscapedClass() throws(PatternFailure) -> ScalarClass {
        guard let scalar = current else { throw failure("the pattern ends with a backslash") }
        index += 1
        if let known = ScalarClass.escape(scalar) { return known }
        switch scalar {
        case "a": return ScalarClass("\u{7}")
        case "f": return ScalarClass("\u{C}")
        case "n": return ScalarClass("\n")
        case "r": return ScalarClass("\r")
        case "t": return ScalarClass("\t")
        case "v": return ScalarClass("\u{B}")
        case "x": return ScalarClass(try parseHexadecimal())
        case "0": return ScalarClass(parseOctal(from: scalar))
        case "1", "2", "3", "4", "5", "6", "7":
            // A single digit would mean what a group has matched, which is not supported.
            guard let next = current, ("0"..."7").contains(next) else {
                throw failure("an escape is not known")
            }
            return ScalarClass(parseOctal(from: scalar))
        case "p", "P": return try parseCategory(isNegated: scalar == "P")
        default:
            let isLetter = scalar.properties.isAlphabetic || scalar.properties.numericType != nil
            if isLetter || !scalar.isASCII { throw failure("an escape is not known") }
            return ScalarClass(scalar)
        }
    }

    /// Up to three octal digits, of which the first has been read.
    private mutating func parseOctal(from first: Unicode.Scalar) -> Unicode.Scalar {
        var value = first.value - 0x30
        for _ in 0..<2 {
            guard let digit = current, ("0"..."7").contains(digit) else { break }
            value = value * 8 + digit.value - 0x30
            index += 1
        }
        return Unicode.Scalar(value) ?? first
    }

    private mutating func parseHexadecimal() throws(PatternFailure) -> Unicode.Scalar {
        let end: Int
        if accept("{") {
            guard let brace = text[index...].firstIndex(of: "}") else {
                throw failure("a brace is not closed")
            }
            end = brace
        } else {
            end = index + 2
        }
        guard end <= text.count, end > index,
            let value = UInt32(String(String.UnicodeScalarView(text[index..<end])), radix: 16),
            let scalar = Unicode.Scalar(value)
        else { throw failure("a hexadecimal escape is not valid") }
        index = end
        _ = accept("}")
        return scalar
    }

    private mutating func parseCategory(
        isNegated: Bool
    ) throws(PatternFailure) -> ScalarClass {
        var name = ""
        if accept("{") {
            while let scalar = current, scalar != "}" {
                name.unicodeScalars.append(scalar)
                index += 1
            }
            guard accept("}") else { throw failure("a brace is not closed") }
        } else if let scalar = current {
            name.unicodeScalars.append(scalar)
            index += 1
        }
        let isDoubled = name.hasPrefix("^")
        let bare = isDoubled ? String(name.dropFirst()) : name
        if let known = UnicodeClass.named(bare) {
            var result = known
            result.isNegated = isNegated != isDoubled
            return result
        }
        guard UnicodeClass.isScript(bare) else {
            throw failure("there is no Unicode class \"\(name)\"")
        }
        throw PatternFailure(
            description: "the class of the script \"\(bare)\" needs tables that are not kept here",
            isUnsupported: true)
    }

    mutating func parseClass() throws(PatternFailure) -> ScalarClass {
        var result = ScalarClass()
        result.isNegated = accept("^")
        var isFirst = true
        while isFirst || current != "]" {
            isFirst = false
            guard index < text.count else { throw failure("a class is not closed") }
            if accept("[:") {
                result.insert(try parsePosix())
                continue
            }
            let low = try parseClassItem()
            guard let start = low.single, current == "-", index + 1 < text.count,
                text[index + 1] != "]"
            else {
                result.insert(low)
                continue
            }
            index += 1
            guard let end = try parseClassItem().single, end >= start else {
                throw failure("a range of a class is not valid")
            }
            result.ranges.append(start...end)
        }
        index += 1
        guard result.properties.count <= Self.mostProperties else {
            throw failure("a class has too many parts")
        }
        result.sortRanges()
        return folded(result)
    }

    private mutating func parseClassItem() throws(PatternFailure) -> ScalarClass {
        let scalar = text[index]
        index += 1
        return scalar == "\\" ? try parseEscapedClass() : ScalarClass(scalar)
    }

    private mutating func parsePosix() throws(PatternFailure) -> ScalarClass {
        let isNegated = accept("^")
        var name = ""
        while let scalar = current, scalar.properties.isAlphabetic {
            name.unicodeScalars.append(scalar)
            index += 1
        }
        guard accept(":]"), var known = ScalarClass.posix(name) else {
            throw failure("a class name is not known")
        }
        known.isNegated = isNegated
        return known
    }
}

extension ScalarClass {
    /// The scalar, when the class has exactly one.
    fileprivate var single: UInt32? {
        guard !isNegated, properties.isEmpty, ranges.count == 1,
            ranges[0].lowerBound == ranges[0].upperBound
        else { return nil }
        return ranges[0].lowerBound
    }
}
