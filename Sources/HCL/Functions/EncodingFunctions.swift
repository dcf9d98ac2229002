/// Functions that encode, decode and hash.
enum EncodingFunctions {
    static let all: [StandardFunction] = [
        .init("base64encode", [.text("str")], result: .string) { call throws(Diagnostic) in
            try call.result(Base64.encode(Array(call.text(0).utf8)))
        },
        .init("base64decode", [.text("str")], result: .string, decodeBase64),
        .init("jsonencode", [.init("val", .dynamic, allowsNull: true)], result: .string) {
            call throws(Diagnostic) in
            guard !call.arguments[0].hasInfinity else {
                throw call.failure("JSON cannot have an infinite number")
            }
            return try call.result(call.arguments[0].json ?? "null")
        },
        .init("jsondecode", [.text("str")], decodeJSON),
        .init("urlencode", [.text("str")], result: .string) { call throws(Diagnostic) in
            try call.result(urlEncoded(call.text(0)))
        },
        .init("basename", [.text("path")], result: .string) { .text(Paths.base($0.text(0))) },
        .init("dirname", [.text("path")], result: .string) { .text(Paths.directory($0.text(0))) },
        hash("md5") { Hashes.hexadecimal(MD5.digest(of: $0)) },
        hash("sha1") { Hashes.hexadecimal(SHA1.digest(of: $0)) },
        hash("sha256") { Hashes.hexadecimal(SHA256.digest(of: $0)) },
        hash("sha512") { Hashes.hexadecimal(SHA512.digest(of: $0)) },
        hash("base64sha256") { Base64.encode(SHA256.digest(of: $0)) },
        hash("base64sha512") { Base64.encode(SHA512.digest(of: $0)) },
    ]

    private static func hash(
        _ name: String, _ digest: @escaping @Sendable ([UInt8]) -> String
    ) -> StandardFunction {
        StandardFunction(name, [.text("str")], result: .string) { call throws(Diagnostic) in
            let bytes = Array(call.text(0).utf8)
            try call.charge(bytes.count)
            return .string(digest(bytes))
        }
    }

    @Sendable
    private static func decodeBase64(_ call: Call) throws(Diagnostic) -> Value {
        guard let bytes = Base64.decode(call.text(0)) else {
            throw call.failure("the text is not base64 data")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw call.failure("the decoded data is not UTF-8 text")
        }
        return try call.result(text)
    }

    @Sendable
    private static func decodeJSON(_ call: Call) throws(Diagnostic) -> Value {
        try call.charge(call.text(0).utf8.count)
        do {
            return try Value(json: call.text(0))
        } catch {
            throw call.failure(error.description)
        }
    }

    /// The encoding of query strings: spaces become plus signs.
    private static func urlEncoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var result: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: "."), UInt8(ascii: "~"):
                result.append(byte)
            case UInt8(ascii: " "): result.append(UInt8(ascii: "+"))
            default:
                result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}

extension Value {
    /// Whether the value or any part of it is an infinite number.
    var hasInfinity: Bool {
        if let number = numberValue { return number.isInfinite }
        let parts = elements?.elements ?? attributes?.values ?? []
        return parts.contains(where: \.hasInfinity)
    }
}

/// Parts of slash-separated paths, as Go's `filepath` sees them.
enum Paths {
    static func base(_ path: String) -> String {
        if path.isEmpty { return "." }
        let parts = path.split(separator: "/")
        return parts.last.map(String.init) ?? "/"
    }

    /// Everything but the last part, without `.`, `..` and doubled slashes where they can be
    /// resolved.
    static func directory(_ path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        var parts: [Substring] = []
        let isRooted = path.hasPrefix("/")
        for part in path[..<slash].split(separator: "/") where part != "." {
            if part == "..", let last = parts.last, last != ".." {
                parts.removeLast()
            } else if part != ".." || !isRooted {
                parts.append(part)
            }
        }
        let joined = parts.joined(separator: "/")
        if isRooted { return "/" + joined }
        return joined.isEmpty ? "." : joined
    }
}

/// Base64 with the standard alphabet and padding.
enum Base64 {
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let values: [UInt8: UInt32] = Dictionary(
        zip(alphabet, UInt32(0)...), uniquingKeysWith: { $1 })

    static func encode(_ bytes: [UInt8]) -> String {
        var result: [UInt8] = []
        result.reserveCapacity((bytes.count + 2) / 3 * 4)
        var index = 0
        while index < bytes.count {
            let group = bytes[index..<min(index + 3, bytes.count)]
            var word: UInt32 = 0
            for byte in group { word = word << 8 | UInt32(byte) }
            word <<= UInt32(8 * (3 - group.count))
            for place in 0..<4 {
                let digit = Int(word >> UInt32(18 - 6 * place) & 63)
                result.append(place <= group.count ? alphabet[digit] : UInt8(ascii: "="))
            }
            index += 3
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// The bytes, or nothing when the text is not base64; newlines are ignored.
    static func decode(_ text: String) -> [UInt8]? {
        let digits = text.utf8.filter { $0 != 0x0A && $0 != 0x0D }
        guard digits.count % 4 == 0 else { return nil }
        let padding = digits.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        guard padding <= 2 else { return nil }
        var result: [UInt8] = []
        var word: UInt32 = 0
        for (index, digit) in digits.enumerated() {
            let isPadding = index >= digits.count - padding
            guard let value = isPadding ? 0 : values[digit] else { return nil }
            word = word << 6 | value
            if index % 4 == 3 {
                result += [UInt8(word >> 16 & 255), UInt8(word >> 8 & 255), UInt8(word & 255)]
                word = 0
            }
        }
        result.removeLast(padding)
        return result
    }
}
