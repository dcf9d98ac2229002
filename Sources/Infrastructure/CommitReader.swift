public import ClusterModel
public import HCL

/// Reads one commit: its definitions, and what it says each cluster should be.
///
/// Nothing is ever executed and nothing outside the tree is read. A reader keeps what it parsed
/// and evaluated, so one reader should answer all questions about a commit. Not for use by
/// several tasks at the same time.
public final class CommitReader {
    let loader: CommitLoader
    private let configuration: (name: String, bytes: [UInt8])?

    /// Creates a reader of a commit.
    ///
    /// `configuration` is a definition file from outside the repository, with the name that
    /// messages use for it; without it the commit's own `uprev.hcl` is read. A shared `cache` makes
    /// reading many commits cheap.
    public init(
        tree: any FileTree, configuration: (name: String, bytes: [UInt8])? = nil,
        cache: ReadingCache = ReadingCache()
    ) {
        loader = CommitLoader(tree: tree, cache: cache)
        self.configuration = configuration
    }

    /// The clusters that the definition file defines, in its order.
    ///
    /// Throws everything that is wrong with the file at once; a missing file is an error.
    public func clusters() throws(ReadError) -> [ClusterDefinition] {
        try whole(readClusters)
    }

    private func readClusters() throws(ReadError) -> [ClusterDefinition] {
        guard let body = try definitionBody() else {
            throw ReadError([
                ReadProblem(
                    file: DefinitionReader.fileName,
                    message: "There is no \(DefinitionReader.fileName) at the top of the "
                        + "repository in this commit.",
                    hint: "Write one with `uprev init` and commit it, or give a file with "
                        + "--config.")
            ])
        }
        return try DefinitionReader(loader: loader).clusters(in: body)
    }

    /// What the commit says a cluster should be; `nil` when neither of the cluster's two files
    /// exists in it.
    public func desiredState(of definition: ClusterDefinition) throws(ReadError) -> DesiredState? {
        try whole { () throws(ReadError) in try desiredStateReader(definition).read() }
    }

    /// The paths whose change can change a cluster's definition or desired state, with paths that
    /// do not exist and would matter if they did.
    ///
    /// New files in directories of units are found only in the commit that has them: hold the
    /// changed paths of two commits against the paths of both.
    public func inputPaths(of definition: ClusterDefinition) throws(ReadError) -> Set<String> {
        var paths = try whole { () throws(ReadError) in
            try desiredStateReader(definition).paths()
        }
        paths.insert(DefinitionReader.fileName)
        for path in paths { paths.formUnion(loader.tree.behindLinks(of: path).contents) }
        return paths
    }

    /// Does work with the reader, and tells what decided its result: nothing but these paths.
    ///
    /// The work has to be the reader's first, since what it knows already it does not look at again.
    /// Which values nobody uses may also change by other files, and decides nothing.
    public func watching<Result>(_ work: () -> Result) -> (result: Result, watched: WatchedPaths) {
        let (result, observations) = loader.observing { () throws(Never) in work() }
        return (result, observations.paths(in: loader.tree))
    }

    /// The evaluated locals of a file of the commit, in the order of the file.
    public func evaluate(_ path: String) throws(ReadError) -> [EvaluatedLocal] {
        try whole { () throws(ReadError) in try evaluateLocals(of: path) }
    }

    private func evaluateLocals(of path: String) throws(ReadError) -> [EvaluatedLocal] {
        do {
            guard let body = try loader.body(of: path, for: nil) else {
                throw ReadError([
                    ReadProblem(
                        file: path, message: "There is no file \(path) in this commit.", hint: nil)
                ])
            }
            return try locals(of: body)
        } catch let error as Diagnostic {
            throw ReadError(loader.complete(error))
        } catch let error as ReadError {
            throw error
        } catch {
            preconditionFailure("Evaluation fails with a diagnostic only.")
        }
    }

    /// The directories of all units of the commit, sorted: those with a `terragrunt.hcl`.
    public func units() throws(ReadError) -> [String] {
        try whole { () throws(ReadError) in
            do throws(FileTreeError) {
                return try loader.unitDirectories()
            } catch {
                throw ReadError(error)
            }
        }
    }

