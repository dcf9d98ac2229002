import HCL

/// What is timed: the same work that the program for the reference implementation does.
struct Workload {
    let source: SourceFile

    func parse() throws -> Body {
        try Body.parse(source)
    }

    /// Parses and computes the locals, block after block; each block sees the values of those
    /// before.
    func evaluate() throws -> ValueMap {
        var locals: [(key: String, value: Value)] = []
        for block in try parse().blocks where block.type == "locals" {
            let environment = StandardEnvironment(variables: ["local": .object(ValueMap(locals))])
            for attribute in block.body.attributes {
                let value = try attribute.expression.evaluate(in: environment)
                locals.append((attribute.name, value))
            }
        }
        return ValueMap(locals)
    }
}
