/// A version as `constraint_check` compares it: any number of segments and a pre-release.
struct ComparedVersion {
    /// The numbers, at least three.
    let segments: [UInt64]
    /// How many of the numbers were written.
    let written: Int
    /// The parts of the pre-release; empty for a release.
    let preRelease: [Substring]

    /// Reads a version such as `v1.2.3-beta.1+build`; nothing when it is none.
    init?(_ text: some StringProtocol) {
        var rest = Substring(text)
        if rest.hasPrefix("v") { rest.removeFirst() }
        if let plus = rest.firstIndex(of: "+") {
            guard Self.isName(rest[rest.index(after: plus)...]) else { return nil }
            rest = rest[..<plus]
        }
        var preRelease: [Substring] = []
        if let dash = rest.firstIndex(of: "-") {
            let name = rest[rest.index(after: dash)...]
            guard Self.isName(name) else { return nil }
            preRelease = name.split(separator: ".", omittingEmptySubsequences: false)
            rest = rest[..<dash]
        }
        var segments: [UInt64] = []
        for part in rest.split(separator: ".", omittingEmptySubsequences: false) {
            guard part.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt64(part)
            else { return nil }
            segments.append(number)
        }
        guard !segments.isEmpty else { return nil }
        written = segments.count
        while segments.count < 3 { segments.append(0) }
        self.segments = segments
        self.preRelease = preRelease
    }

    private static func isName(_ text: Substring) -> Bool {
        !text.isEmpty
            && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
                !part.isEmpty
                    && part.allSatisfy {
                        $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "~")
                    }
            }
    }

    /// Negative, zero or positive as this version is lower, equal or higher.
    func compared(to other: ComparedVersion) -> Int {
        let count = max(segments.count, other.segments.count)
        for index in 0..<count {
            let (left, right) = (segment(index), other.segment(index))
            if left != right { return left < right ? -1 : 1 }
        }
        if preRelease.isEmpty || other.preRelease.isEmpty {
            return (preRelease.isEmpty ? 1 : 0) - (other.preRelease.isEmpty ? 1 : 0)
        }
        for (left, right) in zip(preRelease, other.preRelease) where left != right {
            return Self.compare(left, right)
        }
        return preRelease.count - other.preRelease.count
    }

    func segment(_ index: Int) -> UInt64 {
        index < segments.count ? segments[index] : 0
    }

    private static func compare(_ left: Substring, _ right: Substring) -> Int {
        switch (UInt64(left), UInt64(right)) {
        case (let one?, let two?): one == two ? 0 : one < two ? -1 : 1
        case (_?, nil): -1
        case (nil, _?): 1
        case (nil, nil): left.utf8.lexicographicallyPrecedes(right.utf8) ? -1 : 1
        }
    }
}

/// Conditions on a version, all of which must hold, such as `>= 1.2, < 2.0`.
struct VersionConstraint {
    private let conditions: [(sign: Substring, version: ComparedVersion)]

    /// Reads conditions separated by commas; nothing when one of them is none.
    init?(_ text: String) {
        var conditions: [(sign: Substring, version: ComparedVersion)] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let trimmed = part.drop { $0 == " " }
            let sign = trimmed.prefix { "=!<>~".contains($0) }
            var rest = trimmed[sign.endIndex...].drop { $0 == " " }
            while rest.last == " " { rest.removeLast() }
            guard ["", "=", "!=", ">", "<", ">=", "<=", "~>"].contains(sign),
                let version = ComparedVersion(rest)
            else { return nil }
            conditions.append((sign, version))
        }
        self.conditions = conditions
    }

    /// Whether a version meets all conditions.
    func allows(_ version: ComparedVersion) -> Bool {
        conditions.allSatisfy { sign, wanted in
            let order = version.compared(to: wanted)
            switch sign {
            case "", "=": return order == 0
            case "!=": return order != 0
            case ">": return Self.mayCompare(version, wanted) && order > 0
            case "<": return Self.mayCompare(version, wanted) && order < 0
            case ">=": return Self.mayCompare(version, wanted) && order >= 0
            case "<=": return Self.mayCompare(version, wanted) && order <= 0
            default: return Self.isPessimistic(version, wanted, order)
            }
        }
    }

    /// A pre-release only meets a condition that names a pre-release of the same numbers.
    private static func mayCompare(_ version: ComparedVersion, _ wanted: ComparedVersion) -> Bool {
        guard !version.preRelease.isEmpty else { return true }
        return !wanted.preRelease.isEmpty && version.segments == wanted.segments
    }

    /// At least the version, with only the last number written allowed to be higher.
    private static func isPessimistic(
        _ version: ComparedVersion, _ wanted: ComparedVersion, _ order: Int
    ) -> Bool {
        guard mayCompare(version, wanted), order >= 0,
            wanted.preRelease.isEmpty || !version.preRelease.isEmpty
        else { return false }
        let same = (0..<(wanted.written - 1)).allSatisfy {
            version.segment($0) == wanted.segments[$0]
        }
        let last = wanted.segments.count - 1
        return same && wanted.segments[last] <= version.segment(last)
    }
}
