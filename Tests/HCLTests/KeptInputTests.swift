import Foundation
import Testing

@testable import HCL

/// The inputs that the fuzzer begins with, and those with which it has found something.
@Suite("Kept inputs")
struct KeptInputTests {
    struct Input: Sendable, CustomTestStringConvertible {
        let folder: String
        let name: String
        let bytes: [UInt8]

        var testDescription: String { "\(folder)/\(name)" }
    }

    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("HCLFuzz")

    static let inputs: [Input] = ["corpus", "found"].flatMap { folder in
        let base = root.appendingPathComponent(folder)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: base.path)) ?? []
        return names.sorted().compactMap { name in
            let data = FileManager.default.contents(atPath: base.appendingPathComponent(name).path)
            return data.map { Input(folder: folder, name: name, bytes: Array($0)) }
        }
    }

    @Test("break no promise", arguments: inputs)
    func replay(input: Input) throws {
        try InputCheck.run(input.bytes)
    }

    @Test("are there for every kind of text, in both folders")
    func completeness() {
        let seeds = Self.inputs.filter { $0.folder == "corpus" }
        for subject in InputCheck.Subject.allCases {
            #expect(seeds.contains { $0.bytes.first == subject.rawValue }, "\(subject)")
        }
        #expect(Self.inputs.contains { $0.folder == "found" })
    }

    @Test("of the dictionary name every function")
    func dictionary() throws {
        let path = Self.root.appendingPathComponent("hcl.dict")
        let words = Set(try String(contentsOf: path, encoding: .utf8).split(separator: "\n"))
        for name in StandardFunctions.names {
            #expect(words.contains("\"\(name)(\""), "\(name) is missing in hcl.dict")
        }
    }
}

/// The checks themselves: each must be able to fail.
@Suite("Checks of inputs")
struct InputCheckTests {
    private let source = SourceFile(path: "input.hcl", text: "a = \"\u{E9}\"\n")

    private func node(_ kind: String, _ start: Int, _ end: Int) -> DumpNode {
        DumpNode(kind: kind, range: ByteRange(start, end))
    }

    @Test("find a node outside of the file, of its parent, or inside of a character")
    func tree() throws {
        var root = node("Body", 0, 8)
        root.children = [node("Attribute", 4, 8)]
        try InputCheck.checkTree(root, of: source)
        for wrong in [node("Body", 0, 99), node("Body", 6, 8)] {
            #expect(throws: Finding.self) { try InputCheck.checkTree(wrong, of: source) }
        }
        root = node("Body", 0, 5)
        root.children = [node("Attribute", 4, 8)]
        #expect(throws: Finding.self) { try InputCheck.checkTree(root, of: source) }
    }

    @Test("find an error without words or without a place in the file")
    func diagnostics() throws {
        let range = SourceRange(source: source, bytes: ByteRange(0, 1))
        try InputCheck.checkDiagnostic(
            Diagnostic(summary: "Wrong", detail: "It is.", range: range), of: source)
        let outside = SourceRange(source: source, bytes: ByteRange(0, 99))
        for wrong in [
            Diagnostic(summary: "", detail: "It is.", range: range),
            Diagnostic(summary: "Wrong", detail: "", range: range),
            Diagnostic(summary: "Wrong", detail: "It is.", range: nil),
            Diagnostic(summary: "Wrong", detail: "It is.", range: outside),
        ] {
            #expect(throws: Finding.self) { try InputCheck.checkDiagnostic(wrong, of: source) }
        }
    }

    @Test("find a value that is not what its JSON says")
    func values() throws {
        try InputCheck.checkValue(.list(.number, [.integer(1), .null(.number)]))
        #expect(throws: Finding.self) {
            try InputCheck.checkValue(.tuple([.string("e\u{301}")]))
        }
    }
}
