import Foundation
import Testing

/// The cases in `Tests/Cases/hcl`, each of which shows one rule of the language.
///
/// What they expect comes from the prose of the specification and was compared with the reference
/// implementation. `Tests/Support/conformance.py` runs the same files through the program.
@Suite("Cases")
struct CaseTests {
    static let files = CaseFile.names.map(CaseFile.init(name:))

    @Test("Every file of cases is read whole", arguments: files)
    func reading(_ file: CaseFile) throws {
        let lines = try file.lines()
        #expect(lines.count >= 10)
        for line in lines {
            _ = try ConformanceCase(line: line)
        }
    }

    @Test("The folder holds the files that are run and no others")
    func completeness() throws {
        let found = try FileManager.default.contentsOfDirectory(atPath: CaseFile.folder.path)
        #expect(found.sorted() == CaseFile.names.map { "\($0).jsonl" }.sorted())
    }

    @Test("No name is used twice, and no input")
    func distinctness() throws {
        var names: Set<String> = []
        var inputs: Set<JSONTree> = []
        for line in try Self.files.flatMap({ try $0.lines() }) {
            let name = try ConformanceCase(line: line).name
            #expect(names.insert(name).inserted, "\(name)")
            guard case .object(let members) = try #require(JSONTree(line)) else { continue }
            let parts = ["kind", "expr", "template", "src", "src_base64", "vars"]
            let input = members.filter { parts.contains(String(decoding: $0.key, as: UTF8.self)) }
            #expect(inputs.insert(.object(input)).inserted, "\(name)")
        }
    }

    @Test("The outcome is as expected", arguments: files.flatMap(\.readableCases))
    func outcome(_ given: ConformanceCase) throws {
        #expect(try given.outcome() == given.expected)
    }

    @Test(
        "A case that cannot be told right from wrong is refused",
        arguments: [
            "", "1", "{", #"{"kind":"expr","expr":"1","type":"number","value":1}"#,
            #"{"name":"","kind":"expr","expr":"1","type":"number","value":1}"#,
            #"{"name":"x","kind":"other","expr":"1","type":"number","value":1}"#,
            #"{"name":"x","expr":"1","type":"number","value":1}"#,
            #"{"name":"x","kind":"expr","type":"number","value":1}"#,
            #"{"name":"x","kind":"expr","expr":"1"}"#,
            #"{"name":"x","kind":"expr","expr":"1","value":1}"#,
            #"{"name":"x","kind":"expr","expr":"1","eval":[]}"#,
            #"{"name":"x","kind":"file","src":"a = 1","ok":true}"#,
        ])
    func refusal(_ line: String) {
        #expect(throws: CaseFailure.self) { try ConformanceCase(line: line) }
    }

    @Test(
        "A wrong expectation is noticed",
        arguments: [
            #"{"name":"x","kind":"expr","expr":"1/3","type":"number","value":0.3333333333333333}"#,
            #"{"name":"x","kind":"expr","expr":"1","type":"string","value":1}"#,
            #"{"name":"x","kind":"expr","expr":"1","type":"number","value":"1"}"#,
            #"{"name":"x","kind":"expr","expr":"-0","type":"number","value":0}"#,
            #"{"name":"x","kind":"expr","expr":"\"\\u00e9\"","type":"string","value":"e\u0301"}"#,
            #"{"name":"x","kind":"expr","expr":"1/0","type":"number","value":{"$inf":-1}}"#,
            #"{"name":"x","kind":"expr","expr":"uuid()","type":"dynamic","value":null}"#,
            #"{"name":"x","kind":"expr","expr":"nope","eval":[{"start":[1,2,1]}]}"#,
            #"{"name":"x","kind":"file","src":"","ok":true,"ast":{}}"#,
        ])
    func mismatch(_ line: String) throws {
        let given = try ConformanceCase(line: line)
        #expect(try given.outcome() != given.expected)
    }
}

/// A file of cases, one JSON object a line.
struct CaseFile: Sendable, CustomTestStringConvertible {
    /// The subjects, in the order of the language's description.
    static let names = [
        "lexical", "newlines", "structure", "numbers", "strings", "templates", "heredocs",
        "operators", "conditionals", "collections", "for", "splats",
        "traversals", "calls", "unknowns", "conversions", "functions-text", "functions-data",
        "errors", "trees", "unicode", "limits", "terragrunt",
    ]

    static let folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Cases/hcl")

    let name: String

    var testDescription: String { name }

    /// The lines; throws when the file cannot be read or is no UTF-8.
    func lines() throws -> [String] {
        let data = try Data(contentsOf: Self.folder.appendingPathComponent("\(name).jsonl"))
        guard let text = String(validating: data, as: UTF8.self) else {
            throw CaseFailure("\(name).jsonl is no UTF-8")
        }
        return text.split(separator: "\n").map(String.init)
    }

    /// The cases that can be used; the others are found by the test that reads the files whole.
    var readableCases: [ConformanceCase] {
        let lines = (try? lines()) ?? []
        return lines.compactMap { try? ConformanceCase(line: $0) }
    }
}
