/// Functions of universally unique identifiers.
enum UUIDFunctions {
    static let all: [StandardFunction] = [
        .init("uuidv5", [.text("namespace"), .text("name")], result: .string, named)
    ]

    /// The namespaces that RFC 4122 defines differ in one byte.
    private static let namespaces: [String: UInt8] = [
        "dns": 0x10, "url": 0x11, "oid": 0x12, "x500": 0x14,
    ]
    private static let common: [UInt8] = [
        0x6B, 0xA7, 0xB8, 0x10, 0x9D, 0xAD, 0x11, 0xD1, 0x80, 0xB4, 0x00, 0xC0, 0x4F, 0xD4, 0x30,
        0xC8,
    ]

    @Sendable
    private static func named(_ call: Call) throws(Diagnostic) -> Value {
        guard let namespace = namespace(call.text(0)) else {
            throw call.failure(
                "the first argument is not a namespace",
                hint: "Write dns, url, oid, x500 or a UUID.")
        }
        let name = Array(call.text(1).utf8)
        try call.charge(name.count)
        var bytes = Array(SHA1.digest(of: namespace + name).prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x50
        bytes[8] = bytes[8] & 0x3F | 0x80
        let digits = Array(Hashes.hexadecimal(bytes))
        let parts = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }
        return .string(parts.joined(separator: "-"))
    }

    private static func namespace(_ text: String) -> [UInt8]? {
        if let byte = namespaces[text] {
            var bytes = common
            bytes[3] = byte
            return bytes
        }
        return parsed(Array(text.utf8))
    }

    /// Reads the four forms that the reference implementation takes: with dashes, with
    /// `urn:uuid:` in front, in any two bytes instead of braces, and as bare digits.
    private static func parsed(_ text: [UInt8]) -> [UInt8]? {
        let core: ArraySlice<UInt8>
        switch text.count {
        case 32: return bytes(text[...])
        case 36: core = text[...]
        case 38: core = text[1..<37]
        case 45:
            let urn = String(decoding: text[..<9], as: UTF8.self)
            guard urn.lowercased() == "urn:uuid:" else { return nil }
            core = text[9...]
        default: return nil
        }
        let dashes = [8, 13, 18, 23]
        guard dashes.allSatisfy({ core[core.startIndex + $0] == UInt8(ascii: "-") }) else {
            return nil
        }
        return bytes(
            ArraySlice(core.enumerated().filter { !dashes.contains($0.offset) }.map(\.element)))
    }

    private static func bytes(_ digits: ArraySlice<UInt8>) -> [UInt8]? {
        let values = digits.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        guard values.count == 32 else { return nil }
        return stride(from: 0, to: 32, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }
    }
}
