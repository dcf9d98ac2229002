import HCL

extension TerragruntScope {
    /// The meaning of the names that Terragrunt gives to expressions.
    func resolve(_ reference: Reference) throws(Diagnostic) -> ResolvedReference? {
        switch reference.name {
        case "local" where !isReadingIncludes: try resolveLocal(reference)
        case "include" where !isReadingIncludes: try resolveInclude(reference)
        case "dependency" where !isReadingIncludes: try resolveDependency(reference)
        case "feature":
            unknown(reference, "a feature flag, which a command line can set")
        case "values":
            unknown(reference, "the values of a stack, which are given when it is generated")
        case "local", "include", "dependency":
            throw Diagnostic(
                summary: "Not available in an include block",
                detail: "Include blocks are evaluated before everything else, when "
                    + "\"\(reference.name)\" does not exist yet.",
                range: reference.nameRange,
                hint: "Use functions such as find_in_parent_folders.")
        default: nil
        }
    }

    private func resolveLocal(_ reference: Reference) throws(Diagnostic) -> ResolvedReference {
        guard let step = reference.steps.first, let name = step.name else {
            return ResolvedReference(try allLocals(budget: reference.budget))
        }
        let value = try local(name, at: reference.range(of: step), budget: reference.budget)
        return ResolvedReference(value, consumedSteps: 1)
    }

    private func resolveInclude(_ reference: Reference) throws(Diagnostic) -> ResolvedReference {
        let includes = try self.includes()
        // A single include without a label is the whole variable, as it was before labels.
        if includes.count == 1, let bare = includes.first, bare.label.isEmpty {
            return ResolvedReference(try exposed(bare, for: reference))
        }
        guard let step = reference.steps.first, let name = step.name else {
            throw Diagnostic(
                summary: "Unnamed include",
                detail: "The include block must be named, as in include.root.",
                range: reference.range)
        }
        guard let include = includes.first(where: { $0.label == name }) else {
            throw Diagnostic(
                summary: "Unknown include", detail: "\(path) has no include named \"\(name)\".",
                range: reference.range(of: step),
                hint: NearestName.hint(for: name, among: includes.map(\.label)))
        }
        return ResolvedReference(try exposed(include, for: reference), consumedSteps: 1)
    }

    private func exposed(_ include: Include, for reference: Reference) throws(Diagnostic) -> Value {
        let settings = try settings(of: include, budget: reference.budget)
        guard settings.isExposed else {
            throw Diagnostic(
                summary: "Include is not exposed",
                detail: "The values of the included file are not visible here.",
                range: reference.range, hint: "Write expose = true into the include block.")
        }
        if place.isAlone { return .unknown(settings.path, at: reference.range) }
        let parent = try parent(include, budget: reference.budget)
        let value = try loader.inChain(parent.path, at: reference.range) {
            () throws(Diagnostic) in try parent.configuration(budget: reference.budget)
        }
        let uses =
            parentUses[include.label]
            ?? EnvironmentUses(trace.environment.all.filter { $0.range.source.path != path })
        parentUses[include.label] = uses
        dependsOnEnvironment(uses)
        return value
    }

    private func resolveDependency(
        _ reference: Reference
    ) throws(Diagnostic) -> ResolvedReference {
        guard let step = reference.steps.first, let name = step.name else {
            return unknown(reference, "outputs of other units, which only their state knows")
        }
        let names = try dependencyNames(budget: reference.budget)
        guard names.contains(name) else {
            throw Diagnostic(
                summary: "Unknown dependency",
                detail: "\(path) has no dependency named \"\(name)\".",
                range: reference.range(of: step), hint: NearestName.hint(for: name, among: names))
        }
        return unknown(
            reference, "the outputs of dependency \"\(name)\", which only its state knows")
    }

    private func unknown(_ reference: Reference, _ reason: String) -> ResolvedReference {
        ResolvedReference(
            .unknown(reason, at: reference.range), consumedSteps: reference.steps.count)
    }
}
