/// The functions of Terraform 0.15.3, the table that Terragrunt offers, and its three tests on text.
///
/// Functions that depend on files, time or chance give unknown values with a reason; a caller that
/// can read files offers its own functions under those names.
public enum StandardFunctions {
    /// The names of all standard functions, ascending.
    public static let names: [String] = (table.keys + lazyNames).sorted()

    /// The standard function with a name.
    public static func function(named name: String) -> Function? {
        if let function = table[name] { return function.function }
        switch name {
        case "try": return LazyFunctions.attempt
        case "can": return LazyFunctions.can
        default: return nil
        }
    }

    private static let lazyNames = ["can", "try"]

    private static let table: [String: StandardFunction] = {
        let all =
            NumberFunctions.all + TextFunctions.all + TextTests.all + CollectionFunctions.all
            + ListFunctions.all + MapFunctions.all + SetFunctions.all + ConversionFunctions.all
            + EncodingFunctions.all + FormatFunctions.all + PatternFunctions.all
            + TimeFunctions.all + NetworkFunctions.all + DoubleFunctions.all + UUIDFunctions.all
            + CSVFunctions.all + CharacterSetFunctions.all + YAMLFunctions.all
            + UnknowableFunctions.all
        return Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
    }()
}

/// A standard function: like `Function`, but without state, so that the table can be shared.
struct StandardFunction: Sendable {
    typealias Body = @Sendable (Call) throws(Diagnostic) -> Value
    /// Works out the type of the result from arguments that may be unknown, and refuses those
    /// whose types do not suit, so that such errors are found before anything is known.
    typealias Typing = @Sendable (Call) throws(Diagnostic) -> ValueType

    let name: String
    let parameters: [Function.Parameter]
    let variadic: Function.Parameter?
    let result: ValueType
    let typing: Typing?
    let body: Body
    /// The parameters of a function that works out types, for which everything may be unknown.
    private let openParameters: [Function.Parameter]
    private let openVariadic: Function.Parameter?

    init(
        _ name: String, _ parameters: [Function.Parameter],
        variadic: Function.Parameter? = nil, result: ValueType = .dynamic,
        typing: Typing? = nil, _ body: @escaping Body
    ) {
        self.name = name
        self.parameters = parameters
        self.variadic = variadic
        self.result = result
        self.typing = typing
        self.body = body
        openParameters = parameters.map(\.withUnknowns)
        openVariadic = variadic?.withUnknowns
    }

    var function: Function {
        guard let typing else {
            return Function(name, parameters, variadic: variadic, result: result, body: body)
        }
        return Function(
            name, openParameters, variadic: openVariadic, result: result
        ) { call throws(Diagnostic) in
            let type = try type(of: call, by: typing)
            if let reasons = unknownReasons(call) {
                return .unknown(Unknown(type: type, reasons: reasons))
            }
            return try body(call)
        }
    }

    /// The type of the result; it is not known while the type of an argument is not, unless
    /// that may be anything.
    private func type(of call: Call, by typing: Typing) throws(Diagnostic) -> ValueType {
        for (index, value) in call.arguments.enumerated() where value.hasNoType {
            if parameter(at: index)?.unknowns != .all { return .dynamic }
        }
        return try typing(call)
    }

    private func parameter(at index: Int) -> Function.Parameter? {
        index < parameters.count ? parameters[index] : variadic
    }

    /// The reasons when more is unknown than the body can work with.
    private func unknownReasons(_ call: Call) -> [UnknownReason]? {
        var reasons: [UnknownReason]?
        for (index, value) in call.arguments.enumerated() {
            let isKnown =
                switch parameter(at: index)?.unknowns ?? .none {
                case .none: value.isWhollyKnown
                case .inside: !value.isUnknown
                case .all: true
                }
            if !isKnown { reasons.note(value.unknownReasons) }
        }
        return reasons
    }
}

extension Function.Parameter {
    static func text(_ name: String) -> Self { Self(name, .string) }
    static func number(_ name: String) -> Self { Self(name, .number) }
    static func list(_ name: String, of element: ValueType = .dynamic) -> Self {
        Self(name, .list(element))
    }
    /// Any value that is known at least from outside.
    static func any(_ name: String) -> Self { Self(name, .dynamic, unknowns: .inside) }

    fileprivate var withUnknowns: Self {
        Self(name, type, allowsNull: allowsNull, unknowns: .all)
    }
}

extension Call {
    /// The text of an argument whose parameter is text.
    func text(_ index: Int) -> String { arguments[index].stringValue ?? "" }
    /// The number of an argument whose parameter is a number.
    func number(_ index: Int) -> Number { arguments[index].numberValue ?? .zero }

    /// The number of an argument, which must be whole.
    func integer(_ index: Int) throws(Diagnostic) -> Int {
        guard let integer = number(index).integer else {
            throw failure(argument: index, "a whole number is required")
        }
        return integer
    }

    /// The number of an argument, which must be whole or the call fails altogether.
    func wholeNumber(_ index: Int) throws(Diagnostic) -> Int {
        guard let integer = number(index).integer else {
            throw failure("a whole number is required")
        }
        return integer
    }

    /// The elements of an argument that must be a list, a set or a tuple.
    func elements(_ index: Int) throws(Diagnostic) -> [Value] {
        guard let elements = arguments[index].elements else {
            throw failure("a list, a set or a tuple is required")
        }
        return elements.elements
    }

    /// The elements of an argument that must be a map or an object.
    func attributes(_ index: Int) throws(Diagnostic) -> ValueMap {
        guard let attributes = arguments[index].attributes else {
            throw failure("a map or an object is required")
        }
        return attributes
    }

    /// Converts an argument or makes an error of the failure.
    func converted(_ index: Int, to type: ValueType) throws(Diagnostic) -> Value {
        do {
            return try arguments[index].converted(to: type)
        } catch {
            throw failure(argument: index, error.description)
        }
    }

    /// Text as a result, charged for.
    func result(_ text: String) throws(Diagnostic) -> Value {
        try charge(text.utf8.count)
        return .text(text)
    }
}
