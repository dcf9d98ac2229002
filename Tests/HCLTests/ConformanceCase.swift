import Foundation
import HCL
import Testing

/// One line of a file of cases: an input and what must come of it.
struct ConformanceCase: Sendable, CustomTestStringConvertible {
    enum Kind: String, Sendable { case expr, template, file }

    /// What comes of an input.
    enum Outcome: Hashable, Sendable {
        /// The line, the column and the byte of the first error.
        case error([Int])
        case tree(JSONTree)
        case value(type: String, JSONTree)
        case infinity(negative: Bool)
        case unknown(type: String)
    }

    let name: String
    let kind: Kind
    let expected: Outcome
    private let line: String
    private let source: [UInt8]

    var testDescription: String { name }

    /// Reads a line, and throws a text that says what it lacks.
    init(line: String) throws(CaseFailure) {
        guard let json = JSONTree(line) else { throw CaseFailure("no JSON: \(line)") }
        guard let name = json["name"]?.string, !name.isEmpty else {
            throw CaseFailure("a case without name: \(line)")
        }
        guard let word = json["kind"]?.string, let kind = Kind(rawValue: word) else {
            throw CaseFailure("\(name): an unknown kind")
        }
        guard let source = Self.source(of: json, kind) else {
            throw CaseFailure("\(name): no input")
        }
        guard let expected = Self.expected(of: json, kind) else {
            throw CaseFailure("\(name): nothing is expected")
        }
        (self.name, self.kind, self.line) = (name, kind, line)
        (self.source, self.expected) = (source, expected)
    }

    private static func source(of json: JSONTree, _ kind: Kind) -> [UInt8]? {
        switch kind {
        case .file:
            if let encoded = json["src_base64"]?.string {
                return Data(base64Encoded: encoded).map(Array.init)
            }
            return json["src"]?.string.map { Array($0.utf8) }
        case .template:
            return (json["template"] ?? json["expr"])?.string.map { Array($0.utf8) }
        case .expr: return json["expr"]?.string.map { Array($0.utf8) }
        }
    }

    private static func expected(of json: JSONTree, _ kind: Kind) -> Outcome? {
        if let errors = json["errors"] ?? json["parse"] ?? json["eval"] {
            let start = errors.elements?.first?["start"]?.elements?.compactMap(\.integer)
            return start?.count == 3 ? start.map { .error($0) } : nil
        }
        if kind == .file { return json["ast"].map { .tree($0) } }
        guard let type = json["type"]?.string else { return nil }
        if json["unknown"] == .bool(true) { return .unknown(type: type) }
        if let sign = json["value"]?["$inf"]?.integer { return .infinity(negative: sign < 0) }
        return json["value"].map { .value(type: type, $0) }
    }

    /// What really comes of the input.
    func outcome() throws -> Outcome {
        do {
            switch kind {
            case .file:
                let body = try Body.parse(SourceFile(path: "case.hcl", bytes: source))
                return try .tree(tree(body.syntaxJSON))
            case .expr:
                return try outcome(of: .parse(SourceFile(path: "case", bytes: source)))
            case .template:
                return try outcome(of: .parseTemplate(SourceFile(path: "case", bytes: source)))
            }
        } catch let diagnostics as Diagnostics {
            return try place(of: diagnostics.items.first)
        } catch let diagnostic as Diagnostic {
            return try place(of: diagnostic)
        }
    }

    private func outcome(of expression: HCL.Expression) throws -> Outcome {
        let variables = try Value(json: line).attributes?["vars"]?.attributes ?? [:]
        let value = try expression.evaluate(in: StandardEnvironment(variables: variables))
        if let number = value.numberValue, number.isInfinite {
            return .infinity(negative: number.isNegative)
        }
        let type = value.type.friendlyName
        guard let json = value.json else { return .unknown(type: type) }
        return try .value(type: type, tree(json))
    }

    private func place(of diagnostic: Diagnostic?) throws -> Outcome {
        guard let start = diagnostic?.range?.start else {
            throw CaseFailure("\(name): an error without a place")
        }
        return .error([start.line, start.column, start.byte])
    }

    private func tree(_ json: String) throws -> JSONTree {
        guard let tree = JSONTree(json) else {
            throw CaseFailure("\(name): the answer is no JSON: \(json)")
        }
        return tree
    }
}

/// Why a file of cases cannot be used.
struct CaseFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
