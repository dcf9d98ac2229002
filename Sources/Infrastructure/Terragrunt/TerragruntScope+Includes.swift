import HCL

/// An `include` block.
struct Include {
    let block: Block

    /// The label; empty for a block without one.
    var label: String { block.labels.first ?? "" }
}

/// How an included file is merged under the file that includes it.
enum MergeStrategy: String, CaseIterable {
    case noMerge = "no_merge"
    case shallow
    case deep
}

/// What an `include` block says.
struct IncludeSettings {
    let path: String
    let isExposed: Bool
    let strategy: MergeStrategy
}

extension TerragruntScope {
    /// The include blocks of this file; an included file has none.
    func includes() throws(Diagnostic) -> [Include] {
        guard !place.isIncluded else { return [] }
        var seen: [Include] = []
        for block in body.blocks(ofType: "include") {
            let include = Include(block: block)
            if seen.contains(where: { $0.label == include.label }) {
                throw Diagnostic(
                    summary: "Second include of one name",
                    detail: "Another include block has the same label.",
                    range: block.headerLocation, hint: "Give each include a label of its own.")
            }
            seen.append(include)
        }
        return seen
    }

    /// What an include block says; evaluated once, before any local exists.
    func settings(
        of include: Include, budget: EvaluationBudget
    ) throws(Diagnostic) -> IncludeSettings {
        if let known = includeSettings[include.label] { return known }
        let outer = isReadingIncludes
        isReadingIncludes = true
        defer { isReadingIncludes = outer }
        let made = IncludeSettings(
            path: try path(of: include, budget: budget),
            isExposed: try exposes(include, budget: budget),
            strategy: try strategy(of: include, budget: budget))
        includeSettings[include.label] = made
        return made
    }

    private func path(of include: Include, budget: EvaluationBudget) throws(Diagnostic) -> String {
        guard let attribute = include.block.body.attribute(named: "path") else {
            throw Diagnostic(
                summary: "Include without a path", detail: "An include block needs a path.",
                range: include.block.headerLocation)
        }
        let value = try evaluate(attribute.expression, budget: budget)
        guard let text = value.stringValue else {
            throw Diagnostic(
                summary: "Path of an include is not known",
                detail: value.isUnknown
                    ? "The path depends on \(UnknownText.reasons(of: value))."
                    : "The path of an include must be text.",
                range: attribute.expression.location)
        }
        return try resolve(text, from: place.directory, at: attribute.expression.location)
    }

    private func exposes(_ include: Include, budget: EvaluationBudget) throws(Diagnostic) -> Bool {
        guard let attribute = include.block.body.attribute(named: "expose") else { return false }
        let value = try evaluate(attribute.expression, budget: budget)
        guard let flag = try? value.converted(to: .bool), !flag.isUnknown else {
            throw Diagnostic(
                summary: "Wrong value", detail: "expose must be true or false.",
                range: attribute.expression.location)
        }
        return flag.boolValue ?? false
    }

    private func strategy(
        of include: Include, budget: EvaluationBudget
    ) throws(Diagnostic) -> MergeStrategy {
        guard let attribute = include.block.body.attribute(named: "merge_strategy") else {
            return .shallow
        }
        let text = try evaluate(attribute.expression, budget: budget).stringValue
        guard let text, let strategy = MergeStrategy(rawValue: text) else {
            let names = MergeStrategy.allCases.map(\.rawValue)
            throw Diagnostic(
                summary: "Wrong value",
                detail: "merge_strategy must be one of \(names.joined(separator: ", ")).",
                range: attribute.expression.location,
                hint: NearestName.hint(for: text ?? "", among: names))
        }
        return strategy
    }

    /// A path of the repository from a path as Terragrunt writes it.
    func resolve(_ text: String, from directory: String, at range: SourceRange)
        throws(Diagnostic) -> String
    {
        do {
            return try RepositoryPath.resolve(text, from: directory)
        } catch {
            throw Diagnostic(
                summary: "Path outside the repository",
                detail: "The path \"\(text)\" \(error.reason).", range: range,
                hint: "Only files of the commit are read; keep the file in the repository.")
        }
    }

    /// The error of a file that is not in the commit.
    func missing(_ path: String, at range: SourceRange) -> Diagnostic {
        var siblings: [String] = []
        let directory = RepositoryPath.directory(of: path)
        if let item = try? loader.tree.find(directory), item.isDirectory,
            let listing = try? loader.tree.listing(ofDirectory: item.id)
        {
            siblings = listing.entries.map { RepositoryPath.join(directory, $0.name) }
        }
        return Diagnostic(
            summary: "Missing file", detail: "There is no file \(path) in this commit.",
            range: range, hint: NearestName.hint(for: path, among: siblings))
    }
}
