import ClusterModel
import HCL

/// Names the content of input files so that only what they say counts.
struct InputHasher {
    let loader: CommitLoader
    let inputs: ClusterInputs
    /// The locals that are fields of the desired state and so are compared by value.
    let fieldNames: Set<String>

    /// The content of every file of a stage by path, without the definition file and what is
    /// compared value by value.
    func hashes(of reads: StageReads?) -> [String: String] {
        let definition = inputs.definition
        var hashes: [String: String] = [:]
        for path in reads?.files ?? [] where path != DefinitionReader.fileName {
            if definition.overrides.contains(path) {
                hashes[path] = hash(ofOverride: path)
            } else if [definition.versions, definition.schematic].contains(path) {
                hashes[path] = hash(ofCompared: path)
            } else {
                hashes[path] = hash(of: path)
            }
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
        return hash(of: scope.localAttributes, in: scope)
            ?? "values:" + ContentHash.hexadecimal(of: [])
    }

    /// What is left of versions and schematic, whose values are compared one by one.
    ///
    /// That is all that is no local, and the locals on which another file has the last word: a
    /// unit may still read them here. Nothing if there is neither.
    private func hash(ofCompared path: String) -> String? {
        guard let scope = try? inputs.scope(of: path) else { return nil }
        let shadowed = scope.localAttributes.filter {
            (try? inputs.home(ofLocal: $0.name)) != path
        }
        return hash(of: shadowed, in: scope)
    }

    /// What a file says outside of its locals, and those of some locals that are no fields.
    private func hash(of attributes: [Attribute], in scope: TerragruntScope) -> String? {
        let rest = SyntaxFingerprint.text(of: scope.body, withoutBlocks: "locals")
        let others = attributes.filter { !fieldNames.contains($0.name) }
        guard rest != nil || !others.isEmpty else { return nil }
        var text = "\(rest ?? "")\n"
        for attribute in others.sorted(by: { $0.name < $1.name }) {
            text += "\(attribute.name)=\(inputs.ownText(of: attribute, in: scope))\n"
        }
        return "values:" + ContentHash.hexadecimal(of: Array(text.utf8))
    }
}
