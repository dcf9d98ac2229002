import HCL

/// What a module's directory holds, and what that leads to.
struct ModuleFiles {
    /// A module that is called.
    struct Call {
        let source: String
        /// The directory that the source counts from.
        let directory: String
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

/// Where a module is.
enum ModulePlace {
    /// In a directory of this repository.
    case directory(String)
    /// In a directory of this repository that is not there.
    case missing
    /// Not in this repository.
    case elsewhere
}

/// In which syntax a file holds a module's code.
enum ModuleSyntax {
    case native
    case json

    /// The syntax that a name stands for; nothing for a file that is no code.
    init?(_ path: String) {
        if path.hasSuffix(".tf") || path.hasSuffix(".tofu") {
            self = .native
        } else if path.hasSuffix(".tf.json") || path.hasSuffix(".tofu.json") {
            self = .json
        } else {
            return nil
        }
    }
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
        switch try place(of: source, from: directory) {
        case .elsewhere: return true
        case .missing: return false
        case .directory(let path):
            try follow(path, by: reader, kind, at: range)
            return true
        }
    }

    /// Where the module is that a source means.
    func place(
        of source: String, from directory: String
    ) throws(FileTreeError) -> ModulePlace {
        var text = source[..<(source.firstIndex(of: "?") ?? source.endIndex)]
        if text.hasPrefix("file://") { text = text.dropFirst(7) }
        let isLocal = text.hasPrefix(".") || text.hasPrefix("/")
        guard isLocal || !(text.contains("::") || text.contains("://")) else { return .elsewhere }
        if let marker = text.firstRange(of: "//") { text.replaceSubrange(marker, with: "/") }
        guard let path = try? RepositoryPath.resolve(String(text), from: directory) else {
            return isLocal ? .missing : .elsewhere
        }
        guard try loader.isDirectory(path) else { return isLocal ? .missing : .elsewhere }
        return .directory(path)
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
        try take(module)
    }

    /// Notes what the code of a module leads to.
    mutating func take(_ module: ModuleFiles) throws(FileTreeError) {
        for (path, kind, range) in module.reads { trace.read(path, kind, at: range) }
        for path in module.probes { trace.probe(path) }
        for gap in module.gaps { trace.gap(gap) }
        for call in module.calls {
            do throws(FileTreeError) {
                _ = try follow(
                    source: call.source, from: call.directory, by: call.range.source.path,
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
            guard let syntax = ModuleSyntax(path) else { continue }
            // A file that is refused, such as one that is too large, hides none of the others.
            do throws(FileTreeError) {
                try read(file: path, syntax, into: &module)
            } catch {
                module.gaps.append(Diagnostic(error, at: nil))
            }
        }
        return module
    }

    private func read(
        file path: String, _ syntax: ModuleSyntax, into module: inout ModuleFiles
    ) throws(FileTreeError) {
        switch syntax {
        case .native:
            guard let body = try loader.syntax(of: path) else { return }
            switch body {
            case .success(let body): try read(ModulePaths(in: body), into: &module)
            case .failure(let diagnostics): module.gaps += diagnostics.items.prefix(1)
            }
        case .json:
            guard let bytes = try loader.bytes(at: path) else { return }
            switch ModulePaths.json(SourceFile(path: path, bytes: bytes)) {
            case .success(let paths): try read(paths, into: &module)
            case .failure(let diagnostic): module.gaps.append(diagnostic)
            }
        }
    }

    /// Adds what the paths in code lead to.
    func read(_ paths: ModulePaths, into module: inout ModuleFiles) throws(FileTreeError) {
        for source in paths.sources { note(source: source, in: paths.directory, into: &module) }
        for argument in paths.arguments {
            try note(argument, in: paths.directory, into: &module)
        }
    }

    /// Adds a called module, when it is a local one or may be one.
    private func note(
        source: ModulePaths.Argument, in directory: String, into module: inout ModuleFiles
    ) {
        switch source.path {
        case .known(let text), .below(let text):
            guard text == "." || text == ".." || ["./", "../", "/"].contains(where: text.hasPrefix)
            else { return }
            module.calls.append(.init(source: text, directory: directory, range: source.range))
        case .unknown(let reasons):
            module.gaps.append(
                Diagnostic(
                    summary: "Source that only a run knows",
                    detail: "The source of a module depends on \(reasons).", range: source.range))
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
}
