@testable import HCL

/// A promise of the library that an input makes it break.
struct Finding: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Holds the library to its promises on one input, whatever bytes it consists of.
///
/// This is what the fuzzer runs for every input that it makes, and what a test runs for every
/// input that was kept.
enum InputCheck {
    /// What an input is taken for, which its first byte chooses.
    ///
    /// A newline that follows that byte at once is not part of the text, so that people can read
    /// and write inputs.
    enum Subject: UInt8, CaseIterable {
        case file = 0x46  // F
        case expression = 0x45  // E
        case template = 0x54  // T
        case json = 0x4A  // J
        case yaml = 0x59  // Y
        /// A pattern in the first line and the text to search in the others.
        case pattern = 0x50  // P
    }

    /// Checks an input; a crash or a hang is a finding as well, but one that cannot be thrown.
    static func run(_ input: [UInt8]) throws(Finding) {
        guard let first = input.first else { return }
        let subjects = Subject.allCases
        let subject = Subject(rawValue: first) ?? subjects[Int(first) % subjects.count]
        let rest = input.dropFirst()
        let text = Array(rest.first == 0x0A ? rest.dropFirst() : rest)
        switch subject {
        case .file: try checkFile(SourceFile(path: "input.hcl", bytes: text))
        case .expression: try checkExpression(SourceFile(path: "input.hcl", bytes: text))
        case .template: try checkTemplate(SourceFile(path: "input.hcl", bytes: text))
        case .json: try checkJSON(String(decoding: text, as: UTF8.self))
        case .yaml: try checkYAML(String(decoding: text, as: UTF8.self))
        case .pattern: try checkPattern(text)
        }
    }

    static func require(
        _ condition: Bool, _ promise: @autoclosure () -> String
    ) throws(Finding) {
        if !condition { throw Finding(promise()) }
    }

    // MARK: The three forms of source text

    private static func checkFile(_ source: SourceFile) throws(Finding) {
        try checkTokens(of: source, isTemplate: false)
        let parse = { () throws(Diagnostics) in try Body.parse(source) }
        guard let body = try parsedTwice(source, parse, \.syntaxJSON) else { return }
        try checkTree(SyntaxDump.node(of: body), of: source)
        try checkDump(body.syntaxJSON)
        try checkValues(of: allAttributes(of: body).map(\.expression))
    }

    private static func checkExpression(_ source: SourceFile) throws(Finding) {
        try checkTokens(of: source, isTemplate: false)
        let parse = { () throws(Diagnostics) in try Expression.parse(source) }
        guard let expression = try parsedTwice(source, parse, \.syntaxJSON) else { return }
        try check(expression)
        try checkParenthesized(expression)
    }

    private static func checkTemplate(_ source: SourceFile) throws(Finding) {
        try checkTokens(of: source, isTemplate: true)
        let parse = { () throws(Diagnostics) in try Expression.parseTemplate(source) }
        guard let expression = try parsedTwice(source, parse, \.syntaxJSON) else { return }
        try check(expression)
    }

    private static func check(_ expression: Expression) throws(Finding) {
        let dump = SyntaxDump(source: expression.source)
        try checkTree(dump.node(of: expression.root), of: expression.source)
        try checkDump(expression.syntaxJSON)
        try checkValues(of: [expression])
    }

    /// Parses twice, which must go the same way, and returns the result if there is one.
    private static func parsedTwice<Result>(
        _ source: SourceFile, _ parse: () throws(Diagnostics) -> Result, _ text: (Result) -> String
    ) throws(Finding) -> Result? {
        let outcomes = (attempt(parse), attempt(parse))
        switch outcomes {
        case (.success(let one), .success(let two)):
            try require(text(one) == text(two), "two parses give two trees")
            return one
        case (.failure(let one), .failure(let two)):
            try require(one == two, "two parses give different errors")
            try require(!one.items.isEmpty, "parsing fails without an error")
            try require(
                one.items.count <= ParseLimits().mostDiagnostics, "there are too many errors")
            for item in one.items { try checkDiagnostic(item, of: source) }
            return nil
        default: throw Finding("one of two parses fails")
        }
    }

    static func attempt<Success, Failure: Error>(
        _ body: () throws(Failure) -> Success
    ) -> Result<Success, Failure> {
        Result { () throws(Failure) in try body() }
    }

    private static func allAttributes(of body: Body) -> [Attribute] {
        body.attributes + body.blocks.flatMap { allAttributes(of: $0.body) }
    }
}
