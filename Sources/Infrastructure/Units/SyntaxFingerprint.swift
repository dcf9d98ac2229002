import HCL

/// A hash of what a file says, whatever its comments, its formatting and its positions are.
enum SyntaxFingerprint {
    /// The hash of a file's syntax tree, with a mark of its kind.
    static func text(of body: Body) -> String {
        var writer = SyntaxWriter()
        writer.write(body)
        return "syntax:" + ContentHash.hexadecimal(of: writer.bytes)
    }

    /// The hash of what a file says outside of its blocks of one type; nothing if that is nothing.
    static func text(of body: Body, withoutBlocks type: String) -> String? {
        guard !body.attributes.isEmpty || body.blocks.contains(where: { $0.type != type })
        else { return nil }
        var writer = SyntaxWriter()
        writer.write(body, withoutBlocks: type)
        return "syntax:" + ContentHash.hexadecimal(of: writer.bytes)
    }

    /// The hash of one expression, in which locals that only pass on what another file says count
    /// by what they pass on and not by their names.
    static func text(of expression: Expression, origins: [String: ValueOrigin]) -> String {
        var writer = SyntaxWriter(origins: origins)
        writer.write(expression.root)
        return "syntax:" + ContentHash.hexadecimal(of: writer.bytes)
    }
}

/// Writes a syntax tree as bytes in which every node and every text is delimited.
private struct SyntaxWriter {
    var origins: [String: ValueOrigin] = [:]
    private(set) var bytes: [UInt8] = []

    mutating func write(_ body: Body, withoutBlocks type: String? = nil) {
        let blocks = body.blocks.filter { $0.type != type }
        open("body", count: body.attributes.count + blocks.count)
        for attribute in body.attributes {
            write(attribute.name)
            write(attribute.expression.root)
        }
        for block in blocks {
            open(block.type, count: block.labels.count)
            for label in block.labels { write(label) }
            write(block.body)
        }
    }

    private mutating func write(_ text: String) {
        bytes += "\(text.utf8.count):".utf8
        bytes += text.utf8
    }

    private mutating func open(_ kind: String, count: Int) {
        write(kind)
        bytes += "(\(count)".utf8
    }

    /// Writes a node and all that is in it, each node before its parts.
    ///
    /// Not by recursion: how high a tree may be must not depend on the stack of the thread.
    mutating func write(_ root: ExpressionNode) {
        var pending = [root]
        while let node = pending.popLast() {
            let children = node.children
            open(Self.kind(of: node), count: children.count)
            writeParts(of: node)
            pending += children.reversed()
        }
    }

    private mutating func writeParts(of node: ExpressionNode) {
        switch node {
        case .literal(let value, _): write(CanonicalJSON.text(of: value))
        case .reference(let reference):
            write(reference)
        case .relativeTraversal(_, let steps, _): write(steps)
        case .call(let call):
            write(call.name)
            write(call.expandsLast ? "..." : "")
        case .unary(let sign, _, _): write(sign.rawValue)
        case .binary(let sign, _, _): write(sign.rawValue)
        case .forEach(let loop):
            write(loop.keyVariable ?? "")
            write(loop.valueVariable)
            write("\(loop.key != nil) \(loop.condition != nil) \(loop.groups)")
        case .index, .splat, .splatElement, .conditional, .parentheses, .tuple, .object, .template,
            .templateWrap, .templateJoin:
            break
        }
    }

    private mutating func write(_ reference: ReferenceNode) {
        write(reference.name)
        if reference.name == "local", let name = reference.steps.first?.name,
            let origin = origins[name]
        {
            write(origin.description)
            return write(Array(reference.steps.dropFirst()))
        }
        write(reference.steps)
    }

    private mutating func write(_ steps: [TraversalStep]) {
        for step in steps {
            switch step.kind {
            case .attribute(let name): write("." + name)
            case .index(let value): write("[" + CanonicalJSON.text(of: value))
            }
        }
    }

    private static func kind(of node: ExpressionNode) -> String {
        switch node {
        case .literal: "literal"
        case .reference: "reference"
        case .relativeTraversal: "traversal"
        case .index: "index"
        case .splat: "splat"
        case .splatElement: "element"
        case .call: "call"
        case .conditional: "conditional"
        case .unary: "unary"
        case .binary: "binary"
        case .parentheses: "parentheses"
        case .tuple: "tuple"
        case .object: "object"
        case .forEach: "for"
        case .template: "template"
        case .templateWrap: "wrap"
        case .templateJoin: "join"
        }
    }
}
