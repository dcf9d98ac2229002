import HCL

extension TerragruntScope {
    /// The functions whose result follows from where the files lie.
    static let placeFunctionNames = [
        "get_original_terragrunt_dir", "get_parent_terragrunt_dir", "get_path_from_repo_root",
        "get_path_to_repo_root", "get_repo_root", "get_terragrunt_dir",
        "path_relative_from_include", "path_relative_to_include",
    ]

    /// How far `find_in_parent_folders` looks up, as in Terragrunt.
    private static let parentLimit = 100

    /// The function of that name, when it is one of ``placeFunctionNames``.
    func placeFunction(named name: String) -> Function? {
        switch name {
        case "get_repo_root": fixed(name, RepositoryPath.root)
        case "get_terragrunt_dir": fixed(name, RepositoryPath.absolute(place.directory))
        case "get_path_from_repo_root":
            fixed(name, RepositoryPath.relative(from: "", to: place.directory))
        case "get_path_to_repo_root":
            fixed(name, RepositoryPath.relative(from: place.directory, to: ""))
        case "get_original_terragrunt_dir":
            Function(name, [], result: .string) { [unowned self] _ in
                trace.dependsOnOriginalDirectory()
                return .text(RepositoryPath.absolute(place.originalDirectory))
            }
        case "get_parent_terragrunt_dir":
            includeFunction(name) { parent, _ in RepositoryPath.absolute(parent) }
        case "path_relative_to_include":
            includeFunction(name) { parent, own in RepositoryPath.relative(from: parent, to: own) }
        case "path_relative_from_include":
            includeFunction(name) { parent, own in RepositoryPath.relative(from: own, to: parent) }
        default: nil
        }
    }

    private func fixed(_ name: String, _ text: String) -> Function {
        Function(name, [], result: .string) { _ in .text(text) }
    }

    /// A function of the directories of an included file and of this configuration.
    private func includeFunction(
        _ name: String, _ result: @escaping (_ parent: String, _ own: String) -> String
    ) -> Function {
        Function(name, [], variadic: .init("name", .string), result: .string) {
            [unowned self] call throws(Diagnostic) in
            .text(result(try parentDirectory(call) ?? place.directory, place.directory))
        }
    }

    /// The directory of the included file that a path function means: this very file when it is
    /// one, otherwise the only include, or the one with the given label.
    private func parentDirectory(_ call: Call) throws(Diagnostic) -> String? {
        if place.isIncluded { return fileDirectory }
        if isReadingIncludes { return nil }
        let includes = try self.includes()
        guard includes.count > 1 else {
            return try includes.first.map { include throws(Diagnostic) in
                try directory(of: include, budget: call.budget)
            }
        }
        guard call.arguments.count == 1, let label = call.arguments[0].stringValue else {
            throw call.failure(
                "there are several includes", hint: "Give the label of one of them.")
        }
        guard let include = includes.first(where: { $0.label == label }) else {
            throw call.failure(
                argument: 0, "there is no include named \"\(label)\"",
                hint: NearestName.hint(for: label, among: includes.map(\.label)))
        }
        return try directory(of: include, budget: call.budget)
    }

    private func directory(
        of include: Include, budget: EvaluationBudget
    ) throws(Diagnostic) -> String {
        RepositoryPath.directory(of: try settings(of: include, budget: budget).path)
    }

    /// The first file or directory of a name in the directories above the configuration's own.
    func findInParentFolders(_ call: Call) throws(Diagnostic) -> Value {
        guard call.arguments.count <= 2 else {
            throw call.failure("it takes a name and a fallback")
        }
        let given = call.arguments.first?.stringValue ?? ""
        let name = String((given.isEmpty ? "terragrunt.hcl" : given).drop { $0 == "/" })
        if hidesFiles { return call.unknown("\(name) above \(place.directory)", type: .string) }
        var directory = place.directory
        var missed: [String] = []
        for _ in 0..<Self.parentLimit where !directory.isEmpty {
            directory = RepositoryPath.directory(of: directory)
            let candidate = try resolve(name, from: directory, at: call.range)
            let found = try reading(call) { () throws(FileTreeError) in
                try loader.find(candidate)
            }
            if let found {
                if let doubt = possible(missed, call) {
                    // The farther one may be what counts, so what it reads matters as well.
                    if found.isFile { noteCandidate(candidate, call) }
                    return doubt
                }
                return .text(RepositoryPath.absolute(candidate))
            }
            trace.probe(candidate)
            missed.append(candidate)
        }
        if let doubt = possible(missed, call) { return doubt }
        if call.arguments.count == 2 { return call.arguments[1] }
        throw call.failure(
            "no directory above \(RepositoryPath.relative(from: "", to: place.directory)) in the "
                + "repository has \(name)",
            hint: "Commit the file, or give a fallback as the second argument.")
    }

    /// An unknown path when Git ignores one of those that the commit does not have, so that a work
    /// tree may have it.
    private func possible(_ missed: [String], _ call: Call) -> Value? {
        for candidate in missed where (try? loader.isIgnored(candidate)) != false {
            return call.unknown(
                "\(call.name) of \(candidate), which is not in the commit", type: .string)
        }
        return nil
    }

    private func noteCandidate(_ path: String, _ call: Call) {
        trace.read(path, call.name, at: call.range)
        guard path.hasSuffix(".hcl"), !place.isAlone, Self.unreadable(path) == nil,
            let read = try? loader.configuration(
                of: path, original: place.originalDirectory, at: call.range, budget: call.budget)
        else { return }
        trace.merge(read.trace)
    }

    /// The evaluated configuration of another file.
    func readConfiguration(_ call: Call) throws(Diagnostic) -> Value {
        guard call.arguments.count <= 2 else {
            throw call.failure("it takes a path and a default")
        }
        let written = call.arguments[0].stringValue ?? ""
        var path = try resolve(written, from: place.directory, at: call.range)
        if try reading(call, { () throws(FileTreeError) in try loader.isDirectory(path) }) {
            path = RepositoryPath.join(path, "terragrunt.hcl")
        }
        if place.isAlone { return call.unknown(path) }
        let target = path
        let found = try reading(call) { () throws(FileTreeError) in try loader.find(target) }
        guard found != nil else {
            trace.probe(path)
            return try absent(path, call)
        }
        trace.read(path, call.name, at: call.range)
        if let reason = Self.unreadable(path) { return call.unknown(reason) }
        let read = try loader.configuration(
            of: path, original: place.originalDirectory, at: call.range, budget: call.budget)
        trace.merge(read.trace)
        dependsOnEnvironment(read.trace.environment)
        return read.value
    }

    private func absent(_ path: String, _ call: Call) throws(Diagnostic) -> Value {
        if (try? loader.isIgnored(path)) != false {
            return call.unknown("\(path), which is not in the commit")
        }
        if call.arguments.count > 1 { return call.arguments[1] }
        throw missing(path, at: call.range)
    }

    /// Why a configuration of another kind is not evaluated.
    private static func unreadable(_ path: String) -> String? {
        switch RepositoryPath.name(of: path) {
        case "terragrunt.stack.hcl": "the stack \(path), which is not read by uprev"
        case "terragrunt.values.hcl": "the values \(path), which are not read by uprev"
        case let name where name.hasSuffix(".json"): "\(path), which is JSON and not read by uprev"
        default: nil
        }
    }

    /// Does work on the tree; what it refuses is an error at the call.
    func reading<Result>(
        _ call: Call, _ work: () throws(FileTreeError) -> Result
    ) throws(Diagnostic) -> Result {
        do {
            return try work()
        } catch {
            throw Diagnostic(error, at: call.range)
        }
    }
}
