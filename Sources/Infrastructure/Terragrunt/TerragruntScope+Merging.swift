import HCL

/// A block with the scope of the file that it stands in.
struct OwnedBlock {
    let block: Block
    let scope: TerragruntScope

    var label: String { block.labels.first ?? "" }

    /// Evaluates an attribute of the block; nothing when it is not there.
    func value(_ name: String, budget: EvaluationBudget) throws(Diagnostic) -> Value? {
        guard let attribute = block.body.attribute(named: name) else { return nil }
        return try scope.evaluate(attribute.expression, budget: budget)
    }
}

extension TerragruntScope {
    /// The files that are merged under this one, first the one that counts least, with how.
    func mergedParents(
        budget: EvaluationBudget
    ) throws(Diagnostic) -> [(scope: TerragruntScope, strategy: MergeStrategy)] {
        var parents: [(scope: TerragruntScope, strategy: MergeStrategy)] = []
        for include in try includes() {
            let parent = try parent(include, budget: budget)
            let strategy = try settings(of: include, budget: budget).strategy
            if strategy != .noMerge { parents.append((parent, strategy)) }
        }
        return parents
    }

    /// The inputs of this file over those of its includes; null when none has any.
    ///
    /// The last include counts more than the first. Each is merged under what is there already, by
    /// its own strategy.
    func mergedInputs(budget: EvaluationBudget) throws(Diagnostic) -> Value {
        var merged = try ownInputs(budget: budget)
        for (parent, strategy) in try mergedParents(budget: budget).reversed() {
            guard let below = try parent.ownInputs(budget: budget) else { continue }
            guard let over = merged else {
                merged = below
                continue
            }
            guard strategy == .deep else {
                merged = Self.shallowMerge(below, over)
                continue
            }
            do throws(MergeFailure) {
                merged = try below.deepMerged(under: over)
            } catch {
                throw Diagnostic(
                    summary: "Inputs cannot be merged",
                    detail: "Merging the inputs of \(parent.path) and \(path): \(error.reason).",
                    range: body.attribute(named: "inputs")?.nameLocation)
            }
        }
        return merged ?? .null(.dynamic)
    }

    private func ownInputs(budget: EvaluationBudget) throws(Diagnostic) -> Value? {
        guard let attribute = body.attribute(named: "inputs") else { return nil }
        let value = try evaluate(attribute.expression, budget: budget).jsonForm
        return value.isNull ? nil : value
    }

    private static func shallowMerge(_ under: Value, _ over: Value) -> Value {
        if under.isUnknown || over.isUnknown {
            return .unknown(Unknown(reasons: under.unknownReasons + over.unknownReasons))
        }
        guard let lower = under.attributes, let upper = over.attributes else { return over }
        return .object(ValueMap(Array(lower) + Array(upper)))
    }

    /// The blocks of a type in this file and in what is merged under it, where one of the same
    /// label in a later file replaces the earlier one.
    func mergedBlocks(
        ofType type: String, budget: EvaluationBudget
    ) throws(Diagnostic) -> [OwnedBlock] {
        var merged: [OwnedBlock] = []
        for scope in try mergedParents(budget: budget).map(\.scope) + [self] {
            for block in scope.body.blocks(ofType: type) {
                let owned = OwnedBlock(block: block, scope: scope)
                merged.removeAll { $0.label == owned.label && $0.scope !== scope }
                merged.append(owned)
            }
        }
        return merged
    }

    /// The value of an attribute in this file or else in the last of those merged under it.
    func mergedAttribute(
        _ name: String, budget: EvaluationBudget
    ) throws(Diagnostic) -> Value? {
        for scope in [self] + (try mergedParents(budget: budget).map(\.scope).reversed()) {
            if let attribute = scope.body.attribute(named: name) {
                return try scope.evaluate(attribute.expression, budget: budget)
            }
        }
        return nil
    }

    /// The source of the module that the unit runs: of this file's own `terraform` block, or else
    /// of the last one merged under it that names one.
    func moduleSource(
        budget: EvaluationBudget
    ) throws(Diagnostic) -> (value: Value, attribute: Attribute)? {
        for block in try allBlocks(ofType: "terraform", budget: budget) {
            guard let attribute = block.block.body.attribute(named: "source") else { continue }
            return (try block.scope.evaluate(attribute.expression, budget: budget), attribute)
        }
        return nil
    }

    /// All blocks of a type in this file and in what is merged under it, those that count most
    /// first.
    func allBlocks(
        ofType type: String, budget: EvaluationBudget
    ) throws(Diagnostic) -> [OwnedBlock] {
        let scopes = [self] + (try mergedParents(budget: budget).map(\.scope).reversed())
        return scopes.flatMap { scope in
            scope.body.blocks(ofType: type).map { OwnedBlock(block: $0, scope: scope) }
        }
    }

    /// The labels of the dependencies whose outputs expressions of this file can name.
    func dependencyNames(budget: EvaluationBudget) throws(Diagnostic) -> [String] {
        try mergedBlocks(ofType: "dependency", budget: budget).map(\.label)
    }
}
