import HCL

extension TerragruntScope {
    /// Parts of a configuration that are not evaluated when another file reads it.
    private static let unreadParts = [
        "dependencies", "generate", "iam_role", "remote_state", "retryable_errors", "terraform",
        "terraform_binary",
    ]

    /// What `read_terragrunt_config` and an exposed include show of this file.
    func configuration(budget: EvaluationBudget) throws(Diagnostic) -> Value {
        var parts: [(key: String, value: Value)] = Self.unreadParts.map { name in
            (name, .unknown("\(name) of \(path), which is not evaluated", at: nil))
        }
        parts.append(("locals", try allLocals(budget: budget)))
        parts.append(("inputs", inputs(budget: budget)))
        var dependencies: [(key: String, value: Value)] = []
        for block in body.blocks(ofType: "dependency") {
            guard let label = block.labels.first else { continue }
            let reason = "the outputs of dependency \"\(label)\", which only its state knows"
            dependencies.append((label, .unknown(reason, at: block.headerLocation)))
        }
        parts.append(("dependency", .object(ValueMap(dependencies))))
        return .object(ValueMap(parts))
    }

    /// The inputs of this file and of its includes; unknown when they cannot be evaluated, since
    /// most who read a file want its locals.
    private func inputs(budget: EvaluationBudget) -> Value {
        do {
            return try mergedInputs(budget: budget)
        } catch {
            trace.gap(error)
            return .unknown("the inputs of \(path), which fail: \(error.detail)", at: error.range)
        }
    }

    private func mergedInputs(budget: EvaluationBudget) throws(Diagnostic) -> Value {
        var merged = Value.object([:])
        for include in try includes() {
            let strategy = try mergeStrategy(of: include, budget: budget)
            let parent = try parent(include, budget: budget)
            guard strategy != "no_merge" else { continue }
            merged = Self.merge(merged, try parent.ownInputs(budget: budget), deep: false)
        }
        let own = try ownInputs(budget: budget)
        var isDeep = false
        for include in try includes() where !isDeep {
            isDeep = try mergeStrategy(of: include, budget: budget) == "deep"
        }
        return Self.merge(merged, own, deep: isDeep)
    }

    private func ownInputs(budget: EvaluationBudget) throws(Diagnostic) -> Value {
        guard let attribute = body.attribute(named: "inputs") else { return .object([:]) }
        return try evaluate(attribute.expression, budget: budget)
    }

    /// Lays one set of inputs over another; deep merging goes into maps and joins lists.
    private static func merge(_ under: Value, _ over: Value, deep: Bool) -> Value {
        if under.isUnknown { return under }
        guard let lower = under.attributes, let upper = over.attributes else { return over }
        var pairs = lower.map { ($0.key, $0.value) }
        for (key, value) in upper {
            guard deep, let below = lower[key] else {
                pairs.append((key, value))
                continue
            }
            if below.attributes != nil, value.attributes != nil {
                pairs.append((key, merge(below, value, deep: true)))
            } else if let first = below.elements, let second = value.elements {
                pairs.append((key, .tuple(ValueList(Array(first) + Array(second)))))
            } else {
                pairs.append((key, value))
            }
        }
        return .object(ValueMap(pairs.map { (key: $0.0, value: $0.1) }))
    }

    /// Evaluates every expression of this file and of its includes, so that the trace holds what a
    /// run of Terragrunt would read; what fails is a gap in the trace.
    func evaluateEverything(budget: EvaluationBudget) {
        do {
            for include in try includes() {
                try parent(include, budget: budget).evaluateEverything(budget: budget)
            }
        } catch {
            trace.gap(error)
        }
        for attribute in localAttributes {
            do {
                _ = try local(attribute.name, at: attribute.nameLocation, budget: budget)
            } catch {
                trace.gap(error)
            }
        }
        evaluateAttributes(of: body, budget: budget)
    }

    private func evaluateAttributes(of body: Body, budget: EvaluationBudget) {
        for attribute in body.attributes {
            do {
                _ = try evaluate(attribute.expression, budget: budget)
            } catch {
                trace.gap(error)
            }
        }
        for block in body.blocks where block.type != "locals" && block.type != "include" {
            evaluateAttributes(of: block.body, budget: budget)
        }
    }
}
