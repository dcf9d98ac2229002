import ClusterModel
import HCL

/// Finds values that nothing in the repository asks for.
///
/// A wrong "unused" would keep a change from the nodes, so every doubt counts as use: a unit that
/// cannot be read to the end, a stage that runs a program, a file that is malformed, a value that
/// is handed on as a whole, or a scan that does not even see the Talos version used.
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
        guard !reads.isEmpty, reads.allSatisfy(\.isComplete) else { return [] }
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
            let own = Set(scope.localAttributes.map(\.name)).subtracting(scope.aliases)
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
        var names: Set<String> = []
        var handedOn: Set<String> = []
        var aliases: [(name: String, lastStep: String)] = []
        let syntaxFiles = try loader.tree.paths(under: "").filter(Self.isSyntax)
        for path in syntaxFiles where path != DefinitionReader.fileName {
            guard let key = try loader.key(of: path),
                case .success(let body) = try loader.syntax(of: path)
            else { return nil }
            let mentions = loader.cache.mentions(for: key, of: body)
            names.formUnion(mentions.names)
            handedOn.formUnion(mentions.handedOn)
            aliases += mentions.aliases.map { ($0.key, $0.value) }
        }
        let whole = Self.wholeValues(aliases)
        guard handedOn.isDisjoint(with: whole) else { return nil }
        if let definitionBody { names.formUnion(Mentions(in: definitionBody).names) }
        for path in Set(reads.flatMap(\.files)) where !Self.isSyntax(path) {
            guard let bytes = try loader.tree.bytes(at: path), bytes.count < Self.largestText else {
                return nil
            }
            names.formUnion(Self.words(in: bytes))
        }
        return names
    }

    /// The names under which a whole configuration, or all of its locals, can be reached.
    private static func wholeValues(_ aliases: [(name: String, lastStep: String)]) -> Set<String> {
        var whole: Set<String> = ["", "locals"]
        var count = 0
        while count != whole.count {
            count = whole.count
            for alias in aliases where whole.contains(alias.lastStep) { whole.insert(alias.name) }
        }
        return whole
    }

    private static func isSyntax(_ path: String) -> Bool {
        let name = RepositoryPath.name(of: path)
        return name != ".terraform.lock.hcl"
            && [".hcl", ".tf", ".tofu"].contains { name.hasSuffix($0) }
    }

    /// Everything that looks like a name in a file of another kind, such as a script.
    private static func words(in bytes: [UInt8]) -> Set<String> {
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
