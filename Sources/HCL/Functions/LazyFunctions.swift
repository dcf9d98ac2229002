/// The two functions that look at whether their arguments can be evaluated.
enum LazyFunctions {
    /// The first argument that has no error.
    ///
    /// If that is not wholly known, neither is the result: what is unknown now may turn out to be
    /// an error.
    static var attempt: Function {
        Function(
            name: "try", parameters: [], variadic: nil, resultType: .dynamic,
            implementation: .lazy { call throws(Diagnostic) in
                guard call.count > 0 else {
                    throw Diagnostic(
                        summary: "Error in function call",
                        detail: "Call to function \"try\" failed: an argument is required.",
                        range: call.nameRange, hint: "It is used as try(VALUE, OTHER...).")
                }
                var failures: [Diagnostic] = []
                for index in 0..<call.count {
                    do throws(Diagnostic) {
                        let value = try unknownUnlessWhollyKnown(
                            call.evaluate(index), call, type: .dynamic)
                        // Any later argument may turn out to be the result.
                        if value.isUnknown {
                            for later in index + 1..<call.count { _ = try? call.evaluate(later) }
                        }
                        return value
                    } catch {
                        failures.append(error)
                    }
                }
                throw Diagnostic(
                    summary: "Error in function call",
                    detail: "No argument of \"try\" can be evaluated:\n  "
                        + failures.map(\.description).joined(separator: "\n  "),
                    range: call.nameRange, hint: "Add a last argument that cannot fail.")
            })
    }

    /// Whether the argument has no error.
    static var can: Function {
        Function(
            name: "can", parameters: [], variadic: nil, resultType: .bool,
            implementation: .lazy { call throws(Diagnostic) in
                guard call.count == 1 else { throw wrongCount(call) }
                guard let value = try? call.evaluate(0) else { return .bool(false) }
                let known = try unknownUnlessWhollyKnown(value, call, type: .bool)
                return known.isUnknown ? known : .bool(true)
            })
    }

    private static func wrongCount(_ call: LazyCall) -> Diagnostic {
        let end = call.range.bytes.end
        let closing = SourceRange(source: call.range.source, bytes: ByteRange(end - 1, end))
        return Diagnostic(
            summary: call.count == 0
                ? "Not enough function arguments" : "Too many function arguments",
            detail: "\"\(call.name)\" takes 1 argument, but there are \(call.count).",
            range: call.count == 0 ? closing : call.argumentRange(1),
            hint: "It is used as \(call.name)(VALUE).")
    }

    private static func unknownUnlessWhollyKnown(
        _ value: Value, _ call: LazyCall, type: ValueType
    ) throws(Diagnostic) -> Value {
        try call.budget.charge(walkThrough: value, at: call.range)
        if value.isWhollyKnown { return value }
        return .unknown(Unknown(type: type, reasons: value.unknownReasons))
    }
}
