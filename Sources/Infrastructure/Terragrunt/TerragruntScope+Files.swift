import HCL

extension TerragruntScope {
    /// How far `find_in_parent_folders` looks up, as in Terragrunt.
    private static let parentLimit = 100

    /// The first file or directory of a name in the directories above the configuration's own.
    func findInParentFolders(_ call: Call) throws(Diagnostic) -> Value {
        guard call.arguments.count <= 2 else {
            throw call.failure("it takes a name and a fallback")
        }
        let name = call.arguments.first?.stringValue ?? "terragrunt.hcl"
        var directory = place.directory
        for _ in 0..<Self.parentLimit where !directory.isEmpty {
            directory = RepositoryPath.directory(of: directory)
            let candidate = try resolve(name, from: directory, at: call.range)
            if try reading(call, { () throws(FileTreeError) in try loader.exists(candidate) }) {
                return .text(RepositoryPath.absolute(candidate))
            }
            trace.probe(candidate)
        }
        if call.arguments.count == 2 { return call.arguments[1] }
        throw call.failure(
            "no directory above \(RepositoryPath.relative(from: "", to: place.directory)) in the "
                + "repository has \(name)",
            hint: "Commit the file, or give a fallback as the second argument.")
    }

    /// The evaluated configuration of another file.
    func readConfiguration(_ call: Call) throws(Diagnostic) -> Value {
        let written = call.arguments[0].stringValue ?? ""
        var path = try resolve(written, from: place.directory, at: call.range)
        if try reading(call, { () throws(FileTreeError) in try loader.isDirectory(path) }) {
            path = RepositoryPath.join(path, "terragrunt.hcl")
        }
        let target = path
        let key = try reading(call) { () throws(FileTreeError) in try loader.key(of: target) }
        guard key != nil else {
            trace.probe(path)
            if call.arguments.count > 1 { return call.arguments[1] }
            throw missing(path, at: call.range)
        }
        trace.read(path)
        let read = try loader.configuration(
            of: path, original: place.originalDirectory, at: call.range, budget: call.budget)
        trace.merge(read.trace)
        return read.value
    }

    /// The functions of one file that have an answer in the commit.
    func fileFunction(_ call: Call) throws(Diagnostic) -> Value {
        let written = call.arguments[0].stringValue ?? ""
        let path = try resolve(written, from: fileDirectory, at: call.range)
        if call.name == "abspath" { return .text(RepositoryPath.absolute(path)) }
        let bytes = try reading(call) { () throws(FileTreeError) in
            try loader.tree.bytes(at: path)
        }
        guard let bytes else {
            trace.probe(path)
            if call.name == "mark_as_read" { return call.arguments[0] }
            return call.unknown("\(call.name) of \(path), which is not in the commit")
        }
        trace.read(path)
        switch call.name {
        case "fileexists": return .bool(true)
        case "mark_as_read": return call.arguments[0]
        case "filesha256": return .text(ContentHash.hexadecimal(of: bytes))
        case "sops_decrypt_file":
            return call.unknown("sops_decrypt_file, which needs a secret key", type: .string)
        default:
            try call.charge(bytes.count)
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw call.failure("\(path) is not valid UTF-8")
            }
            return .text(text)
        }
    }

    /// Functions of files whose result is not computed here, though the file is noted.
    static let trackedOnlyFunctions = [
        "filebase64", "filebase64sha256", "filebase64sha512", "filemd5", "fileset", "filesha1",
        "filesha512", "mark_glob_as_read", "read_tfvars_file", "templatefile",
    ]

    /// Notes what a function reads; the result is unknown.
    func trackedOnly(_ call: Call) throws(Diagnostic) -> Value {
        let written = call.arguments[0].stringValue ?? ""
        let path = try resolve(written, from: fileDirectory, at: call.range)
        let files = try reading(call) { () throws(FileTreeError) in
            try loader.tree.paths(under: path)
        }
        if files.isEmpty { trace.probe(path) }
        for file in files { trace.read(file) }
        return call.unknown("\(call.name), which is not evaluated from a commit")
    }

    /// The default of an environment variable; the environment itself is never looked at.
    static func environment(_ call: Call) -> Value {
        if call.arguments.count > 1 { return call.arguments[1] }
        let name = call.arguments[0].stringValue ?? ""
        return call.unknown(
            "the environment variable \(name), which has no default", type: .string)
    }

    /// A path without a home directory in it as it is; a home directory is not known.
    static func expandedPath(_ call: Call) -> Value {
        guard call.arguments[0].stringValue?.hasPrefix("~") == true else {
            return call.arguments[0]
        }
        return call.unknown("pathexpand, which depends on who runs it", type: .string)
    }

    private func reading<Result>(
        _ call: Call, _ work: () throws(FileTreeError) -> Result
    ) throws(Diagnostic) -> Result {
        do {
            return try work()
        } catch {
            throw Diagnostic(
                summary: "Unreadable file", detail: error.message, range: call.range,
                hint: error.hint)
        }
    }
}
