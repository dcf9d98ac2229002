import ClusterModel
import HCL

/// What expressions of `uprev.hcl` see: the evaluated locals of the cluster by bare name, the
/// standard functions, and nothing else.
final class DefinitionEnvironment: EvaluationEnvironment {
    private let inputs: ClusterInputs?
    private let replaced: [String: Value]

    /// Creates an environment; without inputs there are no variables at all.
    init(inputs: ClusterInputs?, replaced: [String: Value] = [:]) {
        self.inputs = inputs
        self.replaced = replaced
    }

    func resolve(_ reference: Reference) throws(Diagnostic) -> ResolvedReference? {
        if let value = replaced[reference.name] { return ResolvedReference(value) }
        guard let inputs else {
            throw Diagnostic(
                summary: "No variables here",
                detail: "Locals are read from the files that this argument helps to find.",
                range: reference.nameRange, hint: "Write the value itself.")
        }
        if let missing = inputs.missingFile {
            return ResolvedReference(
                .unknown("\(missing), which is not in this commit", at: reference.range))
        }
        return try inputs.local(named: reference.name).map { ResolvedReference($0.value) }
    }

    func function(named name: String) -> Function? {
        StandardFunctions.function(named: name)
    }

    var variableNames: [String] { inputs?.localNames ?? [] }

    var functionNames: [String] { StandardFunctions.names }
}
