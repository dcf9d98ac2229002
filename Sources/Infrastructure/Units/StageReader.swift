import ClusterModel
import HCL

/// What the units of a stage are seen to read.
struct StageReads {
    /// The files that exist and matter.
    var files: Set<String> = []

    /// Paths where a file that appears would matter.
    var probes: Set<String> = []

    /// What makes a unit unreadable, beside malformed files.
    var errors: [Diagnostic] = []

    /// Whether everything that the units read could be seen.
    var isComplete = true

    /// Files and probes.
    var allPaths: Set<String> { files.union(probes) }
}

/// Finds what the units of a stage read, without running anything.
struct StageReader {
    /// The name of a unit's configuration.
    static let unitFile = "terragrunt.hcl"

    let loader: CommitLoader
    let stage: Stage

    /// The reads of all units, and the files that the stage names itself.
    func read() throws(ReadError) -> StageReads {
        do {
            var reads = StageReads()
            reads.isComplete = stage.command.isEmpty
            for unit in stage.units { try read(unit: unit, into: &reads) }
            for text in stage.inputs {
                let pattern = PathPattern(text)
                let files = try loader.tree.paths(under: pattern.directory)
                reads.files.formUnion(files.filter(pattern.matches))
            }
            return reads
        } catch {
            throw ReadError(error)
        }
    }

    private func read(unit: String, into reads: inout StageReads) throws(FileTreeError) {
        let files = try loader.tree.paths(under: unit).filter(Self.decides)
        reads.files.formUnion(files)
        reads.probes.insert(RepositoryPath.join(unit, Self.unitFile))
        let configurations = files.filter { RepositoryPath.name(of: $0) == Self.unitFile }
        if configurations.isEmpty { reads.isComplete = false }
        for path in configurations {
            var sources: [Value] = []
            do {
                sources = try moduleSources(of: path, into: &reads)
            } catch {
                reads.errors += loader.complete(error)
            }
            try follow(sources, of: path, into: &reads)
        }
    }

    /// Documentation and lock files lie beside the code of a unit without deciding what it does.
    private static func decides(_ path: String) -> Bool {
        let name = RepositoryPath.name(of: path)
        let ignored = [".terraform.lock.hcl", ".gitignore", ".gitkeep", "LICENSE"]
        return !ignored.contains(name) && !name.hasSuffix(".md")
    }

    /// Evaluates a unit and returns the sources of its modules.
    private func moduleSources(of path: String, into reads: inout StageReads)
        throws(Diagnostic) -> [Value]
    {
        guard let body = try loader.body(of: path, for: nil) else { return [] }
        let directory = RepositoryPath.directory(of: path)
        let budget = EvaluationBudget()
        return try loader.inChain(path, at: nil) { () throws(Diagnostic) in
            let scope = try TerragruntScope(
                loader: loader, body: body,
                place: TerragruntPlace(directory: directory, originalDirectory: directory))
            scope.evaluateEverything(budget: budget)
            let sources = scope.moduleSources(budget: budget)
            reads.files.formUnion(scope.trace.files)
            reads.probes.formUnion(scope.trace.probes)
            if !scope.trace.gaps.isEmpty { reads.isComplete = false }
            return sources
        }
    }

    private func follow(_ sources: [Value], of path: String, into reads: inout StageReads)
        throws(FileTreeError)
    {
        let directory = RepositoryPath.directory(of: path)
        var modules = ModuleReader(loader: loader)
        try modules.follow(directory)
        for source in sources {
            guard let text = source.stringValue,
                try modules.follow(source: text, from: directory)
            else {
                reads.isComplete = false
                continue
            }
        }
        reads.files.formUnion(modules.files.filter(Self.decides))
    }
}

extension TerragruntScope {
    /// The module sources that this file and its includes name.
    fileprivate func moduleSources(budget: EvaluationBudget) -> [Value] {
        var found: [Value] = []
        for block in body.blocks(ofType: "terraform") {
            guard let attribute = block.body.attribute(named: "source") else { continue }
            if let value = try? evaluate(attribute.expression, budget: budget) {
                found.append(value)
            }
        }
        for include in (try? includes()) ?? [] {
            guard let parent = try? parent(include, budget: budget) else { continue }
            found += parent.moduleSources(budget: budget)
        }
        return found
    }
}
