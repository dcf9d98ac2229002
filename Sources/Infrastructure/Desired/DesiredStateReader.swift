import ClusterModel
import HCL

/// Reads what one commit says a cluster should be.
struct DesiredStateReader {
    let loader: CommitLoader
    let definition: ClusterDefinition
    /// The syntax of the definition file, whose expressions use locals too.
    let definitionBody: Body?

    /// The desired state; nothing when neither of the cluster's two files exists in the commit.
    func read() throws(ReadError) -> DesiredState? {
        guard try hasFiles() else { return nil }
        let inputs = ClusterInputs(loader: loader, definition: definition)
        let problems = ProblemList()
        for path in inputs.paths { inputs.evaluateAll(of: path, problems: problems) }
        try fail(with: problems)
        let fields = FieldReader(inputs: inputs, problems: problems)
        let talos = fields.version(Field.talosVersion, isRequired: true)
        let kubernetes = fields.version(Field.kubernetesVersion, isRequired: true)
        var state = DesiredState(
            talosVersion: talos?.version ?? Version(0, 0, 0),
            kubernetesVersion: kubernetes?.version ?? Version(0, 0, 0))
        state.spellings[Field.talosVersion] = talos?.spelling
        state.spellings[Field.kubernetesVersion] = kubernetes?.spelling
        readFields(fields, into: &state)
        state.otherValues = otherValues(inputs, fields, problems)
        state.environmentUses = environmentUses(inputs, fields)
        try fail(with: problems)
        state.rebuild = definition.rebuild
        try readStages(inputs, fields, into: &state)
        return state
    }

    /// All paths whose change can change the desired state.
    func paths() throws(ReadError) -> Set<String> {
        let inputs = ClusterInputs(loader: loader, definition: definition)
        var paths = Set(inputs.paths)
        for path in inputs.paths where inputs.missingFile == nil {
            inputs.evaluateAll(of: path, problems: ProblemList())
            guard let trace = try? inputs.scope(of: path).trace else { continue }
            paths.formUnion(trace.files.union(trace.probes))
        }
        for stage in definition.stages.values {
            let reader = StageReader(loader: loader, stage: stage)
            paths.formUnion(try reader.read().allPaths)
        }
        return paths
    }

    private func fail(with problems: ProblemList) throws(ReadError) {
        if !problems.items.isEmpty { throw ReadError(problems.items) }
    }

    private func hasFiles() throws(ReadError) -> Bool {
        do {
            let versions = try loader.find(definition.versions)
            let schematic = try loader.find(definition.schematic)
            if versions == nil && schematic == nil { return false }
        } catch {
            throw ReadError(error)
        }
        return true
    }

    private func readFields(_ fields: FieldReader, into state: inout DesiredState) {
        if let found = fields.version(Field.extensionVersion) {
            state.extensionVersion = found.version
            state.spellings[Field.extensionVersion] = found.spelling
        }
        state.platform = fields.text(Field.platform)?.text
        state.architecture = fields.text(Field.architecture)?.text
        state.bootLoader = fields.text(Field.bootLoader)?.text
        state.secureBoot = fields.flag(Field.secureBoot)
        state.spellings[Field.platform] = state.platform
        state.spellings[Field.architecture] = state.architecture
        state.spellings[Field.bootLoader] = state.bootLoader
        state.spellings[Field.secureBoot] = state.secureBoot.map { $0 ? "true" : "false" }
        state.kernelArguments = fields.texts(Field.kernelArguments).map(\.text)
        if !state.kernelArguments.isEmpty {
            state.spellings[Field.kernelArguments] = state.kernelArguments.joined(separator: " ")
        }
        for list in ExtensionList.allCases {
            let found = fields.extensions(list)
            guard !found.images.isEmpty else { continue }
            state.extensions[list] = found.images
            state.spellings[list.rawValue] = found.spelling
        }
        state.providerVersions = fields.providerVersions()
    }

    /// Every local that is no field, by what its own file says of it: a change in another file is
    /// that file's.
    private func otherValues(
        _ inputs: ClusterInputs, _ fields: FieldReader, _ problems: ProblemList
    ) -> [String: String] {
        let fieldNames = Set(Field.locals.map(fields.localName))
        let behindFields = inputs.parts(behind: fieldNames)
        var values: [String: String] = [:]
        do {
            for name in inputs.localNames where !fieldNames.contains(name) {
                guard let found = try inputs.local(named: name) else { continue }
                let parts = behindFields[LocalName(path: found.path, name: name)] ?? []
                guard !parts.contains([]) else { continue }
                values[name] = inputs.ownText(
                    of: found.attribute, in: try inputs.scope(of: found.path), without: parts)
            }
        } catch {
            for diagnostic in loader.complete(error) { problems.add(diagnostic) }
        }
        return values
    }

    /// The variables of the environment whose defaults fields are made of, by field.
    private func environmentUses(
        _ inputs: ClusterInputs, _ fields: FieldReader
    ) -> [String: [String]] {
        var uses: [String: [String]] = [:]
        for field in Field.locals {
            let name = fields.localName(field)
            guard let found = try? inputs.local(named: name),
                let scope = try? inputs.scope(of: found.path)
            else { continue }
            let names = Set(scope.environment(ofLocal: name).map(\.name))
            if !names.isEmpty { uses[field] = names.sorted() }
        }
        return uses
    }

    private func readStages(
        _ inputs: ClusterInputs, _ fields: FieldReader, into state: inout DesiredState
    ) throws(ReadError) {
        var reads: [StageKind: StageReads] = [:]
        for kind in StageKind.allCases {
            guard let stage = definition.stages[kind] else { continue }
            reads[kind] = try StageReader(loader: loader, stage: stage).read()
        }
        try failOnUnreadableUnits(Array(reads.values))
        let hasher = InputHasher(
            loader: loader, inputs: inputs, fieldNames: Set(Field.locals.map(fields.localName)))
        state.machineConfigInputs = hasher.hashes(of: reads[.machineConfig])
        state.imageInputs = hasher.hashes(of: reads[.images])
        // What other stages read as well is known by what it means to them.
        state.clusterInputs = hasher.hashes(of: reads[.cluster]).filter {
            state.machineConfigInputs[$0.key] == nil && state.imageInputs[$0.key] == nil
        }
        let usage = UsageScan(
            loader: loader, definition: definition, definitionBody: definitionBody,
            reads: Array(reads.values))
        state.unusedValues = try usage.unused(in: state, inputs: inputs, fields: fields)
    }

    private func failOnUnreadableUnits(_ reads: [StageReads]) throws(ReadError) {
        let problems = ProblemList()
        for diagnostic in loader.malformedFiles + reads.flatMap(\.errors) {
            problems.add(diagnostic)
        }
        try fail(with: problems)
    }
}

extension ReadError {
    /// Wraps what the tree refused.
    init(_ error: FileTreeError) {
        self.init([ReadProblem(file: error.path, message: error.message, hint: error.hint)])
    }
}
