import HCL

/// Follows local modules: every file below their directories, the modules that they call, and the
/// files outside that they read by a path that is plain to see.
struct ModuleReader {
    let loader: CommitLoader
    private(set) var files: Set<String> = []
    private var visited: Set<String> = []

    init(loader: CommitLoader) {
        self.loader = loader
    }

    /// Follows a source as Terragrunt and OpenTofu write it.
    ///
    /// Returns false when it means a directory of this repository that is not there. Sources
    /// elsewhere, such as `git::…`, are left alone.
    mutating func follow(source: String, from directory: String) throws(FileTreeError) -> Bool {
        var text = source[..<(source.firstIndex(of: "?") ?? source.endIndex)]
        let isLocal = text.hasPrefix(".") || text.hasPrefix("/")
        guard isLocal || !(text.contains("::") || text.contains("://")) else { return true }
        if let marker = text.firstRange(of: "//") { text.replaceSubrange(marker, with: "/") }
        guard let path = try? RepositoryPath.resolve(String(text), from: directory) else {
            return !isLocal
        }
        guard try loader.isDirectory(path) else { return !isLocal }
        try follow(path)
        return true
    }

    /// Takes in a directory and what its configuration leads to.
    mutating func follow(_ directory: String) throws(FileTreeError) {
        guard visited.insert(directory).inserted else { return }
        for path in try loader.tree.paths(under: directory) {
            files.insert(path)
            guard path.hasSuffix(".tf") || path.hasSuffix(".tofu"),
                case .success(let body) = try loader.syntax(of: path)
            else { continue }
            try follow(body)
        }
    }

    private mutating func follow(_ body: Body) throws(FileTreeError) {
        let directory = RepositoryPath.directory(of: body.source.path)
        for block in body.blocks(ofType: "module") {
            let source = block.body.attribute(named: "source")
            guard let text = source.flatMap({ literalText($0.expression.root) }),
                text.hasPrefix("./") || text.hasPrefix("../")
            else { continue }
            _ = try follow(source: text, from: directory)
        }
        for text in PathArguments(in: body).texts {
            guard let path = try? RepositoryPath.resolve(text, from: directory),
                !path.isEmpty, try loader.tree.hash(of: path) != nil
            else { continue }
            files.insert(path)
        }
    }

    private func literalText(_ node: ExpressionNode) -> String? {
        switch node.unwrapped {
        case .literal(let value, _): value.stringValue
        case .template(let parts, _) where parts.count == 1: literalText(parts[0])
        default: nil
        }
    }
}

/// The paths that the expressions of a module give to functions of files.
private struct PathArguments {
    private static let functions: Set<String> = [
        "file", "filebase64", "filebase64sha256", "filebase64sha512", "filemd5", "filesha1",
        "filesha256", "filesha512", "fileexists", "templatefile",
    ]

    private(set) var texts: [String] = []
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

    private mutating func add(_ node: ExpressionNode, in source: SourceFile) {
        if case .call(let call) = node, Self.functions.contains(call.name),
            let argument = call.arguments.first
        {
            let expression = Expression(source: source, root: argument)
            let value = try? expression.evaluate(in: environment, budget: EvaluationBudget())
            if let text = value?.stringValue { texts.append(text) }
        }
        for child in node.children { add(child, in: source) }
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
