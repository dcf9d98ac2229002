import HCL

/// What is wrong with a definition file, collected while it is read to the end.
final class ProblemList {
    private(set) var items: [Diagnostic] = []

    func add(_ diagnostic: Diagnostic) {
        for diagnostic in diagnostic.all where !items.contains(diagnostic) {
            items.append(diagnostic)
        }
    }

    func add(_ summary: String, _ detail: String, at range: SourceRange?, hint: String? = nil) {
        add(Diagnostic(summary: summary, detail: detail, range: range, hint: hint))
    }
}

/// A value of a definition file with its place.
struct Setting<Value> {
    let value: Value
    let range: SourceRange
}

/// Takes settings out of a block by name and type, and reports what nobody asked for.
final class SettingsReader {
    let body: Body
    /// The place of the block's header; the whole file has none.
    let header: SourceRange?
    /// What messages call the block, such as `the rollout block`.
    let title: String
    let problems: ProblemList
    /// What expressions see.
    var environment: any EvaluationEnvironment
    private let budget: EvaluationBudget
    private var attributeNames: [String] = []
    private var blockNames: [String] = []

    init(
        body: Body, header: SourceRange?, title: String, problems: ProblemList,
        environment: any EvaluationEnvironment, budget: EvaluationBudget
    ) {
        self.body = body
        self.header = header
        self.title = title
        self.problems = problems
        self.environment = environment
        self.budget = budget
    }

    /// The attribute of that name, which from now on is a known one.
    func attribute(_ name: String) -> Attribute? {
        attributeNames.append(name)
        return body.attribute(named: name)
    }

    /// The known value of an attribute; nothing when it is absent, null or wrong.
    func value(_ name: String) -> Setting<Value>? {
        guard let attribute = attribute(name) else { return nil }
        let range = attribute.expression.location
        do {
            let value = try attribute.expression.evaluate(in: environment, budget: budget)
            guard value.isWhollyKnown else {
                problems.add(
                    "Value is not known",
                    "\(name) depends on \(UnknownText.reasons(of: value)).", at: range,
                    hint: "Write the value itself.")
                return nil
            }
            return value.isNull ? nil : Setting(value: value, range: range)
        } catch {
            problems.add(error)
            return nil
        }
    }

    /// Reports that a required attribute is absent.
    func require(_ name: String) {
        guard body.attribute(named: name) == nil else { return }
        problems.add(
            "Missing argument", "\(title.capitalizedFirst) needs the argument \"\(name)\".",
            at: header)
    }

    /// The only block of a type, without labels; nothing when it is absent.
    func block(_ type: String) -> SettingsReader? {
        blockNames.append(type)
        let found = body.blocks(ofType: type)
        guard let first = found.first else { return nil }
        for second in found.dropFirst() {
            problems.add(
                "Second block", "\(title.capitalizedFirst) may have one \(type) block.",
                at: second.headerLocation, hint: "Join the two blocks.")
        }
        if !first.labels.isEmpty {
            problems.add(
                "Unexpected label", "The \(type) block has no label.", at: first.headerLocation)
        }
        return reader(of: first, title: "the \(type) block")
    }

    /// The blocks of a type with the one label that each must have, no two alike.
    func labelledBlocks(_ type: String) -> [(label: Setting<String>, reader: SettingsReader)] {
        blockNames.append(type)
        var found: [(label: Setting<String>, reader: SettingsReader)] = []
        for block in body.blocks(ofType: type) {
            guard block.labels.count == 1, let label = block.labels.first else {
                problems.add(
                    "Wrong number of labels",
                    "The \(type) block needs one label, as in \(type) \"name\" { … }.",
                    at: block.headerLocation)
                continue
            }
            guard !found.contains(where: { $0.label.value == label }) else {
                problems.add(
                    "Second block of one name", "There is another \(type) \"\(label)\".",
                    at: block.headerLocation)
                continue
            }
            found.append(
                (
                    Setting(value: label, range: block.headerLocation),
                    reader(of: block, title: "the \(type) \"\(label)\" block")
                ))
        }
        return found
    }

    /// Reports every argument and block that nobody asked for, with the nearest known name.
    func finish() {
        for attribute in body.attributes where !attributeNames.contains(attribute.name) {
            let hint =
                blockNames.contains(attribute.name)
                ? "It is a block: write \(attribute.name) { … }."
                : NearestName.hint(for: attribute.name, among: attributeNames + blockNames)
            problems.add(
                "Unknown argument",
                "\(title.capitalizedFirst) has no argument "
                    + "\"\(attribute.name)\".", at: attribute.nameLocation,
                hint: hint ?? knownNames(attributeNames, "arguments"))
        }
        for block in body.blocks where !blockNames.contains(block.type) {
            let hint =
                attributeNames.contains(block.type)
                ? "It is an argument: write \(block.type) = …."
                : NearestName.hint(for: block.type, among: blockNames + attributeNames)
            problems.add(
                "Unknown block", "\(title.capitalizedFirst) has no block \"\(block.type)\".",
                at: block.headerLocation, hint: hint ?? knownNames(blockNames, "blocks"))
        }
    }

    private func reader(of block: Block, title: String) -> SettingsReader {
        SettingsReader(
            body: block.body, header: block.headerLocation, title: title, problems: problems,
            environment: environment, budget: budget)
    }

    private func knownNames(_ names: [String], _ kind: String) -> String {
        let names = Set(names).sorted()
        return names.isEmpty
            ? "It has no \(kind)." : "Its \(kind) are \(names.joined(separator: ", "))."
    }
}

extension String {
    /// The text with its first letter in upper case.
    fileprivate var capitalizedFirst: String {
        prefix(1).uppercased() + dropFirst()
    }
}
