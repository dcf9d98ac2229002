import HCL

/// How far a local is evaluated.
enum LocalState {
    case waiting(Attribute)
    case known(Value, environment: EnvironmentUses)
    case failed(Diagnostic)
}

/// A local that is to be evaluated once the locals that it names are.
private struct PendingLocal {
    let attribute: Attribute
    let references: [ReferenceNode]
    var next = 0
    /// What is wrong with the names looked at so far.
    var failure: Diagnostic?
}

extension TerragruntScope {
    /// The value of a local of this file.
    func local(_ name: String, at range: SourceRange?, budget: EvaluationBudget)
        throws(Diagnostic) -> Value
    {
        if case .waiting(let attribute) = locals[name] { settle(attribute, budget: budget) }
        switch locals[name] {
        case .known(let value, let uses):
            dependsOnEnvironment(uses)
            return value
        case .failed(let diagnostic): throw diagnostic
        case .waiting, nil: throw unknownLocal(name, at: range)
        }
    }

    /// What the environment has to do with a local that was evaluated.
    func environment(ofLocal name: String) -> [EnvironmentUse] {
        if case .known(_, let uses) = locals[name] { uses.all } else { [] }
    }

    /// All locals as an object; throws the errors of all of them.
    func allLocals(budget: EvaluationBudget) throws(Diagnostic) -> Value {
        var pairs: [(key: String, value: Value)] = []
        var failure: Diagnostic?
        for attribute in localAttributes {
            do {
                let value = try local(attribute.name, at: attribute.nameLocation, budget: budget)
                pairs.append((attribute.name, value))
            } catch {
                if budget.failure != nil { throw error }
                failure = failure?.joined(with: error) ?? error
            }
        }
        if let failure { throw failure }
        return .object(ValueMap(pairs))
    }

    /// Evaluates a local after all that it names.
    ///
    /// As in Terragrunt every name in the expression counts, whether or not evaluation would come
    /// to it: a local that is only named in a branch not taken must exist and must not fail.
    private func settle(_ attribute: Attribute, budget: EvaluationBudget) {
        var pending = [Self.pending(attribute)]
        var active: Set<String> = [attribute.name]
        while let top = pending.last {
            do throws(Diagnostic) {
                if top.next < top.references.count {
                    pending[pending.count - 1].next += 1
                    let needed: Attribute?
                    do throws(Diagnostic) {
                        needed = try self.needed(top.references[top.next], by: top.attribute)
                    } catch {
                        let failure = top.failure?.joined(with: error) ?? error
                        pending[pending.count - 1].failure = failure
                        continue
                    }
                    guard let needed else { continue }
                    guard active.insert(needed.name).inserted else {
                        throw ring(needed.name, pending.map(\.attribute))
                    }
                    pending.append(Self.pending(needed))
                    continue
                }
                if let failure = top.failure { throw failure }
                try finish(top.attribute, budget: budget)
            } catch {
                locals[top.attribute.name] = .failed(error)
            }
            active.remove(top.attribute.name)
            pending.removeLast()
        }
    }

    private static func pending(_ attribute: Attribute) -> PendingLocal {
        PendingLocal(attribute: attribute, references: attribute.expression.references)
    }

    private func finish(_ attribute: Attribute, budget: EvaluationBudget) throws(Diagnostic) {
        environmentUses.append(EnvironmentUses())
        defer { environmentUses.removeLast() }
        let value = try evaluate(attribute.expression, budget: budget)
        locals[attribute.name] = .known(
            value, environment: environmentUses[environmentUses.count - 1])
    }

    /// The local that a reference in a local needs and that is not evaluated yet.
    private func needed(
        _ reference: ReferenceNode, by attribute: Attribute
    ) throws(Diagnostic) -> Attribute? {
        let range = SourceRange(source: attribute.source, bytes: reference.range)
        switch reference.name {
        case "include", "feature", "values": return nil
        case "local": break
        default:
            let names = ["local", "include", "feature", "values"]
            throw Diagnostic(
                summary: "Not available in locals",
                detail: "Locals are evaluated first: they can refer to local, include, feature "
                    + "and values, but not to \"\(reference.name)\".",
                range: range,
                hint: NearestName.hint(for: reference.name, among: names)
                    ?? "Put text in quotes, or use this in inputs instead of locals.")
        }
        guard case .attribute(let name) = reference.steps.first?.kind else {
            throw Diagnostic(
                summary: "Unnamed local",
                detail: "Inside of locals a local must be named, as in local.name.", range: range,
                hint: "Write local. and the name of the local that is needed.")
        }
        switch locals[name] {
        case .known: return nil
        case .failed(let diagnostic): throw diagnostic
        case .waiting(let attribute): return attribute
        case nil:
            let step = reference.steps.first?.range ?? reference.range
            throw unknownLocal(name, at: SourceRange(source: attribute.source, bytes: step))
        }
    }

    private func unknownLocal(_ name: String, at range: SourceRange?) -> Diagnostic {
        Diagnostic(
            summary: "Unknown local", detail: "\(path) has no local named \"\(name)\".",
            range: range,
            hint: NearestName.hintOrList(for: name, among: locals.keys.sorted()))
    }

    private func ring(_ name: String, _ attributes: [Attribute]) -> Diagnostic {
        let start = attributes.firstIndex { $0.name == name } ?? 0
        let members = attributes[start...]
        let ring = (members.map(\.name) + [name]).joined(separator: " → ")
        let places = members.map { "\($0.name) at \($0.nameLocation)" }.joined(separator: ", ")
        return Diagnostic(
            summary: "Locals refer to each other in a ring",
            detail: "Evaluating \"\(name)\" needs \"\(name)\" itself: \(ring) (\(places)).",
            range: attributes[start].nameLocation, hint: "Give one of them a value of its own.")
    }
}
