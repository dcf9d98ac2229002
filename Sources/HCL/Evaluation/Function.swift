/// A function that expressions can call.
public struct Function {
    /// A parameter and what may be given for it.
    public struct Parameter: Sendable {
        /// The name, for messages.
        public let name: String
        /// The type that arguments are converted to; `dynamic` takes everything as it is.
        public let type: ValueType
        /// Whether null is an acceptable argument.
        public let allowsNull: Bool
        /// How much of an argument may be unknown.
        public let unknowns: Unknowns

        /// How much of an argument may be unknown when the body is called.
        ///
        /// A call with more than that gives an unknown result, with the argument's reasons,
        /// without a call of the body.
        public enum Unknowns: Sendable {
            /// Nothing: the argument must be known in all its parts.
            case none
            /// Parts of a collection, but not the argument itself.
            case inside
            /// Everything: the body deals with unknown arguments itself.
            case all
        }

        /// Creates a parameter.
        public init(
            _ name: String, _ type: ValueType, allowsNull: Bool = false, unknowns: Unknowns = .none
        ) {
            self.name = name
            self.type = type
            self.allowsNull = allowsNull
            self.unknowns = unknowns
        }
    }

    /// How the function computes its result.
    public enum Implementation {
        /// From evaluated arguments.
        case eager((Call) throws(Diagnostic) -> Value)
        /// From arguments that it evaluates itself, as `try` and `can` do; parameters are ignored.
        case lazy((LazyCall) throws(Diagnostic) -> Value)
    }

    /// The name.
    public let name: String
    /// The parameters that every call must give.
    public let parameters: [Parameter]
    /// The parameter for all further arguments, if there may be any.
    public let variadic: Parameter?
    /// The type of the result when it is known beforehand; used for unknown results.
    public let resultType: ValueType
    /// How the result is computed.
    public let implementation: Implementation

    /// Creates a function of evaluated arguments.
    public init(
        _ name: String, _ parameters: [Parameter], variadic: Parameter? = nil,
        result: ValueType = .dynamic, body: @escaping (Call) throws(Diagnostic) -> Value
    ) {
        self.init(
            name: name, parameters: parameters, variadic: variadic, resultType: result,
            implementation: .eager(body))
    }

    /// Creates a function from all its parts.
    public init(
        name: String, parameters: [Parameter], variadic: Parameter?, resultType: ValueType,
        implementation: Implementation
    ) {
        self.name = name
        self.parameters = parameters
        self.variadic = variadic
        self.resultType = resultType
        self.implementation = implementation
    }
}
