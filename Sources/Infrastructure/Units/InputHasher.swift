import ClusterModel
import HCL

/// Names the content of input files so that only what they say counts.
struct InputHasher {
    let loader: CommitLoader
    let inputs: ClusterInputs
    /// The locals that are fields of the desired state and so are compared by value.
    let fieldNames: Set<String>

    /// The content of every file of a stage by path, without the definition file and the two
    /// files whose values are compared one by one.
    func hashes(of reads: StageReads?) throws(ReadError) -> [String: String] {
        let compared = [
            inputs.definition.versions, inputs.definition.schematic, DefinitionReader.fileName,
        ]
        var hashes: [String: String] = [:]
        do {
            for path in reads?.files ?? [] where !compared.contains(path) {
                hashes[path] =
                    inputs.definition.overrides.contains(path)
                    ? hash(ofOverride: path) : try hash(of: path)
            }
        } catch {
            throw ReadError(error)
        }
        return hashes
    }

    /// Files in HCL are named by their syntax, so that comments and formatting do not count;
    /// others, and those that are malformed, by their bytes.
    private func hash(of path: String) throws(FileTreeError) -> String? {
        let isSyntax = [".hcl", ".tf", ".tofu"].contains { path.hasSuffix($0) }
        guard isSyntax, let key = try loader.key(of: path),
            case .success(let body) = try loader.syntax(of: path)
        else { return try loader.tree.hash(of: path) }
        return loader.cache.fingerprint(for: key, of: body)
    }

    /// An overriding file holds fields beside other values; only the latter are input of units.
    private func hash(ofOverride path: String) -> String? {
        guard let scope = try? inputs.scope(of: path) else { return nil }
        let aliases = scope.aliases
        var text = ""
        for attribute in scope.localAttributes.sorted(by: { $0.name < $1.name })
        where !fieldNames.contains(attribute.name) && !aliases.contains(attribute.name) {
            guard
                let value = try? scope.local(
                    attribute.name, at: attribute.nameLocation, budget: inputs.budget)
            else { continue }
            text += "\(attribute.name)=\(CanonicalJSON.text(of: value))\n"
            if !value.isWhollyKnown { text += attribute.expression.location.text + "\n" }
        }
        return "values:" + ContentHash.hexadecimal(of: Array(text.utf8))
    }
}
