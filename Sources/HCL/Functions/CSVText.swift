/// Why a text is not CSV.
struct CSVFailure: Error {
    let description: String
}

/// Reads records of comma-separated values as Go's `encoding/csv` does.
///
/// Empty lines are skipped, a field in double quotes may span lines and contains a quote as two,
/// and a quote may be nowhere else.
struct CSVReader {
    private let bytes: [UInt8]
    private var index = 0
    private var line = 0

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// The fields of the next record; nothing at the end.
    mutating func record() throws(CSVFailure) -> [String]? {
        while let first = nextLine() {
            if first.isEmpty || first == [0x0A] { continue }
            return try fields(first)
        }
        return nil
    }

    func failure(_ problem: String) -> CSVFailure {
        CSVFailure(description: "\(problem) on line \(line)")
    }

    /// The next line with its newline; a carriage return before it or before the end is dropped.
    private mutating func nextLine() -> ArraySlice<UInt8>? {
        guard index < bytes.count else { return nil }
        let start = index
        let newline = bytes[start...].firstIndex(of: 0x0A)
        index = newline.map { $0 + 1 } ?? bytes.count
        line += 1
        let end = newline ?? index
        let hasReturn = end > start && bytes[end - 1] == 0x0D
        let text = bytes[start..<(hasReturn ? end - 1 : end)]
        return newline == nil ? text : text + [0x0A]
    }

    private mutating func fields(_ first: ArraySlice<UInt8>) throws(CSVFailure) -> [String] {
        var rest = first
        var fields: [String] = []
        while true {
            let (field, isLast) =
                rest.first == UInt8(ascii: "\"") ? try quoted(&rest) : try plain(&rest)
            fields.append(String(decoding: field, as: UTF8.self))
            if isLast { return fields }
        }
    }

    private func plain(
        _ rest: inout ArraySlice<UInt8>
    ) throws(CSVFailure) -> (ArraySlice<UInt8>, isLast: Bool) {
        let comma = rest.firstIndex(of: UInt8(ascii: ","))
        let field = comma.map { rest[..<$0] } ?? (rest.last == 0x0A ? rest.dropLast() : rest)
        if field.contains(UInt8(ascii: "\"")) {
            throw failure("a quote stands in a field that is not quoted")
        }
        rest = comma.map { rest[($0 + 1)...] } ?? []
        return (field, comma == nil)
    }

    private mutating func quoted(
        _ rest: inout ArraySlice<UInt8>
    ) throws(CSVFailure) -> (ArraySlice<UInt8>, isLast: Bool) {
        rest.removeFirst()
        var field: ArraySlice<UInt8> = []
        while true {
            guard let quote = rest.firstIndex(of: UInt8(ascii: "\"")) else {
                field += rest
                guard let next = nextLine() else { throw failure("a quoted field is not closed") }
                rest = next
                continue
            }
            field += rest[..<quote]
            rest = rest[(quote + 1)...]
            switch rest.first {
            case UInt8(ascii: "\""):
                field.append(UInt8(ascii: "\""))
                rest.removeFirst()
            case UInt8(ascii: ","):
                rest.removeFirst()
                return (field, false)
            case nil: return (field, true)
            default:
                guard rest.elementsEqual([0x0A]) else {
                    throw failure("a quote stands inside a quoted field")
                }
                return (field, true)
            }
        }
    }
}

/// The function that reads CSV.
enum CSVFunctions {
    static let all: [StandardFunction] = [.init("csvdecode", [.text("str")], decode)]

    /// A list of objects: the first record has the names, the others the values.
    @Sendable
    private static func decode(_ call: Call) throws(Diagnostic) -> Value {
        try call.charge(2 * call.text(0).utf8.count)
        do throws(CSVFailure) {
            return try table(call.text(0))
        } catch {
            throw call.failure(error.description)
        }
    }

    private static func table(_ text: String) throws(CSVFailure) -> Value {
        var reader = CSVReader(text)
        guard let header = try reader.record() else {
            throw CSVFailure(description: "the line with the names of the columns is missing")
        }
        let names = header.map { $0.inNormalFormC() }
        var columns: [String: Int] = [:]
        for (index, name) in header.enumerated() {
            if let other = columns.updateValue(index, forKey: name) {
                throw CSVFailure(
                    description: "the columns \(other + 1) and \(index + 1) have one name")
            }
        }
        var rows: [Value] = []
        while let record = try reader.record() {
            guard record.count == names.count else {
                throw reader.failure("there are \(record.count) fields instead of \(names.count)")
            }
            rows.append(
                .object(ValueMap(zip(names, record).map { (key: $0, value: .text($1)) })))
        }
        let type = Dictionary(names.map { ($0, ValueType.string) }, uniquingKeysWith: { $1 })
        return .list(.object(type), ValueList(rows))
    }
}
