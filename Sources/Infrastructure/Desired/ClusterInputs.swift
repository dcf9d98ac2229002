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
    private var aloneScopes: [String: TerragruntScope] = [:]

    init(loader: CommitLoader, definition: ClusterDefinition) {
        self.loader = loader
        self.definition = definition
    }

    /// The paths of the files, the overriding ones last.
    var paths: [String] { [definition.versions, definition.schematic] + definition.overrides }

    /// The first of the files that is not in the commit.
    var missingFile: String? {
        paths.first { (try? loader.find($0))?.isFile != true }
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
        guard let path = try home(ofLocal: name) else { return nil }
        let scope = try scope(of: path)
        guard let attribute = scope.attributes[name] else { return nil }
        let value = try loader.inChain(path, at: nil) { () throws(Diagnostic) in
            try scope.local(name, at: attribute.nameLocation, budget: budget)
        }
        return LocatedValue(value: value, attribute: attribute)
    }

    /// The file that has the last word on a local, when there is one.
    func home(ofLocal name: String) throws(Diagnostic) -> String? {
        let home = [definition.versions, definition.schematic]
        let isInstalled = name.hasPrefix("install_")
        for path in definition.overrides.reversed() + (isInstalled ? home.reversed() : home)
        where try scope(of: path).attributes[name] != nil {
            return path
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
        let scope = try makeScope(of: path, isAlone: false)
        scopes[path] = scope
        return scope
    }

    /// The scope of one of the files in which other files are unknown.
    private func aloneScope(of path: String) throws(Diagnostic) -> TerragruntScope {
        if let known = aloneScopes[path] { return known }
        let scope = try makeScope(of: path, isAlone: true)
        aloneScopes[path] = scope
        return scope
    }

    private func makeScope(
        of path: String, isAlone: Bool
    ) throws(Diagnostic) -> TerragruntScope {
        guard let body = try loader.body(of: path, for: nil) else {
            throw Diagnostic(
                summary: "Missing file", detail: "There is no file \(path) in this commit.",
                range: nil)
        }
        let directory = RepositoryPath.directory(of: path)
        return try TerragruntScope(
            loader: loader, body: body,
            place: TerragruntPlace(
                directory: directory, originalDirectory: directory, isAlone: isAlone))
    }
}

extension ClusterInputs {
    /// What a local says by itself, as text that changes with nothing but its own file.
    ///
    /// One that only passes on what another file says is told by what it passes on. Otherwise
    /// parts that other files decide are written as unknown. What is made of them is then told by
    /// the syntax of the expression.
    func ownText(
        of attribute: Attribute, in scope: TerragruntScope, without paths: [[String]] = []
    ) -> String {
        // Paths that other files decide are unknown here too, and are no origins.
        let alone = try? aloneScope(of: scope.path)
        let origins = alone?.origins(budget: budget) ?? [:]
        if let origin = origins[attribute.name] { return "from \(origin)" }
        let syntax = SyntaxFingerprint.text(of: attribute.expression, origins: origins)
        let value = try? loader.inChain(scope.path, at: nil) { () throws(Diagnostic) in
            try alone?.local(attribute.name, at: attribute.nameLocation, budget: budget)
        }
        guard var value else { return syntax }
        for path in paths { value = value.removing(path[...]) }
        let text = CanonicalJSON.text(of: value)
        return value.isWhollyKnown ? text : "\(text) \(syntax)"
    }

    /// The locals, and parts of them, that fields are taken from under other names: by file and
    /// name, the steps to each part.
    func parts(behind fieldNames: Set<String>) -> [LocalName: [[String]]] {
        var parts: [LocalName: [[String]]] = [:]
        for name in fieldNames {
            guard let found = try? local(named: name) else { continue }
            var place = LocalName(path: found.path, name: name)
            var steps: [String] = []
            // Files that pass a value on to one another end, since rings are errors.
            for _ in 0..<ReadingChain.longest {
                guard let scope = try? scope(of: place.path),
                    let origin = scope.origins(budget: budget)[place.name],
                    paths.contains(origin.path), origin.steps.count >= 2,
                    origin.steps[0] == "locals"
                else { break }
                place = LocalName(path: origin.path, name: origin.steps[1])
                steps = origin.steps.dropFirst(2) + steps
                parts[place, default: []].append(steps)
            }
        }
        return parts
    }
}

/// A local of one file.
struct LocalName: Hashable {
    let path: String
    let name: String
}

extension Value {
    /// The value without the part that steps lead to; null when there are none.
    fileprivate func removing(_ steps: ArraySlice<String>) -> Value {
        guard let first = steps.first else { return .null(.dynamic) }
        guard let attributes, attributes[first] != nil else { return self }
        let rest = steps.dropFirst()
        return .object(
            ValueMap(
                attributes.compactMap { name, value in
                    guard name == first else { return (key: name, value: value) }
                    return rest.isEmpty ? nil : (key: name, value: value.removing(rest))
                }))
    }
}
