import ClusterModel
import HCL

/// Turns the text of `uprev.hcl` into definitions, and reports everything wrong with it at once.
struct DefinitionReader {
    /// The name of the definition file at the top of a repository.
    static let fileName = "uprev.hcl"

    let loader: CommitLoader
    let problems = ProblemList()
    let budget = EvaluationBudget()

    /// The clusters of a parsed file, in the order of the file.
    func clusters(in body: Body) throws(ReadError) -> [ClusterDefinition] {
        let file = reader(of: body)
        let blocks = file.labelledBlocks("cluster")
        file.finish()
        if blocks.isEmpty && problems.items.isEmpty {
            throw ReadError([
                ReadProblem(
                    file: body.source.path, message: "The file defines no cluster.",
                    hint: "Write a cluster \"name\" { … } block, or run `uprev init`.")
            ])
        }
        let definitions = blocks.compactMap { cluster($0.label, $0.reader) }
        guard problems.items.isEmpty else {
            throw ReadError(problems.items.flatMap { loader.complete($0) })
        }
        return definitions
    }

    private func reader(of body: Body) -> SettingsReader {
        SettingsReader(
            body: body, header: nil, title: "the file", problems: problems,
            environment: DefinitionEnvironment(inputs: nil), budget: budget)
    }

    private func cluster(_ label: Setting<String>, _ block: SettingsReader) -> ClusterDefinition? {
        checkName(label)
        block.require("versions")
        block.require("schematic")
        var definition = ClusterDefinition(
            name: ClusterName(label.value), versions: file("versions", block) ?? "",
            schematic: file("schematic", block) ?? "")
        definition.overrides = block.paths("overrides")
        definition.locals = locals(block)
        let inputs = ClusterInputs(loader: loader, definition: definition)
        block.environment = DefinitionEnvironment(inputs: inputs)
        definition.rebuild = block.text("rebuild")?.value ?? ""
        definition.stages = stages(block)
        if let installer = block.block("installer") {
            definition.installer = InstallerReader(
                block: installer, inputs: inputs, definition: definition, budget: budget
            ).source()
        }
        let policies = PolicyReader(cluster: block, name: label.value)
        definition.endpoints = policies.endpoints()
        definition.kubernetesMethod = policies.kubernetesMethod()
        definition.rollout = policies.rollout()
        definition.safety = policies.safety()
        definition.window = policies.window()
        definition.promotion = policies.promotion()
        block.finish()
        return definition
    }

    /// The name stands in paths of the state directory and in metrics.
    private func checkName(_ label: Setting<String>) {
        let isPlain = label.value.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: "."):
                true
            default: false
            }
        }
        guard
            !isPlain || !(1...63).contains(label.value.utf8.count)
                || label.value.hasPrefix(".")
        else { return }
        problems.add(
            "Wrong name",
            "A cluster's name has 1 to 63 letters, digits, dashes, dots or underscores.",
            at: label.range)
    }

    private func file(_ name: String, _ block: SettingsReader) -> String? {
        guard let setting = block.text(name) else { return nil }
        let path = block.path(setting, name)
        if path == "" {
            problems.add("Wrong value", "\(name) must name a file.", at: setting.range)
        }
        return path
    }

    private func locals(_ block: SettingsReader) -> [String: String] {
        guard let setting = block.textMap("locals") else { return [:] }
        for name in setting.value.keys.sorted() where !Field.locals.contains(name) {
            block.reportChoice("A name in locals", name, among: Field.locals, at: setting.range)
        }
        return setting.value
    }

    private func stages(_ block: SettingsReader) -> [StageKind: Stage] {
        let shared = block.paths("carry")
        var stages: [StageKind: Stage] = [:]
        for (label, reader) in block.labelledBlocks("stage") {
            guard let kind = StageKind(rawValue: label.value) else {
                block.reportChoice(
                    "A stage", label.value, among: StageKind.allCases.map(\.rawValue),
                    at: label.range)
                continue
            }
            var stage = Stage(kind: kind)
            stage.units = reader.paths("units")
            stage.command = reader.texts("command")?.value ?? []
            stage.inputs = reader.paths("inputs")
            stage.carry = shared + reader.paths("carry")
            if kind == .machineConfig { stage.configOutput = reader.unitOutput("config_output") }
            checkWork(of: reader, label)
            reader.finish()
            stages[kind] = stage
        }
        return stages
    }

    private func checkWork(of reader: SettingsReader, _ label: Setting<String>) {
        let written = ["units", "command"].filter { reader.body.attribute(named: $0) != nil }
        guard written.count == 1 else {
            return problems.add(
                "Stage without work", "A stage has either units or a command, and not both.",
                at: label.range)
        }
        if let texts = reader.texts(written[0]), texts.value.isEmpty {
            problems.add(
                "Wrong value", "\(written[0]) must not be empty.", at: texts.range,
                hint: "Leave the stage out when there is nothing to run.")
        }
    }
}

extension SettingsReader {
    /// An output of a unit, written as an object of `unit` and `name`.
    func unitOutput(_ name: String) -> UnitOutput? {
        guard let setting = textMap(name) else { return nil }
        for key in setting.value.keys.sorted() where !["name", "unit"].contains(key) {
            reportChoice("A name in \(name)", key, among: ["name", "unit"], at: setting.range)
        }
        guard let unit = setting.value["unit"], let output = setting.value["name"],
            !output.isEmpty
        else {
            problems.add(
                "Wrong value", "\(name) needs a unit and the name of its output.",
                at: setting.range,
                hint: "Write \(name) = { unit = \"path/of/unit\", name = \"output\" }.")
            return nil
        }
        return path(Setting(value: unit, range: setting.range), name).map {
            UnitOutput(unit: $0, name: output)
        }
    }
}
