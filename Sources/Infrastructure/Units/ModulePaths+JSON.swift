import HCL

extension ModulePaths {
    /// The paths in a module's file in JSON syntax, where text in quotes is a template.
    static func json(_ file: SourceFile) -> Result<ModulePaths, Diagnostic> {
        Result { () throws(Diagnostic) in
            guard let text = String(validating: file.bytes, as: UTF8.self) else {
                throw malformed(file, "it is not valid UTF-8")
            }
            let value: Value
            do throws(JSONFailure) {
                value = try Value(json: text)
            } catch {
                throw malformed(file, error.description)
            }
            guard names(in: text) == names(in: value) else {
                throw malformed(file, "a name stands twice in one object")
            }
            return try paths(in: value, of: file)
        }
    }

    private static func malformed(_ file: SourceFile, _ reason: String) -> Diagnostic {
        Diagnostic(
            summary: "Malformed file", detail: "\(file.path) cannot be read as JSON: \(reason).",
            range: SourceRange(source: file, bytes: ByteRange(0, 0)))
    }

    private static func paths(in value: Value, of file: SourceFile) throws(Diagnostic) -> Self {
        var paths = ModulePaths(directory: RepositoryPath.directory(of: file.path))
        var pending = [value]
        while let value = pending.popLast() {
            pending += value.elements?.elements ?? []
            for (name, value) in value.attributes ?? [:] { pending += [.string(name), value] }
            guard let text = value.stringValue, text.contains("${") || text.contains("%{") else {
                continue
            }
            let range = place(of: text, in: file)
            paths.add(try template(text, of: file, at: range), at: range)
        }
        for text in sources(in: value) {
            let range = place(of: text, in: file)
            paths.addSource(try template(text, of: file, at: range), at: range)
        }
        return paths
    }

    private static func template(
        _ text: String, of file: SourceFile, at range: SourceRange
    ) throws(Diagnostic) -> Expression {
        do throws(Diagnostics) {
            return try Expression.parseTemplate(SourceFile(path: file.path, text: text))
        } catch {
            throw Diagnostic(
                summary: "Malformed template",
                detail: error.items.first?.detail ?? "The text cannot be read.", range: range)
        }
    }

    /// The sources of the modules called: each level of blocks may be an object or a list of them.
    private static func sources(in value: Value) -> [String] {
        bodies(value).flatMap { file in
            bodies(file["module"]).flatMap { labels in
                labels.values.flatMap { bodies($0).compactMap { $0["source"]?.stringValue } }
            }
        }
    }

    private static func bodies(_ value: Value?) -> [ValueMap] {
        if let map = value?.attributes { return [map] }
        return (value?.elements?.elements ?? []).flatMap { bodies($0) }
    }

    /// The first place where a text stands, or the beginning of the file when it is written with
    /// other escapes than usual.
    private static func place(of text: String, in file: SourceFile) -> SourceRange {
        let written = Array("\"\(text)\"".utf8)
        let usual = Array((Value.string(text).json ?? "").utf8)
        let found = file.bytes.firstRange(of: written) ?? file.bytes.firstRange(of: usual)
        return SourceRange(
            source: file, bytes: ByteRange(found?.lowerBound ?? 0, found?.upperBound ?? 0))
    }

    /// The number of names of objects as they are written: every colon outside of text.
    private static func names(in text: String) -> Int {
        var count = 0
        var isText = false
        var isEscaped = false
        for byte in text.utf8 {
            switch byte {
            case _ where isEscaped: isEscaped = false
            case UInt8(ascii: "\\") where isText: isEscaped = true
            case UInt8(ascii: "\""): isText.toggle()
            case UInt8(ascii: ":") where !isText: count += 1
            default: break
            }
        }
        return count
    }

    /// The number of names in a value, where of several with one name only the last is kept.
    private static func names(in value: Value) -> Int {
        var count = 0
        var pending = [value]
        while let value = pending.popLast() {
            pending += value.elements?.elements ?? []
            guard let map = value.attributes else { continue }
            count += map.count
            pending += map.values
        }
        return count
    }
}
