import ClusterModel
import HCL

/// Finds values that nothing in the repository asks for.
///
/// A wrong "unused" would keep a change from the nodes, so every doubt counts as use: a unit that
/// cannot be read to the end, a stage that runs a program, a file that is malformed or read as
/// text, a value that is handed on as a whole, or a scan that does not even see the Talos version used.
struct UsageScan {
    private static let largestText = 1 << 20

    let loader: CommitLoader
    let definition: ClusterDefinition
    let definitionBody: Body?
    let reads: [StageReads]

    /// The names of fields and other values that nothing uses, sorted.
    func unused(in state: DesiredState, inputs: ClusterInputs, fields: FieldReader)
        throws(ReadError) -> [String]
    {
        guard !reads.isEmpty, reads.allSatisfy(\.isComplete),
            reads.allSatisfy({ $0.texts.isDisjoint(with: inputs.paths) })
        else { return [] }
        do {
            guard let used = try usedNames(), used.contains(fields.localName(Field.talosVersion))
            else { return [] }
            let judged = judgedNames(inputs, used: used)
            let isUnused: (String) -> Bool = { judged.contains($0) && !used.contains($0) }
            let unusedFields = presentFields(of: state).subtracting(usedByAgent)
                .filter { isUnused(fields.localName($0)) }
            return (unusedFields + state.otherValues.keys.filter(isUnused)).sorted()
        } catch {
            throw ReadError(error)
        }
    }

    /// The locals of those files of which at least one local is seen used: a file that nothing
    /// seems to use at all is read in a way that this scan does not see.
    private func judgedNames(_ inputs: ClusterInputs, used: Set<String>) -> Set<String> {
        var judged: Set<String> = []
        for path in inputs.paths {
            guard let scope = try? inputs.scope(of: path) else { continue }
            let own = Set(scope.localAttributes.map(\.name)).subtracting(
                scope.origins(budget: inputs.budget).keys)
            if !own.isDisjoint(with: used) { judged.formUnion(own) }
        }
        return judged
    }

    private func presentFields(of state: DesiredState) -> Set<String> {
        var fields = Set(state.spellings.keys)
        if !state.providerVersions.isEmpty { fields.insert(Field.providerVersions) }
        return fields
    }

    /// The fields that uprev itself acts on, whether or not a unit asks for them.
    private var usedByAgent: Set<String> {
        var fields: Set<String> = []
        if definition.kubernetesMethod == .talosctl { fields.insert(Field.kubernetesVersion) }
        switch definition.installer {
        case .factory:
            fields.formUnion(ExtensionList.allCases.map(\.rawValue))
            fields.formUnion([
                Field.talosVersion, Field.kernelArguments, Field.platform, Field.architecture,
                Field.secureBoot, Field.bootLoader,
            ])
        case .image: fields.insert(Field.talosVersion)
        case .output, nil: break
        }
        return fields
    }

    /// All names that are asked for; nothing when there is a doubt.
    private func usedNames() throws(FileTreeError) -> Set<String>? {
        let mentioned = try loader.mentionSum()
        guard mentioned.isComplete, mentioned.handedOn.isDisjoint(with: mentioned.wholeValues)
        else { return nil }
        var names = mentioned.names
        if let definitionBody { names.formUnion(Mentions(in: definitionBody).names) }
        for path in Set(reads.flatMap(\.files)) where !CommitLoader.isSyntax(path) {
            guard let item = try? loader.tree.find(path), item.isFile,
                let words = try loader.cache.words(
                    of: item.id,
                    read: { () throws(FileTreeError) in
                        let bytes = try loader.tree.bytes(of: item, named: path)
                        return bytes.count < Self.largestText ? Words.all(in: bytes) : nil
                    })
            else { return nil }
            names.formUnion(words)
        }
        return names
    }
}

/// Everything that looks like a name in text of any kind, such as a script.
enum Words {
    static func all(in bytes: some Collection<UInt8>) -> Set<String> {
        let words = bytes.split { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                false
            default: true
            }
        }
        return Set(words.map { String(decoding: $0, as: UTF8.self) })
    }
}
