import HCL

/// The paths that the expressions of a module give to functions of files.
struct ModulePaths {
    /// What can be said of a path.
    enum Path {
        /// All of it.
        case known(String)
        /// A directory that the file is below; its name has a part that only a run knows.
        case below(String)
        /// Nothing, and why.
        case unknown(String)
    }

    /// One argument with its place.
    struct Argument {
        let path: Path
        let function: String
        let range: SourceRange
    }

    private static let functions: Set<String> = [
        "file", "filebase64", "filebase64sha256", "filebase64sha512", "filemd5", "fileset",
        "filesha1", "filesha256", "filesha512", "fileexists", "templatefile",
    ]

    private(set) var arguments: [Argument] = []
    private let environment: ModuleEnvironment

    init(in body: Body) {
        environment = ModuleEnvironment(
            directory: RepositoryPath.directory(of: body.source.path))
        add(body)
    }

    private mutating func add(_ body: Body) {
        for attribute in body.attributes { add(attribute.expression.root, in: body.source) }
        for block in body.blocks { add(block.body) }
    }

    private mutating func add(_ root: ExpressionNode, in source: SourceFile) {
        var pending = [root]
        while let node = pending.popLast() {
            if case .call(let call) = node, Self.functions.contains(call.name),
                let argument = call.arguments.first
            {
                arguments.append(
                    Argument(
                        path: path(argument, in: source), function: call.name,
                        range: SourceRange(source: source, bytes: call.range)))
            }
            pending += node.children.reversed()
        }
    }

    private func path(_ node: ExpressionNode, in source: SourceFile) -> Path {
        guard let value = value(of: node, in: source) else {
            return .unknown("an expression that cannot be evaluated without a run")
        }
        if let text = value.stringValue { return .known(text) }
        if let directory = leadingDirectory(of: node, in: source) { return .below(directory) }
        return .unknown(UnknownText.reasons(of: value))
    }

    /// The directory that a path begins with when its first parts are known.
    private func leadingDirectory(of node: ExpressionNode, in source: SourceFile) -> String? {
        guard case .template(let parts, _) = node.unwrapped else { return nil }
        var text = ""
        for part in parts {
            guard let known = value(of: part, in: source)?.stringValue else { break }
            text += known
        }
        guard let slash = text.lastIndex(of: "/"), slash != text.startIndex else { return nil }
        return String(text[..<slash])
    }

    private func value(of node: ExpressionNode, in source: SourceFile) -> Value? {
        try? Expression(source: source, root: node)
            .evaluate(in: environment, budget: EvaluationBudget(units: 10_000))
    }
}

/// What a path in a module can be made of without running it: the module's own directory.
private final class ModuleEnvironment: EvaluationEnvironment {
    private let directory: String

    init(directory: String) {
        self.directory = directory
    }

    func resolve(_ reference: Reference) throws(Diagnostic) -> ResolvedReference? {
        if reference.name == "path", reference.steps.first?.name == "module" {
            return ResolvedReference(
                .text(RepositoryPath.absolute(directory)), consumedSteps: 1)
        }
        return ResolvedReference(
            .unknown("\(reference.name), which only a run knows", at: reference.range),
            consumedSteps: reference.steps.count)
    }

    func function(named name: String) -> Function? { StandardFunctions.function(named: name) }

    let variableNames: [String] = ["path"]

    var functionNames: [String] { StandardFunctions.names }
}
