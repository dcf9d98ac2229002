import HCL

/// Which names the expressions of a file ask for, wherever they may come from.
///
/// This is deliberately coarse: a name that is mentioned anywhere counts as used, so that a value
/// is called unused only when no expression can reach it by name.
struct Mentions {
    /// Attribute steps, constant keys and whole texts.
    private(set) var names: Set<String> = []

    /// Last steps of traversals that are handed on as they are, so that whoever gets the value can
    /// take anything from it.
    private(set) var handedOn: Set<String> = []

    /// Locals that are given what another local, an include or a file says, with the last step of
    /// the way there; that is empty when all of it is taken.
    private(set) var aliases: [String: String] = [:]

    init(in body: Body) {
        add(body, isLocals: false)
    }

    private mutating func add(_ body: Body, isLocals: Bool) {
        for attribute in body.attributes {
            let root = attribute.expression.root
            let lastStep = isLocals ? Self.lastStep(of: root) : nil
            if let lastStep { aliases[attribute.name] = lastStep }
            add(root, isDefinition: lastStep != nil)
        }
        for block in body.blocks { add(block.body, isLocals: block.type == "locals") }
    }

    /// The last step of constant steps on a local, an include or a file that is read; nothing for
    /// any other expression.
    private static func lastStep(of node: ExpressionNode) -> String? {
        switch node.unwrapped {
        case .reference(let reference) where reference.name == "include":
            reference.steps.count > 1 ? reference.steps.last?.name : ""
        case .reference(let reference) where reference.name == "local":
            reference.steps.last.map(\.name) ?? ""
        case .relativeTraversal(let source, let steps, _):
            lastStep(of: source) == nil ? nil : steps.last?.name
        case .call(let call): call.name == "read_terragrunt_config" ? "" : nil
        default: nil
        }
    }

    /// Adds what an expression mentions; a definition is a local that passes a value on under its
    /// own name, which is no use of it yet.
    ///
    /// Not by recursion: how high a tree may be must not depend on the stack of the thread.
    private mutating func add(_ root: ExpressionNode, isDefinition: Bool) {
        var pending = [(node: root, isDefinition: isDefinition)]
        while let (node, isDefinition) = pending.popLast() {
            pending += add(one: node, isDefinition: isDefinition)
        }
    }

    /// Adds what a node itself mentions, and returns the parts that are still to be looked at.
    private mutating func add(
        one node: ExpressionNode, isDefinition: Bool
    ) -> [(node: ExpressionNode, isDefinition: Bool)] {
        switch node {
        case .literal(let value, _):
            guard let text = value.stringValue else { break }
            names.insert(text)
            // A longer text may be a script or a template of another language.
            if text.contains(where: \.isWhitespace) { names.formUnion(Words.all(in: text.utf8)) }
        case .reference(let reference):
            names.insert(reference.name)
            add(reference.steps, isDefinition: isDefinition, root: reference.name)
        case .relativeTraversal(let source, let steps, _):
            add(steps, isDefinition: isDefinition, root: "")
            // A file that is read there is not handed on as a whole.
            guard case .call(let call) = source.unwrapped else { return [(source, false)] }
            return call.arguments.map { ($0, false) }
        case .call(let call) where call.name == "read_terragrunt_config" && !isDefinition:
            handedOn.insert("locals")
        case .object(let items, _, _):
            return items.flatMap { item in
                (item.literalKey == nil ? [(item.key, false)] : []) + [(item.value, false)]
            }
        default: break
        }
        return node.children.map { ($0, isDefinition && node.isWrapper) }
    }

    private mutating func add(_ steps: [TraversalStep], isDefinition: Bool, root: String) {
        let written = steps.compactMap(\.name)
        names.formUnion(written)
        guard !isDefinition else { return }
        if let last = written.last { handedOn.insert(last) }
        // All locals, or all that an included file shows.
        if root == "local" && written.isEmpty || root == "include" && written.count < 2 {
            handedOn.insert("locals")
        }
    }
}

extension ExpressionNode {
    /// Whether the node only encloses another.
    fileprivate var isWrapper: Bool {
        switch self {
        case .parentheses, .templateWrap: true
        default: false
        }
    }
}
