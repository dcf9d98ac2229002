/// What an expression can see: variables and functions.
///
/// A caller implements this to give meaning to names. Variables are asked for when they are
/// needed, with the steps that follow them, so that one attribute of a namespace such as `local`
/// can be computed without the others.
public protocol EvaluationEnvironment: AnyObject {
    /// The value of a variable and of as many of its steps as the environment cares to take.
    ///
    /// Returns nothing for a name that does not exist; the evaluator then makes the error.
    func resolve(_ reference: Reference) throws(Diagnostic) -> ResolvedReference?
    /// The function with a name.
    func function(named name: String) -> Function?
    /// All variable names, for suggestions.
    var variableNames: [String] { get }
    /// All function names, for suggestions.
    var functionNames: [String] { get }
}

/// A use of a variable in an expression.
public struct Reference {
    let node: ReferenceNode
    let source: SourceFile
    /// The work that is left; evaluation on behalf of this reference must use it too.
    public let budget: EvaluationBudget

    /// The name of the variable.
    public var name: String { node.name }
    /// The constant steps after the name.
    public var steps: [TraversalStep] { node.steps }
    /// The place of the name and the steps.
    public var range: SourceRange { SourceRange(source: source, bytes: node.range) }
    /// The place of the name alone.
    public var nameRange: SourceRange { SourceRange(source: source, bytes: node.nameRange) }

    /// The place of one step.
    public func range(of step: TraversalStep) -> SourceRange {
        SourceRange(source: source, bytes: step.range)
    }
}

/// The answer to a reference.
public struct ResolvedReference {
    /// The value after the steps that were taken.
    public let value: Value
    /// How many steps were taken; the evaluator takes the others.
    public let consumedSteps: Int

    /// Creates an answer.
    public init(_ value: Value, consumedSteps: Int = 0) {
        self.value = value
        self.consumedSteps = consumedSteps
    }
}

/// Variables in a dictionary and the standard functions: enough to evaluate a lone expression.
public final class StandardEnvironment: EvaluationEnvironment {
    private let variables: ValueMap

    /// Creates an environment with the given variables.
    public init(variables: ValueMap = [:]) {
        self.variables = variables
    }

    /// The variable of that name, without any steps.
    public func resolve(_ reference: Reference) throws(Diagnostic) -> ResolvedReference? {
        variables[reference.name].map { ResolvedReference($0) }
    }

    /// The standard function of that name.
    public func function(named name: String) -> Function? {
        StandardFunctions.function(named: name)
    }

    /// The names of the given variables.
    public var variableNames: [String] { variables.keys }
    /// The names of the standard functions.
    public var functionNames: [String] { StandardFunctions.names }
}
