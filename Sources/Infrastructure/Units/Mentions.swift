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
    private mutating func add(_ node: ExpressionNode, isDefinition: Bool) {
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
            addInside(source)
            return
        case .call(let call) where call.name == "read_terragrunt_config" && !isDefinition:
            handedOn.insert("locals")
        case .object(let items, _, _):
            for item in items {
                if item.literalKey == nil { add(item.key, isDefinition: false) }
                add(item.value, isDefinition: false)
            }
            return
        default: break
        }
        for child in node.children {
            add(child, isDefinition: isDefinition && node.isWrapper)
        }
    }

    /// The source of a traversal: a file that is read there is not handed on as a whole.
    private mutating func addInside(_ node: ExpressionNode) {
        guard case .call(let call) = node.unwrapped else {
            return add(node, isDefinition: false)
        }
        for argument in call.arguments { add(argument, isDefinition: false) }
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
