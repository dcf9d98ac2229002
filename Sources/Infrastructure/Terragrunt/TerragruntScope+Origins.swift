import HCL

/// Where a value that is only passed on is defined: a file, and the steps into its configuration.
struct ValueOrigin: Equatable, CustomStringConvertible {
    let path: String
    var steps: [String]

    var description: String { ([path] + steps).joined(separator: " ") }
}

extension TerragruntScope {
    /// How many locals may pass a value on to one another.
    private static let longestPassing = 100

    /// The locals that pass on what another file says, without making anything of it; a change of
    /// theirs is that file's change.
    func origins(budget: EvaluationBudget) -> [String: ValueOrigin] {
        var origins: [String: ValueOrigin] = [:]
        for attribute in localAttributes {
            origins[attribute.name] = origin(of: attribute.expression.root, budget: budget)
        }
        return origins
    }

    /// The origin of a call of `read_terragrunt_config` or an include, with or without steps after
    /// it, or of a local that is one.
    private func origin(
        of node: ExpressionNode, budget: EvaluationBudget, depth: Int = 0
    ) -> ValueOrigin? {
        guard depth < Self.longestPassing else { return nil }
        switch node.unwrapped {
        case .call(let call) where call.name == "try":
            return call.arguments.first.flatMap { origin(of: $0, budget: budget, depth: depth) }
        case .call(let call) where call.name == "read_terragrunt_config":
            return call.arguments.first.flatMap { origin(ofPath: $0, budget: budget) }
        case .relativeTraversal(let source, let steps, _):
            return origin(of: source, budget: budget, depth: depth)?.followed(by: steps[...])
        case .reference(let reference) where reference.name == "local":
            guard let name = reference.steps.first?.name,
                let attribute = localAttributes.first(where: { $0.name == name })
            else { return nil }
            return origin(of: attribute.expression.root, budget: budget, depth: depth + 1)?
                .followed(by: reference.steps.dropFirst())
        case .reference(let reference) where reference.name == "include":
            return origin(of: reference, budget: budget)
        default: return nil
        }
    }

    private func origin(ofPath node: ExpressionNode, budget: EvaluationBudget) -> ValueOrigin? {
        let expression = Expression(source: body.source, root: node)
        guard let text = (try? evaluate(expression, budget: budget))?.stringValue,
            let path = try? RepositoryPath.resolve(text, from: place.directory)
        else { return ValueOrigin(path: "", steps: []) }
        let isDirectory = (try? loader.isDirectory(path)) ?? false
        return ValueOrigin(
            path: isDirectory ? RepositoryPath.join(path, "terragrunt.hcl") : path, steps: [])
    }

    private func origin(of reference: ReferenceNode, budget: EvaluationBudget) -> ValueOrigin? {
        guard let includes = try? includes() else { return nil }
        let isBare = includes.count == 1 && includes[0].label.isEmpty
        let label = isBare ? "" : reference.steps.first?.name
        guard let include = includes.first(where: { $0.label == label }),
            let path = try? settings(of: include, budget: budget).path
        else { return nil }
        return ValueOrigin(path: path, steps: [])
            .followed(by: isBare ? reference.steps[...] : reference.steps.dropFirst())
    }
}

extension ValueOrigin {
    fileprivate func followed(by more: ArraySlice<TraversalStep>) -> ValueOrigin {
        ValueOrigin(path: path, steps: steps + more.map { $0.name ?? "[]" })
    }
}
