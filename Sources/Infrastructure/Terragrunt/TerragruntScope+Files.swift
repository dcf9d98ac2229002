import HCL

extension TerragruntScope {
    /// The functions that read files, or note that they are read.
    static let fileFunctionNames = [
        "file", "filebase64", "filebase64sha256", "filebase64sha512", "fileexists", "filemd5",
        "fileset", "filesha1", "filesha256", "filesha512", "mark_as_read", "mark_glob_as_read",
        "read_tfvars_file", "sops_decrypt_file", "templatefile",
    ]

    /// The function of that name, when it is one of ``fileFunctionNames``.
    func fileFunction(named name: String) -> Function? {
        switch name {
        case "file", "filebase64", "filebase64sha256", "filebase64sha512", "filemd5", "filesha1",
            "filesha256", "filesha512":
            return pathFunction(name, [Self.pathParameter]) {
                [unowned self] call throws(Diagnostic) in try contentFunction(call)
            }
        case "fileexists":
            return pathFunction(name, [Self.pathParameter], result: .bool) {
                [unowned self] call throws(Diagnostic) in try fileExists(call)
            }
        case "templatefile":
            return pathFunction(
                name, [Self.pathParameter, .init("vars", .dynamic, unknowns: .all)],
                result: .dynamic
            ) { [unowned self] call throws(Diagnostic) in try templateFile(call) }
        case "fileset":
            return pathFunction(
                name, [Self.pathParameter, .init("pattern", .string, unknowns: .all)],
                result: .set(.string)
            ) { [unowned self] call throws(Diagnostic) in try fileSet(call) }
        case "mark_glob_as_read":
            return pathFunction(
                name, [Self.pathParameter], more: .init("pattern", .string, unknowns: .all),
                result: .list(.string)
            ) { [unowned self] call throws(Diagnostic) in try markGlobAsRead(call) }
        case "mark_as_read", "sops_decrypt_file", "read_tfvars_file":
            return pathFunction(name, [Self.pathParameter]) {
                [unowned self] call throws(Diagnostic) in try terragruntFile(call)
            }
        default: return nil
        }
    }

    /// The content of a file that a function asks for, with the path noted as read; an unknown
    /// value when the commit does not have it.
    func content(
        of path: String, _ call: Call, type: ValueType
    ) throws(Diagnostic) -> Result<[UInt8], UnknownContent> {
        if place.isAlone {
            return .failure(UnknownContent(value: call.unknown(path, type: type)))
        }
        let bytes = try reading(call) { () throws(FileTreeError) in try loader.bytes(at: path) }
        guard let bytes else {
            trace.probe(path)
            let reason = "\(call.name) of \(path), which is not in the commit"
            return .failure(UnknownContent(value: call.unknown(reason, type: type)))
        }
        trace.read(path, call.name, at: call.range)
        if LargeFilePointer.matches(bytes) {
            let reason = "\(call.name) of \(path), which is kept by Git LFS"
            return .failure(UnknownContent(value: call.unknown(reason, type: type)))
        }
        return .success(bytes)
    }

    private func contentFunction(_ call: Call) throws(Diagnostic) -> Value {
        let path = try resolve(
            call.arguments[0].stringValue ?? "", from: fileDirectory, at: call.range)
        switch try content(of: path, call, type: .string) {
        case .failure(let unknown): return unknown.value
        case .success(let bytes):
            try call.charge(bytes.count)
            switch call.name {
            case "filebase64": return .string(ContentHash.base64(bytes))
            case "filebase64sha256": return .string(ContentHash.base64(ContentHash.sha256(bytes)))
            case "filebase64sha512": return .string(ContentHash.base64(ContentHash.sha512(bytes)))
            case "filemd5": return .string(ContentHash.hexadecimal(ContentHash.md5(bytes)))
            case "filesha1": return .string(ContentHash.hexadecimal(ContentHash.sha1(bytes)))
            case "filesha256": return .string(ContentHash.hexadecimal(ContentHash.sha256(bytes)))
            case "filesha512": return .string(ContentHash.hexadecimal(ContentHash.sha512(bytes)))
            default: return .text(try text(of: bytes, path, call))
            }
        }
    }

