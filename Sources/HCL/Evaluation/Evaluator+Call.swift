extension Evaluator {
    func call(_ node: CallNode, _ scope: Scope?) throws(Diagnostic) -> Value {
        guard let function = environment.function(named: node.name) else {
            throw unknownFunction(node)
        }
        var expanded: [Value] = []
        if node.expandsLast, let last = node.arguments.last {
            switch try evaluate(last, scope) {
            case .unknown(let unknown):
                let result = Value.unknown(unknown.retyped(.dynamic))
                try lookAt(callOf: node, function, last: result, scope)
                return result
            case let given:
                guard let elements = given.elements else { throw notExpandable(given, last) }
                expanded = elements.elements
            }
        }
        return try call(
            node, function, CallArguments(call: node, expanded: expanded), scope)
    }

    /// Calls with unknown values for what an unknown list may give, for the sake of what that
    /// asks of the environment.
    private func lookAt(
        callOf node: CallNode, _ function: Function, last: Value, _ scope: Scope?
    ) throws(Diagnostic) {
        let missing = max(function.parameters.count - node.writtenCount, 0)
        let arguments = CallArguments(
            call: node, expanded: Array(repeating: last, count: missing))
        try look { () throws(Diagnostic) in try call(node, function, arguments, scope) }
    }

    private func call(
        _ node: CallNode, _ function: Function, _ arguments: CallArguments, _ scope: Scope?
    ) throws(Diagnostic) -> Value {
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
            budget.attempts += 1
            defer { budget.attempts -= 1 }
            let result = Result { () throws(Diagnostic) in try body(call) }
            if let failure = budget.failure { throw failure }
            return try result.get()
        }
    }

    private func unknownFunction(_ node: CallNode) -> Diagnostic {
        let (name, names) = (node.name, environment.functionNames)
        return Diagnostic(
            summary: "Call to unknown function",
            detail: "There is no function \"\(SafeText.name(name))\".",
            range: location(node.nameRange),
            hint: .lazy {
                ForeignNames.hint(forFunction: name) ?? NearestName.hint(for: name, among: names)
                    ?? "Only built-in functions can be called, and none has a name like this."
            })
    }

    private func notExpandable(_ value: Value, _ node: ExpressionNode) -> Diagnostic {
        let detail =
            value.isNull
            ? "The value before ... is null, and only a list, a set or a tuple can be expanded."
            : "The value before ... is of type \(value.type.friendlyName), and only a list, a set "
                + "or a tuple can be expanded."
        return failure(
            "Invalid expanding argument value", detail, at: node.range,
            hint: "Remove the ..., or put the value into [ ].")
    }

    private func value(
        of arguments: CallArguments, at index: Int, _ scope: Scope?
    ) throws(Diagnostic) -> Value {
        if let node = arguments.node(at: index) { return try evaluate(node, scope) }
        return arguments.expanded[index - arguments.call.writtenCount]
    }

    private func eagerCall(
        _ node: CallNode, _ function: Function, _ arguments: CallArguments, _ scope: Scope?,
        _ body: (Call) throws(Diagnostic) -> Value
    ) throws(Diagnostic) -> Value {
        try checkCount(node, function, arguments)
        var values: [Value] = []
        values.reserveCapacity(arguments.count)
        var failures = Failures()
        for index in 0..<arguments.count {
            do {
                values.append(try argument(index, of: arguments, function, node, scope))
            } catch {
                try failures.add(error, budget)
            }
        }
        try failures.check()
        if let reasons = try unknownReasons(values, arguments, function) {
            return .unknown(Unknown(type: function.resultType, reasons: reasons))
        }
        let call = Call(node, in: source, arguments: values, budget: budget)
        let result: Value
        do {
            result = try body(call)
        } catch {
            throw explained(error, function)
        }
        try budget.check(result, at: location(node.range))
        return result
    }

    private func argument(
        _ index: Int, of arguments: CallArguments, _ function: Function, _ node: CallNode,
        _ scope: Scope?
    ) throws(Diagnostic) -> Value {
        let parameter = function.parameter(at: index)
        let value = try value(of: arguments, at: index, scope)
        try budget.charge(walkThrough: value, at: location(node.range))
        do throws(ConversionFailure) {
            return try value.converted(to: parameter.type)
        } catch {
            throw invalid(arguments.range(of: index), parameter, error.description, function)
        }
    }

    /// Refuses nulls; returns the reasons when more is unknown than the function can work with.
    private func unknownReasons(
        _ values: [Value], _ arguments: CallArguments, _ function: Function
    ) throws(Diagnostic) -> [UnknownReason]? {
        var reasons: [UnknownReason]?
        for (index, value) in values.enumerated() {
            let parameter = function.parameter(at: index)
            if value.isNull && !parameter.allowsNull {
                throw invalid(
                    arguments.range(of: index), parameter, "it must not be null", function)
            }
            let isKnown =
                switch parameter.unknowns {
                case .none: value.isWhollyKnown
                case .inside: !value.isUnknown
                case .all: true
                }
            if !isKnown { reasons.note(value.unknownReasons) }
        }
        return reasons
    }

    private func invalid(
        _ range: ByteRange, _ parameter: Function.Parameter, _ message: String,
        _ function: Function
    ) -> Diagnostic {
        failure(
            "Invalid function argument",
            "The argument for \"\(parameter.name)\" does not fit: \(message).", at: range,
            hint: function.usage)
    }

    /// The error of a body, with the way to use the function unless it has a better hint.
    private func explained(_ error: Diagnostic, _ function: Function) -> Diagnostic {
        let isOwn =
            error.summary == "Error in function call"
            || error.summary == "Invalid function argument"
        return isOwn ? error.suggesting(function.usage) : error
    }

    private func count(_ number: Int) -> String {
        number == 1 ? "1 argument" : "\(number) arguments"
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
                "\"\(node.name)\" takes \(atLeast)\(count(least)), but \"\(missing)\" is missing.",
                at: node.closeRange, hint: function.usage)
        }
        if arguments.count > least && function.variadic == nil {
            throw failure(
                "Too many function arguments",
                "\"\(node.name)\" takes only \(count(least)), but there are \(arguments.count).",
                at: arguments.range(of: least), hint: function.usage)
        }
    }
}

/// The arguments of a call: some written, some from an expanded last one.
private struct CallArguments {
    let call: CallNode
    let expanded: [Value]

    var count: Int { call.writtenCount + expanded.count }

    func node(at index: Int) -> ExpressionNode? {
        index < call.writtenCount ? call.arguments[index] : nil
    }

    func range(of index: Int) -> ByteRange { call.startRange(ofArgument: index) }
}

extension CallNode {
    /// The number of arguments that stand for themselves: all but one that is expanded.
    fileprivate var writtenCount: Int { expandsLast ? arguments.count - 1 : arguments.count }

    /// Where an error about an argument is shown: at the beginning of it, but all of one that is
    /// expanded.
    func startRange(ofArgument index: Int) -> ByteRange {
        index < writtenCount ? arguments[index].startRange : arguments.last?.range ?? range
    }
}

extension Function {
    /// How the function is called, as a hint.
    fileprivate var usage: String {
        let names = parameters.map(\.name) + (variadic.map { ["\($0.name)..."] } ?? [])
        return "It is used as \(name)(\(names.joined(separator: ", ")))."
    }

    fileprivate func parameter(at index: Int) -> Parameter {
        index < parameters.count ? parameters[index] : variadic ?? Parameter("argument", .dynamic)
    }
}
