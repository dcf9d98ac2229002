/// A table of a character set with one byte for each scalar, whose lower half is ASCII.
struct SingleByteTable: Sendable {
    private let scalars: [Unicode.Scalar?]
    private let bytes: [Unicode.Scalar: UInt8]

    /// Reads the upper half of a table: hexadecimal scalars for the bytes from 0x80 on, each
    /// followed by how many more scalars come after it in order; a dash is a byte without scalar.
    init(_ notation: String) {
        var scalars = (0..<0x80).map { Unicode.Scalar(UInt8($0)) as Unicode.Scalar? }
        for run in notation.split(separator: " ") {
            let parts = run.split(separator: "+")
            let more = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
            let first = UInt32(parts[0], radix: 16)
            for step in 0...UInt32(more) {
                scalars.append(first.flatMap { Unicode.Scalar($0 + step) })
            }
        }
        self.scalars = scalars
        var bytes: [Unicode.Scalar: UInt8] = [:]
        for (byte, scalar) in scalars.enumerated() {
            if let scalar { bytes[scalar] = UInt8(byte) }
        }
        self.bytes = bytes
    }

    func encode(_ text: String) -> [UInt8]? {
        var result: [UInt8] = []
        for scalar in text.unicodeScalars {
            guard let byte = bytes[scalar] else { return nil }
            result.append(byte)
        }
        return result
    }

    func decode(_ data: [UInt8]) -> String? {
        var result = String.UnicodeScalarView()
        for byte in data {
            guard let scalar = scalars[Int(byte)] else { return nil }
            result.append(scalar)
        }
        return String(result)
    }
}

/// A way to write text in bytes.
enum CharacterSet: Sendable {
    case ascii
    case utf8
    case utf16(isBigEndian: Bool, usesMark: Bool)
    case table(SingleByteTable)
    /// One whose tables are too large to be kept here.
    case unavailable

    func encode(_ text: String) -> [UInt8]? {
        switch self {
        case .ascii: return text.utf8.allSatisfy { $0 < 0x80 } ? Array(text.utf8) : nil
        case .utf8: return Array(text.utf8)
        case .utf16(let isBigEndian, let usesMark):
            let units = (usesMark ? [0xFEFF] : []) + Array(text.utf16)
            return units.flatMap { unit in
                let pair = [UInt8(unit >> 8), UInt8(unit & 255)]
                return isBigEndian ? pair : pair.reversed()
            }
        case .table(let table): return table.encode(text)
        case .unavailable: return nil
        }
    }

    func decode(_ data: [UInt8]) -> String? {
        switch self {
        case .ascii: return data.allSatisfy { $0 < 0x80 } ? Self.utf8Text(data) : nil
        case .utf8: return Self.utf8Text(data)
        case .utf16(let isBigEndian, let usesMark):
            return Self.utf16Text(data, isBigEndian: isBigEndian, usesMark: usesMark)
        case .table(let table): return table.decode(data)
        case .unavailable: return nil
        }
    }

    private static func utf8Text(_ data: [UInt8]) -> String? {
        String(validating: data, as: UTF8.self)
    }

    private static func utf16Text(
        _ data: [UInt8], isBigEndian: Bool, usesMark: Bool
    ) -> String? {
        guard data.count % 2 == 0 else { return nil }
        func units(_ isBigEndian: Bool) -> [UInt16] {
            stride(from: 0, to: data.count, by: 2).map { place in
                let (first, second) = (UInt16(data[place]), UInt16(data[place + 1]))
                return isBigEndian ? first << 8 | second : second << 8 | first
            }
        }
        var words = units(isBigEndian)
        if usesMark, let first = words.first, first == 0xFEFF || first == 0xFFFE {
            words = Array(units(first == 0xFEFF ? isBigEndian : !isBigEndian).dropFirst())
        }
        return String(validating: words, as: UTF16.self)
    }
}

/// The character sets by the names that IANA has registered for them.
enum CharacterSets {
    /// The set with a name; case and space around it do not matter.
    static func named(_ name: String) -> CharacterSet? {
        all[name.lowercased().trimming { $0.isWhitespace }]
    }

    private static let all: [String: CharacterSet] = {
        var sets: [String: CharacterSet] = [:]
        func add(_ names: String, _ set: CharacterSet) {
            for name in names.split(separator: " ") { sets[String(name)] = set }
        }
        add("utf-8 csutf8", .utf8)
        add("utf-16 csutf16", .utf16(isBigEndian: true, usesMark: true))
        add("utf-16be csutf16be", .utf16(isBigEndian: true, usesMark: false))
        add("utf-16le csutf16le", .utf16(isBigEndian: false, usesMark: false))
        add(
            """
            us-ascii us ansi_x3.4-1968 ansi_x3.4-1986 cp367 csascii ibm367 iso-ir-6 iso646-us \
            iso_646.irv:1991
            """, .ascii)
        add(
            """
            big5 csbig5 cseuckr euc-kr cseucpkdfmtjapanese euc-jp \
            extended_unix_code_packed_format_for_japanese csgb18030 gb18030 cp936 csgbk gbk ms936 \
            windows-936 hz-gb-2312 csiso2022jp iso-2022-jp csshiftjis ms_kanji shift_jis \
            ccsid01140 cp01140 csibm01140 ebcdic-us-37+euro ibm01140 cp037 csibm037 ebcdic-cp-ca \
            ebcdic-cp-nl ebcdic-cp-us ebcdic-cp-wt ibm037 csibm1047 ibm-1047 ibm1047 utf-32 \
            utf-32be utf-32le
            """, .unavailable)
        for (names, table) in iso + codePages { add(names, .table(SingleByteTable(table))) }
        return sets
    }()
}

/// Functions that write text in other character sets.
enum CharacterSetFunctions {
    static let all: [StandardFunction] = [
        .init(
            "textencodebase64", [.text("string"), .text("encoding")], result: .string, encode),
        .init(
            "textdecodebase64", [.text("source"), .text("encoding")], result: .string, decode),
    ]

    private static func set(_ call: Call) throws(Diagnostic) -> CharacterSet? {
        let name = call.text(1)
        guard let set = CharacterSets.named(name) else {
            throw call.failure(
                argument: 1, "it is not the name of a supported encoding",
                parameter: "encoding")
        }
        if case .unavailable = set { return nil }
        return set
    }

    private static func unknown(_ call: Call) -> Value {
        call.unknown(
            "\(call.name) with the encoding \(call.text(1)), whose tables are not kept here",
            type: .string)
    }

    @Sendable
    private static func encode(_ call: Call) throws(Diagnostic) -> Value {
        guard let set = try set(call) else { return unknown(call) }
        try call.charge(call.text(0).utf8.count)
        guard let data = set.encode(call.text(0)) else {
            throw call.failure(
                argument: 0, "the text has characters that the encoding cannot represent",
                parameter: "string")
        }
        return try call.result(Base64.encode(data))
    }

    @Sendable
    private static func decode(_ call: Call) throws(Diagnostic) -> Value {
        guard let set = try set(call) else { return unknown(call) }
        guard let data = Base64.decode(call.text(0)) else {
            throw call.failure(argument: 0, "it is not base64 data", parameter: "source")
        }
        guard let text = set.decode(data), !text.unicodeScalars.contains("\u{FFFD}") else {
            throw call.failure(
                argument: 0, "the data has symbols that are not defined for the encoding",
                parameter: "source")
        }
        return try call.result(text)
    }
}
