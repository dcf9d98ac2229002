import HCL

extension TerragruntScope {
    /// Whether it is left open which files there are; where an include lies must be known.
    var hidesFiles: Bool { place.isAlone && !isReadingIncludes }

    /// The files below a directory that match a pattern, as paths from that directory.
    func fileSet(_ call: Call) throws(Diagnostic) -> Value {
        let base = try resolve(
            call.arguments[0].stringValue ?? "", from: fileDirectory, at: call.range)
        guard let written = call.arguments[1].stringValue else {
            return unknownPattern(call.arguments[1], call, type: .set(.string))
        }
        if hidesFiles {
            return call.unknown(RepositoryPath.join(base, written), type: .set(.string))
        }
        guard let matches = try matches(written, from: base, .directories, call) else {
            return unsure(written, call, type: .set(.string))
        }
        return try set(of: matches.map { RepositoryPath.relative(from: base, to: $0) }, call)
    }

    private func unknownPattern(_ pattern: Value, _ call: Call, type: ValueType) -> Value {
        trace.gap(
            Diagnostic(
                summary: "Pattern that only a run knows",
                detail: "The pattern given to \(call.name) depends on "
                    + "\(UnknownText.reasons(of: pattern)).", range: call.range))
        return .unknown(Unknown(type: type, reasons: pattern.unknownReasons))
    }

    private func set(of texts: [String], _ call: Call) throws(Diagnostic) -> Value {
        let list = Value.list(.string, ValueList(texts.map { .text($0) }))
        do throws(ConversionFailure) {
            return try list.converted(to: .set(.string))
        } catch {
            throw call.failure(error.description)
        }
    }

    /// Notes all files that match a pattern and gives their paths.
    func markGlobAsRead(_ call: Call) throws(Diagnostic) -> Value {
        guard call.arguments.count <= 2, let last = call.arguments.last else {
            throw call.failure("it takes a pattern, or a directory and a pattern")
        }
        guard let written = last.stringValue else {
            return unknownPattern(last, call, type: .list(.string))
        }
        if hidesFiles { return call.unknown(written, type: .list(.string)) }
        guard var matches = try matches(written, from: place.directory, .text, call) else {
            return unsure(written, call, type: .list(.string))
        }
        if call.arguments.count == 2 {
            let boundary = try resolve(
                call.arguments[0].stringValue ?? "", from: place.directory, at: call.range)
            matches = matches.filter { RepositoryPath.isInside($0, boundary) }
        }
        return .list(
            .string, ValueList(matches.map { .text(RepositoryPath.absolute($0)) }))
    }

    /// What stands for files of which a work tree may have more than the commit.
    private func unsure(_ pattern: String, _ call: Call, type: ValueType) -> Value {
        trace.gap(
            Diagnostic(
                summary: "Files that only a work tree has",
                detail: "\(call.name) of \(pattern) may match files that Git ignores.",
                range: call.range, hint: "Narrow the pattern or the rules in .gitignore."))
        return call.unknown(
            "\(call.name) of \(pattern), which may match files that Git ignores", type: type)
    }

    /// The files that match a pattern relative to a directory, each noted as read; nothing when Git
    /// may ignore others that match.
    private func matches(
        _ written: String, from base: String, _ dialect: GlobPattern.Dialect, _ call: Call
    ) throws(Diagnostic) -> [String]? {
        // Only the part before the first special sign is a path that can be resolved.
        let names = written.split(separator: "/", omittingEmptySubsequences: false)
        let fixed = names.prefix { name in !name.contains { "*?[{\\".contains($0) } }
        let rest = names[fixed.endIndex...].joined(separator: "/")
        let directory = try resolve(
            fixed.joined(separator: "/"), from: base, at: call.range)
        guard !names[fixed.endIndex...].contains("..") else {
            throw call.failure("\"..\" after a wildcard is not followed")
        }
        if rest.isEmpty { return try match(directory, call) }
        guard let pattern = GlobPattern(rest, dialect: dialect) else {
            throw call.failure("\"\(written)\" is not a pattern")
        }
        let files = try reading(call) { () throws(FileTreeError) in
            try loader.files(under: directory)
        }
        var found: [String] = []
        for file in files where file != directory {
            let relative = directory.isEmpty ? file : String(file.dropFirst(directory.count + 1))
            try call.charge(pattern.cost(ofLength: relative.utf8.count))
            guard pattern.matches(relative) else { continue }
            let item = try reading(call) { () throws(FileTreeError) in try loader.find(file) }
            guard item?.isFile == true else { continue }
            trace.read(file, call.name, at: call.range)
            found.append(file)
        }
        let mayBeMore = try reading(call) { () throws(FileTreeError) in
            let real = try loader.find(directory)?.path ?? directory
            let own = real == directory ? files : try loader.files(under: real)
            return try loader.mayIgnore(pattern, below: real, files: own)
        }
        return mayBeMore ? nil : found
    }

    /// The file of a pattern that is a plain path.
    private func match(_ path: String, _ call: Call) throws(Diagnostic) -> [String]? {
        let item = try reading(call) { () throws(FileTreeError) in try loader.find(path) }
        guard let item else {
            trace.probe(path)
            return (try? loader.isIgnored(path)) == false ? [] : nil
        }
        guard item.isFile else { return [] }
        trace.read(path, call.name, at: call.range)
        return [path]
    }
}
