/// An address of the Internet Protocol, version 4 or 6, as Go's `net` package has it.
struct NetworkAddress: Equatable {
    /// The address, in the low bits.
    var bits: UInt128
    /// The number of bits of an address: 32 or 128.
    var size: Int

    /// All addresses of version 6 that stand for ones of version 4 begin with these bits.
    private static let mapped: UInt128 = 0xFFFF << 32

    var isMapped: Bool { size == 128 && bits >> 32 == Self.mapped >> 32 }

    /// A prefix of ones with zeros after it.
    static func mask(_ length: Int, size: Int) -> UInt128 {
        let all = size == 128 ? UInt128.max : (1 << UInt128(size)) - 1
        return length >= size ? all : all & ~(all >> UInt128(length))
    }

    /// Reads `10.0.0.1` or `2001:db8::1`; zones and leading zeros of version 4 are refused.
    init?(_ text: String) {
        guard let bits = text.contains(":") ? Self.version6(text) : Self.version4(text) else {
            return nil
        }
        self.bits = bits
        size = text.contains(":") ? 128 : 32
    }

    init(bits: UInt128, size: Int) {
        self.bits = bits
        self.size = size
    }

    private static func version4(_ text: String) -> UInt128? {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var result: UInt128 = 0
        for part in parts {
            guard (1...3).contains(part.count), part.count == 1 || part.first != 0x30,
                part.allSatisfy({ (0x30...0x39).contains($0) })
            else { return nil }
            let number = part.reduce(0) { $0 * 10 + Int($1) - 0x30 }
            guard number < 256 else { return nil }
            result = result << 8 | UInt128(number)
        }
        return result
    }

    private static func version6(_ text: String) -> UInt128? {
        let bytes = Array(text.utf8)
        let colon = UInt8(ascii: ":")
        let gap = bytes.indices.dropLast().first { bytes[$0] == colon && bytes[$0 + 1] == colon }
        guard let gap else {
            return groups(bytes, isLast: true).flatMap { $0.count == 8 ? joined($0) : nil }
        }
        guard let head = groups(Array(bytes[..<gap]), isLast: false),
            let tail = groups(Array(bytes[(gap + 2)...]), isLast: true),
            head.count + tail.count < 8
        else { return nil }
        let zeros = [UInt16](repeating: 0, count: 8 - head.count - tail.count)
        return joined(head + zeros + tail)
    }

    private static func joined(_ groups: [UInt16]) -> UInt128 {
        groups.reduce(0) { $0 << 16 | UInt128($1) }
    }

    /// Groups of hexadecimal digits; the last two may be an address of version 4.
    private static func groups(_ text: [UInt8], isLast: Bool) -> [UInt16]? {
        if text.isEmpty { return [] }
        var result: [UInt16] = []
        let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            let word = String(decoding: part, as: UTF8.self)
            if isLast, index == parts.count - 1, let address = version4(word) {
                result.append(UInt16(address >> 16))
                result.append(UInt16(address & 0xFFFF))
            } else {
                guard (1...4).contains(part.count), !word.hasPrefix("+"), !word.hasPrefix("-"),
                    let group = UInt16(word, radix: 16)
                else { return nil }
                result.append(group)
            }
        }
        return result
    }
}

extension NetworkAddress: CustomStringConvertible {
    var description: String {
        if size == 32 || isMapped {
            return [24, 16, 8, 0].map { String(bits >> UInt128($0) & 255) }.joined(separator: ".")
        }
        let groups = (0..<8).map { UInt16(bits >> UInt128(112 - 16 * $0) & 0xFFFF) }
        // The longest run of zeros, the first of several, is left out if it is no single group.
        var best = 0..<0
        var start = 0
        for index in 0...8 where index == 8 || groups[index] != 0 {
            if index - start > max(1, best.count) { best = start..<index }
            start = index + 1
        }
        func text(_ range: Range<Int>) -> String {
            groups[range].map { String($0, radix: 16) }.joined(separator: ":")
        }
        if best.isEmpty { return text(0..<8) }
        return text(0..<best.lowerBound) + "::" + text(best.upperBound..<8)
    }
}

/// A range of addresses that share their first bits, as `10.0.0.0/8` is written.
struct NetworkPrefix {
    /// The first address of the range.
    var address: NetworkAddress
    /// The number of bits that all addresses share.
    var length: Int

    var mask: UInt128 { NetworkAddress.mask(length, size: address.size) }
    /// The number of bits that tell the addresses apart.
    var hostSize: Int { address.size - length }

    /// Reads an address, a slash and a length without leading zeros; the host's bits are dropped.
    init?(_ text: String) {
        guard let slash = text.firstIndex(of: "/"),
            let address = NetworkAddress(String(text[..<slash]))
        else { return nil }
        let digits = text[slash...].dropFirst().utf8
        guard (1...9).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        let length = digits.reduce(0) { $0 * 10 + Int($1) - 0x30 }
        guard length <= address.size else { return nil }
        self.init(address: address, length: length)
    }

    /// The range of a length that an address lies in.
    init(address: NetworkAddress, length: Int) {
        let mask = NetworkAddress.mask(length, size: address.size)
        self.address = NetworkAddress(bits: address.bits & mask, size: address.size)
        self.length = length
    }

    /// The last address of the range.
    var last: UInt128 {
        address.bits | (NetworkAddress.mask(address.size, size: address.size) & ~mask)
    }

    func contains(_ bits: UInt128) -> Bool { bits & mask == address.bits }
}

extension NetworkPrefix: CustomStringConvertible {
    var description: String {
        // An address of version 4 in the form of version 6 is written with its own length.
        let shown = address.isMapped ? max(0, length - 96) : length
        return "\(address)/\(shown)"
    }
}
