import HCL

/// What a module's directory holds, and what that leads to.
struct ModuleFiles {
    /// A module that is called.
    struct Call {
        let source: String
        let range: SourceRange
    }

    /// All files at and below the directory.
    var files: [String] = []
    /// The local modules that they call.
    var calls: [Call] = []
    /// The files elsewhere that they read.
    var reads: [(path: String, kind: String, range: SourceRange)] = []
    /// Paths where a file that appears would matter.
    var probes: [String] = []
    /// Paths that only a run knows.
    var gaps: [Diagnostic] = []
}

/// Follows local modules: every file below their directories, the modules that they call, and the
/// files outside that they read by a path that is plain to see.
struct ModuleReader {
    let loader: CommitLoader
    let trace: ReadTrace
    private var visited: Set<String> = []

    init(loader: CommitLoader, trace: ReadTrace) {
        self.loader = loader
        self.trace = trace
    }

    /// Follows a source as Terragrunt and OpenTofu write it.
    ///
    /// Returns false when it means a directory of this repository that is not there. Sources
    /// elsewhere, such as `git::…`, are left alone.
    mutating func follow(
        source: String, from directory: String, by reader: String, _ kind: String,
        at range: SourceRange
    ) throws(FileTreeError) -> Bool {
        var text = source[..<(source.firstIndex(of: "?") ?? source.endIndex)]
        if text.hasPrefix("file://") { text = text.dropFirst(7) }
        let isLocal = text.hasPrefix(".") || text.hasPrefix("/")
        guard isLocal || !(text.contains("::") || text.contains("://")) else { return true }
        if let marker = text.firstRange(of: "//") { text.replaceSubrange(marker, with: "/") }
        guard let path = try? RepositoryPath.resolve(String(text), from: directory) else {
            return !isLocal
        }
        guard try loader.isDirectory(path) else { return !isLocal }
        try follow(path, by: reader, kind, at: range)
        return true
    }

    /// Takes in a directory and what its configuration leads to; its own files are noted unless
    /// that was done before.
    mutating func follow(
        _ directory: String, by reader: String, _ kind: String, at range: SourceRange?,
        filesToo: Bool = true
    ) throws(FileTreeError) {
        guard visited.insert(directory).inserted else { return }
        let module = try loader.module(directory) { () throws(FileTreeError) in
            try read(directory)
        }
        if filesToo {
            for file in module.files { trace.read(file, by: reader, kind, at: range) }
        }
        for (path, kind, range) in module.reads { trace.read(path, kind, at: range) }
        for path in module.probes { trace.probe(path) }
        for gap in module.gaps { trace.gap(gap) }
        for call in module.calls {
            let path = call.range.source.path
            do throws(FileTreeError) {
                _ = try follow(
                    source: call.source, from: RepositoryPath.directory(of: path), by: path,
                    "module", at: call.range)
            } catch {
                trace.gap(Diagnostic(error, at: call.range))
            }
        }
    }

    private func read(_ directory: String) throws(FileTreeError) -> ModuleFiles {
        var module = ModuleFiles()
        for path in try loader.files(under: directory) where UnitReader.decides(path) {
            module.files.append(path)
            guard path.hasSuffix(".tf") || path.hasSuffix(".tofu") else { continue }
            // A file that is refused, such as one that is too large, hides none of the others.
            do throws(FileTreeError) {
                try read(file: path, into: &module)
            } catch {
                module.gaps.append(Diagnostic(error, at: nil))
            }
        }
        return module
    }

    private func read(file path: String, into module: inout ModuleFiles) throws(FileTreeError) {
        guard let syntax = try loader.syntax(of: path) else { return }
        switch syntax {
        case .success(let body): try read(body, into: &module)
        case .failure(let diagnostics): module.gaps += diagnostics.items.prefix(1)
        }
    }

    private func read(_ body: Body, into module: inout ModuleFiles) throws(FileTreeError) {
        for block in body.blocks(ofType: "module") {
            let source = block.body.attribute(named: "source")
            guard let source, let text = literalText(source.expression.root),
                text.hasPrefix("./") || text.hasPrefix("../")
            else { continue }
            module.calls.append(.init(source: text, range: source.expression.location))
        }
        let directory = RepositoryPath.directory(of: body.source.path)
        for argument in ModulePaths(in: body).arguments {
            try note(argument, in: directory, into: &module)
        }
    }

    private func note(
        _ argument: ModulePaths.Argument, in directory: String, into module: inout ModuleFiles
    ) throws(FileTreeError) {
        switch argument.path {
        case .known(let text):
            guard let path = try? RepositoryPath.resolve(text, from: directory), !path.isEmpty
            else { return }
            if try loader.find(path) == nil { module.probes.append(path) }
            module.reads += try loader.files(under: path).map {
                ($0, argument.function, argument.range)
            }
        case .below(let text):
            guard let path = try? RepositoryPath.resolve(text, from: directory),
                try loader.isDirectory(path)
            else { return }
            module.reads += try loader.files(under: path).map {
                ($0, argument.function, argument.range)
            }
        case .unknown(let reasons):
            module.gaps.append(
                Diagnostic(
                    summary: "Path that only a run knows",
                    detail: "The path given to \(argument.function) depends on \(reasons).",
                    range: argument.range))
        }
    }

    private func literalText(_ node: ExpressionNode) -> String? {
        switch node.unwrapped {
        case .literal(let value, _): value.stringValue
        case .template(let parts, _) where parts.count == 1: literalText(parts[0])
        default: nil
        }
    }
}
