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
    func hashes(of reads: StageReads?) -> [String: String] {
        let compared = [
            inputs.definition.versions, inputs.definition.schematic, DefinitionReader.fileName,
        ]
        var hashes: [String: String] = [:]
        for path in reads?.files ?? [] where !compared.contains(path) {
            hashes[path] =
                inputs.definition.overrides.contains(path)
                ? hash(ofOverride: path) : hash(of: path)
        }
        return hashes
    }

    /// Files in HCL are named by their syntax, so that comments and formatting do not count;
    /// others, and those that are malformed, by their bytes.
    private func hash(of path: String) -> String {
        guard let item = try? loader.find(path) else { return "unreadable" }
        guard item.isFile, CommitLoader.isSyntax(path), let syntax = try? loader.syntax(of: path),
            case .success(let body) = syntax
        else { return item.id }
        return loader.cache.fingerprint(for: item.id, of: body)
    }

    /// An overriding file holds fields beside other values; only the latter are input of units.
    private func hash(ofOverride path: String) -> String? {
        guard let scope = try? inputs.scope(of: path) else { return nil }
        var text = ""
        for attribute in scope.localAttributes.sorted(by: { $0.name < $1.name })
        where !fieldNames.contains(attribute.name) {
            guard let own = inputs.ownText(of: attribute, in: scope) else { continue }
            text += "\(attribute.name)=\(own)\n"
        }
        return "values:" + ContentHash.hexadecimal(of: Array(text.utf8))
    }
}
