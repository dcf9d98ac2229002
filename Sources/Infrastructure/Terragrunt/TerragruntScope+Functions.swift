import HCL

extension TerragruntScope {
    private typealias Body = (Call) throws(Diagnostic) -> Value

    /// A parameter for a path; an unknown path reaches the function, which notes the gap.
    private static let path = Function.Parameter("path", .string, unknowns: .all)
    private static let anything = Function.Parameter(
        "value", .dynamic, allowsNull: true, unknowns: .all)

    /// The names of Terragrunt's own functions and of those that read files.
    static let terragruntFunctionNames: [String] =
        [
            "abspath", "file", "fileexists", "filesha256", "find_in_parent_folders",
            "get_env", "get_original_terragrunt_dir", "get_parent_terragrunt_dir",
            "get_path_from_repo_root", "get_path_to_repo_root", "get_repo_root",
            "get_terragrunt_dir", "mark_as_read", "path_relative_from_include",
            "path_relative_to_include", "pathexpand", "read_terragrunt_config", "run_cmd",
            "sops_decrypt_file",
        ] + Array(unknowableFunctions.keys) + trackedOnlyFunctions

    /// The function of that name, when it is one of Terragrunt's or reads files.
    func terragruntFunction(named name: String) -> Function? {
        if let body = placeFunction(named: name) {
            return Function(
                name, [], variadic: .init("name", .string), result: .string, body: body)
        }
        switch name {
        case "find_in_parent_folders":
            return pathFunction(name, [], .string) { [unowned self] call throws(Diagnostic) in
                try findInParentFolders(call)
            }
        case "read_terragrunt_config":
            return pathFunction(name, [Self.path], .dynamic) {
                [unowned self] call throws(Diagnostic) in try readConfiguration(call)
            }
        case "file", "filesha256", "fileexists", "sops_decrypt_file", "mark_as_read", "abspath":
            return pathFunction(name, [Self.path], name == "fileexists" ? .bool : .string) {
                [unowned self] call throws(Diagnostic) in try fileFunction(call)
            }
        case _ where Self.trackedOnlyFunctions.contains(name):
            return pathFunction(name, [Self.path], .dynamic) {
                [unowned self] call throws(Diagnostic) in try trackedOnly(call)
            }
        case "get_env":
            return Function(
                name, [.init("name", .string)], variadic: .init("default", .string),
                result: .string
            ) { call throws(Diagnostic) in Self.environment(call) }
        case "pathexpand":
            return Function(name, [.init("path", .string)], result: .string) {
                call throws(Diagnostic) in Self.expandedPath(call)
            }
        default:
            return unknowableFunction(named: name)
        }
    }

    private func pathFunction(
        _ name: String, _ parameters: [Function.Parameter], _ result: ValueType,
        body: @escaping Body
    ) -> Function {
        Function(name, parameters, variadic: Self.anything, result: result) {
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

    private func placeFunction(named name: String) -> Body? {
        switch name {
        case "get_repo_root":
            { call throws(Diagnostic) in .text(RepositoryPath.root) }
        case "get_terragrunt_dir":
            { [place] call throws(Diagnostic) in .text(RepositoryPath.absolute(place.directory)) }
        case "get_original_terragrunt_dir":
            { [place] call throws(Diagnostic) in
                .text(RepositoryPath.absolute(place.originalDirectory))
            }
        case "get_path_from_repo_root":
            { [place] call throws(Diagnostic) in
                .text(RepositoryPath.relative(from: "", to: place.directory))
            }
        case "get_path_to_repo_root":
            { [place] call throws(Diagnostic) in
                .text(RepositoryPath.relative(from: place.directory, to: ""))
            }
        case "get_parent_terragrunt_dir":
            { [unowned self] call throws(Diagnostic) in
                .text(RepositoryPath.absolute(try parentDirectory(call) ?? place.directory))
            }
        case "path_relative_to_include":
            { [unowned self] call throws(Diagnostic) in
                let parent = try parentDirectory(call) ?? place.directory
                return .text(RepositoryPath.relative(from: parent, to: place.directory))
            }
        case "path_relative_from_include":
            { [unowned self] call throws(Diagnostic) in
                let parent = try parentDirectory(call) ?? place.directory
                return .text(RepositoryPath.relative(from: place.directory, to: parent))
            }
        default: nil
        }
    }

    /// The directory of the included file that a path function means: this very file when it is
    /// one, otherwise the include with the given label, or the only one.
    private func parentDirectory(_ call: Call) throws(Diagnostic) -> String? {
        if place.isIncluded { return fileDirectory }
        let includes = try self.includes()
        guard let label = call.arguments.first?.stringValue else {
            guard includes.count > 1 else {
                return try includes.first.map { include throws(Diagnostic) in
                    RepositoryPath.directory(of: try path(of: include, budget: call.budget))
                }
            }
            throw call.failure(
                "there are several includes", hint: "Give the label of one of them.")
        }
        guard let include = includes.first(where: { $0.label == label }) else {
            throw call.failure(
                argument: 0, "there is no include named \"\(label)\"",
                hint: NearestName.hint(for: label, among: includes.map(\.label)))
        }
        return RepositoryPath.directory(of: try path(of: include, budget: call.budget))
    }
}
