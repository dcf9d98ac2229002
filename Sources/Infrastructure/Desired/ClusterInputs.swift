import ClusterModel
import HCL

/// A local with the place where it is defined.
struct LocatedValue {
    let value: Value
    let attribute: Attribute

    /// The place of the expression.
    var range: SourceRange { attribute.expression.location }

    /// The file that defines the local.
    var path: String { attribute.source.path }

    /// The place of an element, when the expression lists its elements.
    func range(ofElement index: Int) -> SourceRange {
        guard case .tuple(let nodes, _) = attribute.expression.root.unwrapped,
            nodes.count == value.elements?.count, nodes.indices.contains(index)
        else { return range }
        return SourceRange(source: attribute.source, bytes: nodes[index].range)
    }
}

/// The locals of a cluster's files: versions, schematic and overrides, read when asked for.
final class ClusterInputs {
    let loader: CommitLoader
    let definition: ClusterDefinition
    let budget = EvaluationBudget()
    private var scopes: [String: TerragruntScope] = [:]

    init(loader: CommitLoader, definition: ClusterDefinition) {
        self.loader = loader
        self.definition = definition
    }

    /// The paths of the files, the overriding ones last.
    var paths: [String] { [definition.versions, definition.schematic] + definition.overrides }

    /// The first of the files that is not in the commit.
    var missingFile: String? {
        paths.first { path in
            guard let hash = try? loader.tree.hash(of: path) else { return true }
            return hash.isEmpty
        }
    }

    /// The names of all locals, sorted.
    var localNames: [String] {
        var names: Set<String> = []
        for path in paths {
            guard let scope = try? scope(of: path) else { continue }
            names.formUnion(scope.localAttributes.map(\.name))
        }
        return names.sorted()
    }

    /// The local of that name in the file that has the last word on it.
    ///
    /// Overrides count from last to first. Without one, a name that both other files have belongs
    /// to the schematic when it is about what is installed, and to the versions otherwise.
    func local(named name: String) throws(Diagnostic) -> LocatedValue? {
        let home = [definition.versions, definition.schematic]
        let isInstalled = name.hasPrefix("install_")
        for path in definition.overrides.reversed() + (isInstalled ? home.reversed() : home) {
            let scope = try scope(of: path)
            guard let attribute = scope.localAttributes.first(where: { $0.name == name }) else {
                continue
            }
            let value = try loader.inChain(path, at: nil) { () throws(Diagnostic) in
                try scope.local(name, at: attribute.nameLocation, budget: budget)
            }
            return LocatedValue(value: value, attribute: attribute)
        }
        return nil
    }

    /// Evaluates every local of a file; what fails is reported.
    func evaluateAll(of path: String, problems: ProblemList) {
        do {
            let scope = try scope(of: path)
            for attribute in scope.localAttributes {
                do {
                    _ = try loader.inChain(path, at: nil) { () throws(Diagnostic) in
                        try scope.local(
                            attribute.name, at: attribute.nameLocation, budget: budget)
                    }
                } catch {
                    for diagnostic in loader.complete(error) { problems.add(diagnostic) }
                }
            }
        } catch {
            for diagnostic in loader.complete(error) { problems.add(diagnostic) }
        }
    }

    /// The scope of one of the files, made once.
    func scope(of path: String) throws(Diagnostic) -> TerragruntScope {
        if let known = scopes[path] { return known }
        guard let body = try loader.body(of: path, for: nil) else {
            throw Diagnostic(
                summary: "Missing file", detail: "There is no file \(path) in this commit.",
                range: nil)
        }
        let directory = RepositoryPath.directory(of: path)
        let scope = try TerragruntScope(
            loader: loader, body: body,
            place: TerragruntPlace(directory: directory, originalDirectory: directory))
        scope.trace.read(path)
        scopes[path] = scope
        return scope
    }
}