    /// The files that decide a unit, each with why.
    ///
    /// Throws when the commit has no such unit; a unit that cannot be read to the end says so in
    /// its problems.
    public func reads(of unit: String) throws(ReadError) -> UnitReads {
        try whole { () throws(ReadError) in try readUnit(unit) }
    }

    private func readUnit(_ unit: String) throws(ReadError) -> UnitReads {
        let path = RepositoryPath.join(unit, UnitReader.unitFile)
        let item: TreeItem?
        do {
            item = try loader.find(path)
        } catch {
            throw ReadError(error)
        }
        guard item?.isFile == true else {
            let hint = NearestName.hint(for: unit, among: (try? units()) ?? [])
            throw ReadError([
                ReadProblem(
                    file: path, message: "There is no unit \(unit) in this commit.", hint: hint)
            ])
        }
        return UnitReads(of: unit, UnitReader(loader: loader).read(unit))
    }

    /// Units with the files that decide each: those named, or else all of the commit.
    public func unitGraph(_ names: [String] = []) throws(ReadError) -> UnitGraph {
        var units: [UnitReads] = []
        for unit in names.isEmpty ? try self.units() : names {
            units.append(try reads(of: unit))
        }
        return UnitGraph(units: units)
    }

    /// Does work on the commit, whose result stands only when every object could be read: what came
    /// of one that could not may look whole although it is not.
    func whole<Result>(_ work: () throws(ReadError) -> Result) throws(ReadError) -> Result {
        let result = Swift.Result(catching: work)
        if let failure = loader.tree.failure { throw ReadError(failure) }
        return try result.get()
    }

    private func locals(of body: Body) throws(ReadError) -> [EvaluatedLocal] {
        let path = body.source.path
        let directory = RepositoryPath.directory(of: path)
        let budget = EvaluationBudget()
        let problems = ProblemList()
        var locals: [EvaluatedLocal] = []
        do {
            let scope = try TerragruntScope(
                loader: loader, body: body,
                place: TerragruntPlace(directory: directory, originalDirectory: directory))
            for attribute in scope.localAttributes {
                do {
                    let value = try loader.inChain(path, at: nil) { () throws(Diagnostic) in
                        try scope.local(
                            attribute.name, at: attribute.nameLocation, budget: budget)
                    }
                    locals.append(
                        EvaluatedLocal(
                            name: attribute.name, value: value,
                            environment: scope.environment(ofLocal: attribute.name)))
                } catch {
                    for diagnostic in loader.complete(error) { problems.add(diagnostic) }
                }
            }
        } catch {
            problems.add(error)
        }
        if !problems.items.isEmpty { throw ReadError(problems.items) }
        return locals
    }

    private func desiredStateReader(_ definition: ClusterDefinition) -> DesiredStateReader {
        DesiredStateReader(
            loader: loader, definition: definition, definitionBody: try? definitionBody())
    }

    private func definitionBody() throws(ReadError) -> Body? {
        do {
            if let configuration {
                return try Body.parse(
                    SourceFile(path: configuration.name, bytes: configuration.bytes))
            }
            switch try loader.syntax(of: DefinitionReader.fileName) {
            case nil: return nil
            case .success(let body): return body
            case .failure(let diagnostics): throw diagnostics
            }
        } catch let error as Diagnostics {
            throw ReadError(error.items)
        } catch let error as FileTreeError {
            throw ReadError(error)
        } catch {
            preconditionFailure("A definition file fails with diagnostics only.")
        }
    }
}

/// A local of a file with its value, as far as it can be known without running anything.
public struct EvaluatedLocal: Sendable {
    /// The local's name.
    public let name: String

    /// The value; parts of it may be unknown.
    public let value: Value

    /// Where the value takes the default of a variable of the environment.
    let environment: [EnvironmentUse]

    /// The variables of the environment whose defaults the value is made of, each with its place.
    public var environmentUses: [String] {
        environment.map { "\($0.name) (\($0.range))" }
    }

    /// The value as JSON with sorted names; an unknown part is an object with the reason.
    public var json: String { CanonicalJSON.text(of: value) }

    /// Why the value or a part of it is unknown, each with its place; empty when all is known.
    public var unknownReasons: [String] {
        value.unknownReasons.map { reason in
            reason.range.map { "\(reason.text) (\($0))" } ?? reason.text
        }
    }
}
