import HCL

extension ExpressionNode {
    /// The nodes directly inside this one, in the order of the text.
    var children: [ExpressionNode] {
        switch self {
        case .literal, .reference, .splatElement: []
        case .relativeTraversal(let source, _, _): [source]
        case .index(let collection, let key, _, _): [collection, key]
        case .splat(let source, let each, _, _): [source, each]
        case .call(let call): call.arguments
        case .conditional(let condition, let first, let second, _): [condition, first, second]
        case .unary(_, let operand, _): [operand]
        case .binary(_, let left, let right): [left, right]
        case .parentheses(let inner, _): [inner]
        case .tuple(let elements, _): elements
        case .object(let items, _, _): items.flatMap { [$0.key, $0.value] }
        case .forEach(let loop):
            [loop.collection] + [loop.key, loop.value, loop.condition].compactMap(\.self)
        case .template(let parts, _): Array(parts)
        case .templateWrap(let inner, _): [inner]
        case .templateJoin(let inner): [inner]
        }
    }

    /// The node without parentheses and without an interpolation that is all of a template.
    var unwrapped: ExpressionNode {
        switch self {
        case .parentheses(let inner, _), .templateWrap(let inner, _): inner.unwrapped
        default: self
        }
    }

    /// Whether the expression passes on what another file says, without making anything of it: a
    /// call of `read_terragrunt_config` with or without steps after it, or a local that is one.
    ///
    /// `aliases` holds the names of the locals that are known to be such.
    func isTakenFromAnotherFile(aliases: Set<String>) -> Bool {
        switch unwrapped {
        case .call(let call):
            if call.name == "read_terragrunt_config" { return true }
            guard call.name == "try", let first = call.arguments.first else { return false }
            return first.isTakenFromAnotherFile(aliases: aliases)
        case .relativeTraversal(let source, _, _):
            return source.isTakenFromAnotherFile(aliases: aliases)
        case .reference(let reference):
            if reference.name == "include" { return true }
            guard reference.name == "local", let name = reference.steps.first?.name else {
                return false
            }
            return aliases.contains(name)
        default: return false
        }
    }
}

extension TerragruntScope {
    /// The locals that pass on what another file says; a change of theirs is that file's change.
    var aliases: Set<String> {
        var names: Set<String> = []
        while true {
            let more = localAttributes.filter {
                !names.contains($0.name)
                    && $0.expression.root.isTakenFromAnotherFile(aliases: names)
            }
            guard !more.isEmpty else { return names }
            names.formUnion(more.map(\.name))
        }
    }
}
