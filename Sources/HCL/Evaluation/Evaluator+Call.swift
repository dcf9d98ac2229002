extension Evaluator {
    func call(_ node: CallNode, _ scope: Scope?) throws(Diagnostic) -> Value {
        guard let function = environment.function(named: node.name) else {
            throw failure(
                "Call to unknown function", "There is no function \"\(node.name)\".",
                at: node.nameRange,
                hint: NearestName.hint(for: node.name, among: environment.functionNames))
        }
        var expanded: [Value] = []
        if node.expandsLast, let last = node.arguments.last {
            switch try evaluate(last, scope) {
            case .unknown(let unknown): return .unknown(unknown.retyped(.dynamic))
            case let given:
                guard let elements = given.elements else { throw notExpandable(given, last) }
                expanded = elements.elements
            }
        }
        let arguments = CallArguments(
            nodes: node.expandsLast ? node.arguments.dropLast() : node.arguments[...],
            expanded: expanded, expandedRange: node.arguments.last?.range ?? node.range)
        switch function.implementation {
        case .eager(let body):
            return try eagerCall(node, function, arguments, scope, body)
        case .lazy(let body):
            let call = LazyCall(
                name: node.name, count: arguments.count, range: location(node.range),
                nameRange: location(node.nameRange.union(node.openRange)),
                argumentRange: { location(arguments.range(of: $0)) }, budget: budget,
                evaluate: { index throws(Diagnostic) in
                    try value(of: arguments, at: index, scope)
                })
            let result = Result { () throws(Diagnostic) in try body(call) }
            if let failure = budget.failure { throw failure }
            return try result.get()
        }
    }

    private func notExpandable(_ value: Value, _ node: ExpressionNode) -> Diagnostic {
        let detail =
            value.isNull
            ? "The value before ... is null." : "Only a list, a set or a tuple can be expanded."
        return failure("Invalid expanding argument value", detail, at: node.range)
    }

    private func value(
        of arguments: CallArguments, at index: Int, _ scope: Scope?
    ) throws(Diagnostic) -> Value {
        if let node = arguments.node(at: index) { return try evaluate(node, scope) }
        return arguments.expanded[index - arguments.nodes.count]
    }

    private func eagerCall(
        _ node: CallNode, _ function: Function, _ arguments: CallArguments, _ scope: Scope?,
        _ body: (Call) throws(Diagnostic) -> Value
    ) throws(Diagnostic) -> Value {
        try checkCount(node, function, arguments)
        var values: [Value] = []
        values.reserveCapacity(arguments.count)
        for index in 0..<arguments.count {
            let parameter = function.parameter(at: index)
            let value = try value(of: arguments, at: index, scope)
            try budget.charge(walkThrough: value, at: location(node.range))
            do {
                values.append(try value.converted(to: parameter.type))
            } catch {
                throw invalid(arguments.range(of: index), parameter, error.description)
            }
        }
        if let reasons = try unknownReasons(values, arguments, function) {
            return .unknown(Unknown(type: function.resultType, reasons: reasons))
        }
        let call = Call(
            name: node.name, arguments: values,
            argumentRanges: values.indices.map { location(arguments.range(of: $0)) },
            range: location(node.range),
            nameRange: location(node.nameRange.union(node.openRange)), budget: budget)
        let result = try body(call)
        try budget.check(result, at: location(node.range))
        return result
    }

    /// Refuses nulls; returns the reasons when more is unknown than the function can work with.
    private func unknownReasons(
        _ values: [Value], _ arguments: CallArguments, _ function: Function
    ) throws(Diagnostic) -> [UnknownReason]? {
        var reasons: [UnknownReason]?
        for (index, value) in values.enumerated() {
            let parameter = function.parameter(at: index)
            if value.isNull && !parameter.allowsNull {
                throw invalid(arguments.range(of: index), parameter, "it must not be null")
            }
            let isKnown =
                switch parameter.unknowns {
                case .none: value.isWhollyKnown
                case .inside: !value.isUnknown
                case .all: true
                }
            if !isKnown { reasons = (reasons ?? []) + value.unknownReasons }
        }
        return reasons
    }

    private func invalid(
        _ range: ByteRange, _ parameter: Function.Parameter, _ message: String
    ) -> Diagnostic {
        failure(
            "Invalid function argument", "The argument for \"\(parameter.name)\": \(message).",
            at: range)
    }

    private func checkCount(
        _ node: CallNode, _ function: Function, _ arguments: CallArguments
    ) throws(Diagnostic) {
        let least = function.parameters.count
        if arguments.count < least {
            let missing = function.parameters[arguments.count].name
            let atLeast = function.variadic == nil ? "" : "at least "
            throw failure(
                "Not enough function arguments",
                "\"\(node.name)\" takes \(atLeast)\(least); \"\(missing)\" is missing.",
                at: node.closeRange)
        }
        if arguments.count > least && function.variadic == nil {
            throw failure(
                "Too many function arguments", "\"\(node.name)\" takes only \(least).",
                at: arguments.range(of: least))
        }
    }
}

/// The arguments of a call: some written, some from an expanded last one.
private struct CallArguments {
    let nodes: ArraySlice<ExpressionNode>
    let expanded: [Value]
    let expandedRange: ByteRange

    var count: Int { nodes.count + expanded.count }

    func node(at index: Int) -> ExpressionNode? {
        index < nodes.count ? nodes[nodes.startIndex + index] : nil
    }

    /// Where an error about an argument is shown: at the beginning of it.
    func range(of index: Int) -> ByteRange {
        node(at: index)?.startRange ?? expandedRange
    }
}

extension Function {
    fileprivate func parameter(at index: Int) -> Parameter {
        index < parameters.count ? parameters[index] : variadic ?? Parameter("argument", .dynamic)
    }
}