    func text(of bytes: [UInt8], _ path: String, _ call: Call) throws(Diagnostic) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw call.failure(
                "\(path) is not valid UTF-8", hint: "Read it with filebase64.")
        }
        return text
    }

    /// Whether a file exists: what Git ignores may exist in a work tree although no commit has it.
    private func fileExists(_ call: Call) throws(Diagnostic) -> Value {
        let path = try resolve(
            call.arguments[0].stringValue ?? "", from: fileDirectory, at: call.range)
        if hidesFiles { return call.unknown(path, type: .bool) }
        let item = try reading(call) { () throws(FileTreeError) in try loader.find(path) }
        guard let item else {
            trace.probe(path)
            let isIgnored = try reading(call) { () throws(FileTreeError) in
                try loader.isIgnored(path)
            }
            guard isIgnored else { return .bool(false) }
            return call.unknown(
                "fileexists of \(path), which is not in the commit", type: .bool)
        }
        guard item.isFile else { throw call.failure("\(path) is not a file") }
        trace.read(path, call.name, at: call.range)
        return .bool(true)
    }

    /// Terragrunt's own functions of one file count from the directory of the configuration.
    private func terragruntFile(_ call: Call) throws(Diagnostic) -> Value {
        let written = call.arguments[0].stringValue ?? ""
        let path = try resolve(written, from: place.directory, at: call.range)
        if call.name == "mark_as_read" {
            let item = try reading(call) { () throws(FileTreeError) in try loader.find(path) }
            if item == nil { trace.probe(path) }
            if item?.isFile == true { trace.read(path, call.name, at: call.range) }
            return call.arguments[0]
        }
        switch try content(of: path, call, type: .string) {
        case .failure(let unknown): return unknown.value
        case .success(let bytes):
            guard call.name == "read_tfvars_file" else {
                return call.unknown("sops_decrypt_file, which needs a secret key", type: .string)
            }
            try call.charge(bytes.count)
            return try variables(in: bytes, of: path, call)
        }
    }

    /// The variables of a `.tfvars` or `.tfvars.json` file as JSON text.
    private func variables(
        in bytes: [UInt8], of path: String, _ call: Call
    ) throws(Diagnostic) -> Value {
        if path.hasSuffix("json") {
            let text = try text(of: bytes, path, call)
            let value: Value
            do throws(JSONFailure) {
                value = try Value(json: text)
            } catch {
                throw call.failure("\(path) is not JSON: \(error.description)")
            }
            guard value.attributes != nil else {
                throw call.failure("\(path) is not a JSON object")
            }
            return .text(text)
        }
        guard let body = try loader.body(of: path, for: call.range) else { return .text("{}") }
        if let block = body.blocks.first {
            throw Diagnostic(
                summary: "Block in a variables file",
                detail: "\(path) may only hold attributes.", range: block.headerLocation)
        }
        var pairs: [(key: String, value: Value)] = []
        let environment = EmptyEnvironment()
        for attribute in body.attributes {
            let value = try attribute.expression.evaluate(in: environment, budget: call.budget)
            pairs.append((attribute.name, value))
        }
        return .text(Value.object(ValueMap(pairs)).jsonForm.json ?? "{}")
    }
}

/// What stands for the content of a file that a commit does not have.
struct UnknownContent: Error {
    let value: Value
}

/// What expressions of a variables file see: nothing at all.
private final class EmptyEnvironment: EvaluationEnvironment {
    func resolve(_ reference: Reference) throws(Diagnostic) -> ResolvedReference? { nil }

    func function(named name: String) -> Function? { nil }

    let variableNames: [String] = []

    let functionNames: [String] = []
}
