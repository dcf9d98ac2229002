import HCL

/// From where a configuration is evaluated, which its path functions depend on.
struct TerragruntPlace {
    /// The directory of the configuration; of the child, when an included file is evaluated.
    let directory: String

    /// The directory of the outermost configuration.
    let originalDirectory: String

    /// Whether this is an included file, evaluated for the child in ``directory``.
    var isIncluded = false
}

/// One Terragrunt file while it is evaluated: its locals, its includes and its functions.
///
/// Locals are evaluated when they are asked for, so their order in the file does not matter.
final class TerragruntScope: EvaluationEnvironment {
    private enum Local {
        case waiting(Attribute)
        case active(Attribute)
        case known(Value)
        case failed(Diagnostic)
    }

    let loader: CommitLoader
    let body: Body
    let place: TerragruntPlace
    let trace: ReadTrace
    private var locals: [String: Local] = [:]
    private var active: [String] = []
    private var functions: [String: Function] = [:]
    private var parents: [String: TerragruntScope] = [:]

    /// The path of the file.
    var path: String { body.source.path }

    /// The directory of the file, which paths of files count from.
    var fileDirectory: String { RepositoryPath.directory(of: path) }

    init(
        loader: CommitLoader, body: Body, place: TerragruntPlace, trace: ReadTrace = ReadTrace()
    ) throws(Diagnostic) {
        self.loader = loader
        self.body = body
        self.place = place
        self.trace = trace
        let blocks = body.blocks(ofType: "locals")
        if blocks.count > 1 {
            throw Diagnostic(
                summary: "Second locals block",
                detail: "A file may have one locals block; another one begins at line "
                    + "\(blocks[0].headerLocation.start.line).",
                range: blocks[1].headerLocation, hint: "Join the two blocks.")
        }
        for attribute in blocks.first?.body.attributes ?? [] {
            locals[attribute.name] = .waiting(attribute)
        }
    }

    /// The attributes of the locals block in the order of the file.
    var localAttributes: [Attribute] {
        body.blocks(ofType: "locals").first?.body.attributes ?? []
    }

    /// The value of a local of this file.
    func local(_ name: String, at range: SourceRange?, budget: EvaluationBudget)
        throws(Diagnostic) -> Value
    {
        switch locals[name] {
        case .known(let value): return value
        case .failed(let diagnostic): throw diagnostic
        case .active(let attribute): throw ring(name, at: attribute)
        case .waiting(let attribute):
            locals[name] = .active(attribute)
            active.append(name)
            defer { active.removeLast() }
            do {
                let value = try evaluate(attribute.expression, budget: budget)
                locals[name] = .known(value)
                return value
            } catch {
                locals[name] = .failed(error)
                throw error
            }
        case nil:
            throw Diagnostic(
                summary: "Unknown local",
                detail: "\(path) has no local named \"\(name)\".", range: range,
                hint: NearestName.hint(for: name, among: locals.keys))
        }
    }

    /// All locals as an object; throws the errors of all of them.
    func allLocals(budget: EvaluationBudget) throws(Diagnostic) -> Value {
        var pairs: [(key: String, value: Value)] = []
        var failure: Diagnostic?
        for attribute in localAttributes {
            do {
                let value = try local(attribute.name, at: attribute.nameLocation, budget: budget)
                pairs.append((attribute.name, value))
            } catch {
                if budget.failure != nil { throw error }
                failure = failure?.joined(with: error) ?? error
            }
        }
        if let failure { throw failure }
        return .object(ValueMap(pairs))
    }

    /// Evaluates an expression of this file.
    func evaluate(_ expression: Expression, budget: EvaluationBudget) throws(Diagnostic) -> Value {
        try expression.evaluate(in: self, budget: budget)
    }

    /// The included file's scope by the label of the include block, made when first asked for.
    func parent(_ include: Include, budget: EvaluationBudget) throws(Diagnostic) -> TerragruntScope
    {
        if let known = parents[include.label] { return known }
        let path = try self.path(of: include, budget: budget)
        trace.read(path)
        let range = include.block.headerLocation
        guard let body = try loader.body(of: path, for: range) else {
            throw missing(path, at: range)
        }
        let scope = try TerragruntScope(
            loader: loader, body: body,
            place: TerragruntPlace(
                directory: place.directory, originalDirectory: place.originalDirectory,
                isIncluded: true),
            trace: trace)
        parents[include.label] = scope
        return scope
    }

    /// The function of that name: Terragrunt's own first, since some differ from Terraform's.
    func function(named name: String) -> Function? {
        if let known = functions[name] { return known }
        let found = terragruntFunction(named: name) ?? StandardFunctions.function(named: name)
        functions[name] = found
        return found
    }

    /// The names of all functions, for suggestions.
    var functionNames: [String] {
        Set(Self.terragruntFunctionNames).union(StandardFunctions.names).sorted()
    }

    /// The names that an expression can begin with.
    var variableNames: [String] { ["dependency", "feature", "include", "local", "values"] }

    private func ring(_ name: String, at attribute: Attribute) -> Diagnostic {
        let start = active.firstIndex(of: name) ?? 0
        let ring = (active[start...] + [name]).joined(separator: " → ")
        return Diagnostic(
            summary: "Locals refer to each other in a ring",
            detail: "Evaluating \"\(name)\" needs \"\(name)\" itself: \(ring).",
            range: attribute.nameLocation, hint: "Give one of them a value of its own.")
    }
}
