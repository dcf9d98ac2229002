import HCL

/// Where a value that is only passed on is defined: a file, and the steps into its configuration.
struct ValueOrigin: Equatable, CustomStringConvertible {
    let path: String
    var steps: [String]

    /// Path and steps in quotes, so that no two origins read the same.
    var description: String {
        ([path] + steps).map { CanonicalJSON.text(of: .string($0)) }.joined(separator: " ")
    }
}

/// What an expression passes on without making anything of it.
private enum PassedValue {
    case origin(ValueOrigin)
    case local(String, steps: [String])
}

extension TerragruntScope {
    /// How many steps may lead to a value that is passed on.
    private static let longestPassing = 100

    /// The locals that pass on what another file says, without making anything of it; found once.
    func origins(budget: EvaluationBudget) -> [String: ValueOrigin] {
        if let knownOrigins { return knownOrigins }
        var found: [String: ValueOrigin?] = [:]
        for attribute in localAttributes {
            findOrigin(ofLocal: attribute.name, among: &found, budget: budget)
        }
        let origins = found.compactMapValues(\.self)
        knownOrigins = origins
        return origins
    }

    /// Follows locals from one to the next up to one whose origin is found, and notes that of each.
    private func findOrigin(
        ofLocal name: String, among found: inout [String: ValueOrigin?], budget: EvaluationBudget
    ) {
        var links: [(name: String, steps: [String])] = []
        var active: Set<String> = []
        var next: String? = name
        var origin: ValueOrigin?
        while let name = next {
            next = nil
            if let known = found[name] {
                origin = known
            } else if let attribute = attributes[name], active.insert(name).inserted {
                switch passedValue(of: attribute.expression.root, budget: budget) {
                case .origin(let end):
                    links.append((name, []))
                    origin = end
                case .local(let other, let steps):
                    links.append((name, steps))
                    next = other
                case nil: links.append((name, []))
                }
            }
        }
        for link in links.reversed() {
            origin?.steps += link.steps
            if let steps = origin?.steps, steps.count > Self.longestPassing { origin = nil }
            found.updateValue(origin, forKey: link.name)
        }
    }

    /// What a call of `read_terragrunt_config`, an include or a local, with or without steps after
    /// it, passes on.
    ///
    /// A call with a default and `try` pass nothing on: what they fall back to is their own.
    private func passedValue(
        of root: ExpressionNode, budget: EvaluationBudget
    ) -> PassedValue? {
        var node = root.unwrapped
        var steps: [String] = []
        while case .relativeTraversal(let source, let more, _) = node {
            steps = Self.texts(of: more[...]) + steps
            node = source.unwrapped
        }
        var origin: ValueOrigin?
        switch node {
        case .call(let call)
        where call.name == "read_terragrunt_config" && call.arguments.count == 1
            && !call.expandsLast:
            origin = self.origin(ofPath: call.arguments[0], budget: budget)
        case .reference(let reference) where reference.name == "local":
            return reference.steps.first?.name.map {
                .local($0, steps: Self.texts(of: reference.steps.dropFirst()) + steps)
            }
        case .reference(let reference) where reference.name == "include":
            origin = self.origin(of: reference, budget: budget)
        default: return nil
        }
        origin?.steps += steps
        return origin.map { .origin($0) }
    }

    private func origin(ofPath node: ExpressionNode, budget: EvaluationBudget) -> ValueOrigin? {
        let expression = Expression(source: body.source, root: node)
        guard let text = (try? evaluate(expression, budget: budget))?.stringValue,
            let path = try? RepositoryPath.resolve(text, from: place.directory)
        else { return nil }
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
        let steps = isBare ? reference.steps[...] : reference.steps.dropFirst()
        return ValueOrigin(path: path, steps: Self.texts(of: steps))
    }

    private static func texts(of steps: ArraySlice<TraversalStep>) -> [String] {
        steps.map { step in
            switch step.kind {
            case .attribute(let name): name
            case .index(let key): key.stringValue ?? "[\(CanonicalJSON.text(of: key))]"
            }
        }
    }
}
