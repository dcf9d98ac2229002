/// A span of time as Go writes it, such as `1h30m` or `-1.5s`.
struct Duration {
    /// The length in nanoseconds.
    let nanoseconds: Int64

    private static let units: [String: UInt64] = [
        "ns": 1, "us": 1_000, "\u{B5}s": 1_000, "\u{3BC}s": 1_000, "ms": 1_000_000,
        "s": 1_000_000_000, "m": 60_000_000_000, "h": 3_600_000_000_000,
    ]
    /// The magnitude of the least number, to which all parts and their sum are limited.
    private static let largest: UInt64 = 1 << 63

    /// Reads a sequence of numbers with units; nothing for any other text or a span that is too
    /// long.
    init?(_ text: String) {
        var rest = Substring(text).utf8
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        if rest.elementsEqual("0".utf8) {
            nanoseconds = 0
            return
        }
        guard !rest.isEmpty else { return nil }
        var total: UInt64 = 0
        while !rest.isEmpty {
            guard let part = Self.part(&rest) else { return nil }
            total += part
            guard total <= Self.largest else { return nil }
        }
        if isNegative {
            nanoseconds = Int64(truncatingIfNeeded: 0 &- total)
        } else {
            guard total < Self.largest else { return nil }
            nanoseconds = Int64(total)
        }
    }

    private static func part(_ rest: inout Substring.UTF8View) -> UInt64? {
        let whole = rest.prefix { isDigit($0) }
        rest = rest.dropFirst(whole.count)
        var fraction = Substring("").utf8
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            fraction = rest.prefix { isDigit($0) }
            rest = rest.dropFirst(fraction.count)
        }
        guard !whole.isEmpty || !fraction.isEmpty else { return nil }
        let name = rest.prefix { !isDigit($0) && $0 != UInt8(ascii: ".") }
        rest = rest.dropFirst(name.count)
        guard let unit = units[String(decoding: name, as: UTF8.self)],
            let count = whole.isEmpty ? 0 : UInt64(String(decoding: whole, as: UTF8.self)),
            count <= largest / unit
        else { return nil }
        let part = count * unit + portion(of: unit, fraction)
        return part <= largest ? part : nil
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    /// The fraction of a unit; digits that do not fit are left out, as in Go.
    private static func portion(of unit: UInt64, _ digits: Substring.UTF8View) -> UInt64 {
        var value: UInt64 = 0
        var scale = 1.0
        for digit in digits {
            guard value <= (largest - 1) / 10 else { break }
            let next = value * 10 + UInt64(digit - 0x30)
            guard next <= largest else { break }
            value = next
            scale *= 10
        }
        return UInt64(Double(value) * (Double(unit) / scale))
    }
}
