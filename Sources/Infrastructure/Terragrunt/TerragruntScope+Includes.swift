import HCL

/// An `include` block.
struct Include {
    let block: Block

    /// The label; empty for a block without one.
    var label: String { block.labels.first ?? "" }
}

extension TerragruntScope {
    /// The include blocks of this file; none in an included file, since there is one level only.
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

    /// The path of the included file.
    func path(of include: Include, budget: EvaluationBudget) throws(Diagnostic) -> String {
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

    /// Whether `include.NAME` may be used.
    func exposes(_ include: Include, budget: EvaluationBudget) throws(Diagnostic) -> Bool {
        guard let attribute = include.block.body.attribute(named: "expose") else { return false }
        return try evaluate(attribute.expression, budget: budget).boolValue ?? false
    }

    /// How the included file is merged; `shallow` unless the block says otherwise.
    func mergeStrategy(of include: Include, budget: EvaluationBudget) throws(Diagnostic) -> String {
        guard let attribute = include.block.body.attribute(named: "merge_strategy") else {
            return "shallow"
        }
        return try evaluate(attribute.expression, budget: budget).stringValue ?? "shallow"
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
        let siblings = (try? loader.tree.paths(under: RepositoryPath.directory(of: path))) ?? []
        return Diagnostic(
            summary: "Missing file", detail: "There is no file \(path) in this commit.",
            range: range, hint: NearestName.hint(for: path, among: siblings))
    }
}
