import HCL

extension TerragruntScope {
    private typealias FunctionBody = (Call) throws(Diagnostic) -> Value

    /// The names of Terragrunt's own functions and of those that read files.
    static let terragruntFunctionNames: [String] =
        [
            "abspath", "constraint_check", "deep_merge", "find_in_parent_folders", "get_env",
            "pathexpand", "read_terragrunt_config", "run_cmd",
        ] + placeFunctionNames + fileFunctionNames + Array(unknowableFunctions.keys)
        + Array(commandLists.keys)

    /// Commands that take a kind of argument, as every release of Terragrunt lists them.
    static let commandLists = [
        "get_terraform_commands_that_need_input": ["apply", "import", "init", "plan", "refresh"],
        "get_terraform_commands_that_need_locking": [
            "apply", "destroy", "import", "plan", "refresh", "taint", "untaint",
        ],
        "get_terraform_commands_that_need_parallelism": ["apply", "plan", "destroy"],
        "get_terraform_commands_that_need_vars": [
            "apply", "console", "destroy", "import", "plan", "push", "refresh",
        ],
    ]

    /// The function of that name, when it is one of Terragrunt's or reads files.
    func terragruntFunction(named name: String) -> Function? {
        if let found = placeFunction(named: name) ?? fileFunction(named: name) { return found }
        if let commands = Self.commandLists[name] {
            let list = Value.list(.string, ValueList(commands.map { .string($0) }))
            return Function(name, [], result: .list(.string)) { _ in list }
        }
        switch name {
        case "find_in_parent_folders":
            return pathFunction(name, [], more: .init("argument", .string, unknowns: .all)) {
                [unowned self] call throws(Diagnostic) in try findInParentFolders(call)
            }
        case "read_terragrunt_config":
            let more = Function.Parameter("default", .dynamic, allowsNull: true, unknowns: .all)
            return pathFunction(name, [Self.pathParameter], more: more, result: .dynamic) {
                [unowned self] call throws(Diagnostic) in try readConfiguration(call)
            }
        case "get_env":
            return Function(
                name, [.init("name", .string)], variadic: .init("default", .string),
                result: .string
            ) { [unowned self] call throws(Diagnostic) in try environment(call) }
        case "run_cmd":
            return Function(name, [], variadic: Self.anyParameter, result: .string) {
                [unowned self] call throws(Diagnostic) in runCommand(call)
            }
        default: return valueFunction(named: name)
        }
    }

    /// Functions of nothing but their arguments.
    private func valueFunction(named name: String) -> Function? {
        switch name {
        case "deep_merge":
            let more = Function.Parameter("map", .dynamic, allowsNull: true, unknowns: .all)
            return Function(name, [], variadic: more) { call throws(Diagnostic) in
                try Self.deepMerge(call)
            }
        case "constraint_check":
            return Function(
                name, [.init("version", .string), .init("constraint", .string)], result: .bool
            ) { call throws(Diagnostic) in try Self.checkConstraint(call) }
        case "abspath", "pathexpand":
            return Function(name, [.init("path", .string)], result: .string) {
                call throws(Diagnostic) in Self.machinePath(call)
            }
        default: return unknowableFunction(named: name)
        }
    }

    /// A parameter for a path; an unknown path reaches the function, which notes the gap.
    static let pathParameter = Function.Parameter("path", .string, unknowns: .all)
    static let anyParameter = Function.Parameter(
        "value", .dynamic, allowsNull: true, unknowns: .all)

    /// A function whose first argument is a path: an unknown one is a gap in what can be seen.
    func pathFunction(
        _ name: String, _ parameters: [Function.Parameter], more: Function.Parameter? = nil,
        result: ValueType = .string, body: @escaping (Call) throws(Diagnostic) -> Value
    ) -> Function {
        Function(name, parameters, variadic: more, result: result) {
            [unowned self] call throws(Diagnostic) in
            guard let first = call.arguments.first, first.isUnknown else { return try body(call) }
            let reasons = UnknownText.reasons(of: first)
            trace.gap(
                Diagnostic(
                    summary: "Path that only a run knows",
                    detail: "The path given to \(name) depends on \(reasons).",
                    range: call.range))
            return .unknown(Unknown(type: result, reasons: first.unknownReasons))
        }
    }

    // MARK: Bodies

    /// The default of a variable of the environment, noted as such; the environment itself is never
    /// looked at.
    private func environment(_ call: Call) throws(Diagnostic) -> Value {
        let name = call.arguments[0].stringValue ?? ""
        guard call.arguments.count <= 2, !name.isEmpty else {
            throw call.failure("it takes the name of a variable and a default")
        }
        guard call.arguments.count > 1 else {
            return call.unknown(
                "the environment variable \(name), which has no default", type: .string)
        }
        let use = EnvironmentUse(name: name, range: call.range)
        trace.dependsOnEnvironment(use)
        dependsOnEnvironment(EnvironmentUses([use]))
        return call.arguments[1]
    }

    /// Nothing is run; files of the repository that the command line names may decide its output.
    private func runCommand(_ call: Call) -> Value {
        for argument in call.arguments {
            if let text = argument.stringValue { noteNamedFile(text, "run_cmd", at: call.range) }
        }
        return call.unknown("run_cmd, which is never executed", type: .string)
    }

    /// Notes a file that a command line names, if there is one of that name.
    func noteNamedFile(_ text: String, _ kind: String, at range: SourceRange) {
        guard text.contains("/") || text.contains("."), !text.contains("\n"),
            let path = try? RepositoryPath.resolve(text, from: place.directory), !path.isEmpty,
            let item = try? loader.find(path), item.isFile
        else { return }
        trace.read(path, kind, at: range)
    }

    private static func deepMerge(_ call: Call) throws(Diagnostic) -> Value {
        var merged = Value.object([:])
        for (index, argument) in call.arguments.enumerated() where !argument.isNull {
            guard argument.isUnknown || argument.attributes != nil else {
                throw call.failure(argument: index, "a map or an object is required")
            }
            do throws(MergeFailure) {
                merged = try merged.deepMerged(under: argument.jsonForm)
            } catch {
                throw call.failure(error.reason)
            }
        }
        return merged
    }

    private static func checkConstraint(_ call: Call) throws(Diagnostic) -> Value {
        let texts = call.arguments.map { $0.stringValue ?? "" }
        guard let version = ComparedVersion(texts[0]) else {
            throw call.failure(argument: 0, "\"\(texts[0])\" is not a version")
        }
        guard let constraint = VersionConstraint(texts[1]) else {
            throw call.failure(
                argument: 1, "\"\(texts[1])\" is not a constraint",
                hint: "Write it as in \">= 1.2.0, < 2.0.0\".")
        }
        return .bool(constraint.allows(version))
    }

    /// A path that is absolute already; everything else depends on the machine.
    private static func machinePath(_ call: Call) -> Value {
        let path = call.arguments[0].stringValue ?? ""
        if call.name == "pathexpand" {
            return path.hasPrefix("~")
                ? call.unknown("pathexpand, which depends on who runs it", type: .string)
                : call.arguments[0]
        }
        guard path.hasPrefix("/"), let clean = try? RepositoryPath.resolve(path, from: "") else {
            return call.unknown("abspath, which depends on where it is run", type: .string)
        }
        return .text(RepositoryPath.absolute(clean))
    }
}
