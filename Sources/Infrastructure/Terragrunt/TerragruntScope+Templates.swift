import HCL

extension TerragruntScope {
    /// Evaluates a template of the repository with the given variables.
    func templateFile(_ call: Call) throws(Diagnostic) -> Value {
        let path = try resolve(
            call.arguments[0].stringValue ?? "", from: fileDirectory, at: call.range)
        switch try content(of: path, call, type: .dynamic) {
        case .failure(let unknown): return unknown.value
        case .success(let bytes):
            let variables = call.arguments[1]
            if case .unknown(let unknown) = variables {
                let result = Value.unknown(unknown.retyped(.dynamic))
                try call.charge(bytes.count)
                let template = try template(bytes, of: path, call)
                let environment = TemplateEnvironment(scope: self, variables: [:], others: result)
                // Only for what the template reads; most of its errors depend on the variables.
                _ = try? template.evaluate(in: environment, budget: call.budget)
                if let failure = call.budget.failure { throw failure }
                return result
            }
            guard let given = variables.attributes else {
                throw call.failure(argument: 1, "a map or an object is required")
            }
            for name in given.keys where !Self.isVariableName(name) {
                throw call.failure(
                    argument: 1, "\"\(name)\" cannot be the name of a variable",
                    hint: "Names begin with a letter and go on with letters, digits and _.")
            }
            try call.charge(bytes.count)
            let template = try template(bytes, of: path, call)
            let environment = TemplateEnvironment(scope: self, variables: given)
            return try template.evaluate(in: environment, budget: call.budget)
        }
    }

    private func template(
        _ bytes: [UInt8], of path: String, _ call: Call
    ) throws(Diagnostic) -> Expression {
        _ = try text(of: bytes, path, call)
        let item = try reading(call) { () throws(FileTreeError) in try loader.find(path) }
        let key = ReadingCache.Key(path: path, id: item?.id ?? "")
        let result = loader.cache.template(for: key) { SourceFile(path: path, bytes: bytes) }
        do throws(Diagnostics) {
            return try result.get()
        } catch {
            throw error.items.first
                ?? Diagnostic(summary: "Malformed template", detail: path, range: call.range)
        }
    }

    private static func isVariableName(_ name: String) -> Bool {
        guard let first = name.first, first.isLetter else { return false }
        return name.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
    }
}

/// What a template sees: the given variables and Terraform's functions, but not Terragrunt's.
private final class TemplateEnvironment: EvaluationEnvironment {
    private static let functionsOfFiles = Set(TerragruntScope.fileFunctionNames)
        .subtracting([
            "mark_as_read", "mark_glob_as_read", "read_tfvars_file", "sops_decrypt_file",
            "templatefile",
        ])

    private let scope: TerragruntScope
    private let variables: ValueMap
    /// What every other variable is, when the names of the variables are not known.
    private let others: Value?

    init(scope: TerragruntScope, variables: ValueMap, others: Value? = nil) {
        self.scope = scope
        self.variables = variables
        self.others = others
    }

    func resolve(_ reference: Reference) throws(Diagnostic) -> ResolvedReference? {
        (variables[reference.name] ?? others).map { ResolvedReference($0) }
    }

    func function(named name: String) -> Function? {
        if name == "templatefile" {
            return Function(name, [], variadic: TerragruntScope.anyParameter) {
                call throws(Diagnostic) in
                throw call.failure("a template cannot evaluate another template")
            }
        }
        if Self.functionsOfFiles.contains(name)
            || ["abspath", "pathexpand", "timestamp", "uuid", "bcrypt"].contains(name)
        {
            return scope.function(named: name)
        }
        return StandardFunctions.function(named: name)
    }

    var variableNames: [String] { variables.keys }

    var functionNames: [String] { StandardFunctions.names }
}
