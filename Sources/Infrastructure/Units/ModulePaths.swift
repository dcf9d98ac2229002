import HCL

/// The paths in the code of a module: those that expressions give to functions of files, and the
/// sources of the modules that it calls.
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

    /// The paths given to functions of files.
    private(set) var arguments: [Argument] = []
    /// The sources of called modules.
    private(set) var sources: [Argument] = []
    /// The directory of the code.
    let directory: String
    private let environment: ModuleEnvironment

    init(in body: Body) {
        self.init(directory: RepositoryPath.directory(of: body.source.path))
        add(body)
        for block in body.blocks(ofType: "module") {
            guard let source = block.body.attribute(named: "source") else { continue }
            addSource(source.expression, at: source.expression.location)
        }
    }

    /// Creates a collection without paths for the code in a directory.
    init(directory: String) {
        self.directory = directory
        environment = ModuleEnvironment(directory: directory)
    }

    /// Adds the source of a called module.
    mutating func addSource(_ expression: Expression, at range: SourceRange) {
        sources.append(
            Argument(
                path: path(expression.root, in: expression.source), function: "module",
                range: range))
    }

    /// Adds the paths in an expression, which is written at a place of another file.
    mutating func add(_ expression: Expression, at range: SourceRange) {
        var paths = ModulePaths(directory: directory)
        paths.add(expression.root, in: expression.source)
        arguments += paths.arguments.map { $0.moved(to: range) }
    }

    /// The same paths in code that is written at a place of another file.
    func moved(to range: SourceRange) -> ModulePaths {
        var copy = self
        copy.arguments = arguments.map { $0.moved(to: range) }
        copy.sources = sources.map { $0.moved(to: range) }
        return copy
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

extension ModulePaths.Argument {
    fileprivate func moved(to range: SourceRange) -> Self {
        Self(path: path, function: function, range: range)
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
