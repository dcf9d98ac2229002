import HCL

/// From where a configuration is evaluated, which its path functions depend on.
struct TerragruntPlace {
    /// The directory of the configuration; of the child, when an included file is evaluated.
    let directory: String

    /// The directory of the outermost configuration.
    let originalDirectory: String

    /// Whether this is an included file, evaluated for the child in ``directory``.
    var isIncluded = false

    /// Whether other files are left out: what they say is then unknown, with the file as reason,
    /// which shows what a file says by itself.
    var isAlone = false
}

/// One Terragrunt file while it is evaluated: its locals, its includes and its functions.
final class TerragruntScope: EvaluationEnvironment {
    let loader: CommitLoader
    let body: Body
    let place: TerragruntPlace
    let trace: ReadTrace
    /// The attributes of the locals block in the order of the file.
    let localAttributes: [Attribute]
    /// The same by name.
    let attributes: [String: Attribute]
    var locals: [String: LocalState] = [:]
    /// What the expressions under way were seen to take from the environment, innermost last.
    var environmentUses: [EnvironmentUses] = []
    /// What the values of included files take from the environment, by the label of the include.
    var parentUses: [String: EnvironmentUses] = [:]
    var knownOrigins: [String: ValueOrigin]?
    /// Whether include blocks are being read, where other includes have no meaning yet.
    var isReadingIncludes = false
    var includeSettings: [String: IncludeSettings] = [:]
    private var functions: [String: Function] = [:]
    private var parents: [String: TerragruntScope] = [:]
    private var shown: Value?

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
        localAttributes = blocks.first?.body.attributes ?? []
        attributes = Dictionary(localAttributes.map { ($0.name, $0) }) { first, _ in first }
        for attribute in localAttributes { locals[attribute.name] = .waiting(attribute) }
    }

    /// Evaluates an expression of this file.
    func evaluate(_ expression: Expression, budget: EvaluationBudget) throws(Diagnostic) -> Value {
        let value = try expression.evaluate(in: self, budget: budget)
        if let ring = loader.chain.ring { throw ring }
        return value
    }

    /// What `read_terragrunt_config` and an exposed include show of this file, made once.
    func configuration(budget: EvaluationBudget) throws(Diagnostic) -> Value {
        if let shown { return shown }
        let made = try makeConfiguration(budget: budget)
        shown = made
        return made
    }

    /// The included file's scope by the label of the include block, made when first asked for.
    func parent(_ include: Include, budget: EvaluationBudget) throws(Diagnostic) -> TerragruntScope
    {
        if let known = parents[include.label] { return known }
        let path = try settings(of: include, budget: budget).path
        let range = include.block.headerLocation
        let body = try loader.inChain(path, at: range) { () throws(Diagnostic) in
            try loader.body(of: path, for: range)
        }
        guard let body else {
            trace.probe(path)
            throw missing(path, at: range)
        }
        trace.read(path, "include", at: range)
        if let nested = body.blocks(ofType: "include").first {
            throw Diagnostic(
                summary: "Include in an included file",
                detail: "\(path) is included by \(self.path) and has an include block of its "
                    + "own, but only one level of includes is possible.",
                range: nested.headerLocation,
                hint: "Include both files from \(self.path), or read one of them with "
                    + "read_terragrunt_config.")
        }
        var place = place
        place.isIncluded = true
        let scope = try TerragruntScope(loader: loader, body: body, place: place, trace: trace)
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

    // MARK: Environment

    /// Notes that a value depends on variables of the environment, which the trace has already.
    func dependsOnEnvironment(_ uses: EnvironmentUses) {
        guard let last = environmentUses.indices.last else { return }
        environmentUses[last].formUnion(uses)
    }
}
