import HCL

/// Parses and evaluates the files of one commit, each once.
final class CommitLoader {
    let tree: RepositoryTree
    let cache: ReadingCache
    let ignoreRules: IgnoreRules
    var chain = ReadingChain()
    private var recorders: [Observations] = []
    private var finished: [String: Observed<ReadConfiguration>] = [:]
    private var finishedUnits: [String: UnitTrace] = [:]
    private var modules: [String: Observed<ModuleFiles>] = [:]
    private var syntaxErrors: [String: [Diagnostic]] = [:]

    init(tree: any FileTree, cache: ReadingCache) {
        self.tree = RepositoryTree(tree, cache: cache)
        self.cache = cache
        ignoreRules = IgnoreRules(tree: self.tree, cache: cache)
    }

    // MARK: Looking

    /// What a path leads to; nothing when nothing is there.
    func find(_ path: String) throws(FileTreeError) -> TreeItem? {
        let result = Result { () throws(FileTreeError) in try tree.find(path) }
        if !recorders.isEmpty { recorders[recorders.count - 1].look(at: path, result) }
        return try result.get()
    }

    /// A directory at a path.
    func isDirectory(_ path: String) throws(FileTreeError) -> Bool {
        try find(path)?.isDirectory ?? false
    }

    /// All files at or below a path.
    func files(under path: String) throws(FileTreeError) -> [String] {
        guard let item = try find(path) else { return [] }
        if item.isDirectory, !recorders.isEmpty {
            recorders[recorders.count - 1].list(path, item)
        }
        let listing = try tree.files(under: path)
        // A directory's name stands for what is in it, but not for what is behind a link.
        for link in listing.links {
            guard let target = try? find(link), target.isDirectory, !recorders.isEmpty else {
                continue
            }
            recorders[recorders.count - 1].list(link, target)
        }
        return listing.files
    }

    /// The content of a file; nothing when there is none at the path.
    ///
    /// Throws for a directory, and for a file whose content Git keeps elsewhere.
    func bytes(at path: String) throws(FileTreeError) -> [UInt8]? {
        guard let item = try find(path) else { return nil }
        switch item.kind {
        case .directory: throw FileTreeError(path: path, message: "\(path) is a directory.")
        case .submodule:
            throw FileTreeError(
                path: path, message: "\(path) is a submodule, whose files are not in the commit.")
        case .file, .link: break
        }
        return try tree.bytes(of: item, named: path)
    }

    /// Whether Git ignores a path that the commit does not have.
    func isIgnored(_ path: String) throws(FileTreeError) -> Bool {
        lookAtRules(in: RepositoryPath.directory(of: path))
        return try ignoreRules.ignore(path)
    }

    /// Whether Git may ignore a file that matches a pattern from a directory, of which all files of
    /// the commit are given.
    func mayIgnore(
        _ pattern: GlobPattern, below directory: String, files: [String]
    ) throws(FileTreeError) -> Bool {
        lookAtRules(in: directory)
        return try ignoreRules.mayIgnore(pattern, below: directory, files: files)
    }

    /// Notes that the rules of a directory and of all above it count.
    private func lookAtRules(in directory: String) {
        var directory = directory
        while true {
            _ = try? find(RepositoryPath.join(directory, ".gitignore"))
            guard !directory.isEmpty else { break }
            directory = RepositoryPath.directory(of: directory)
        }
    }

    /// Does work and tells what it looked at, which also counts for the work around it.
    func observing<Result, Failure: Error>(
        _ work: () throws(Failure) -> Result
    ) throws(Failure) -> (result: Result, observations: Observations) {
        recorders.append(Observations())
        defer { note(recorders.removeLast()) }
        let result = try work()
        return (result, recorders[recorders.count - 1])
    }

    /// Counts what was looked at earlier for the work under way, also the malformed files.
    func note(_ observations: Observations) {
        syntaxErrors.merge(observations.malformed) { $1 }
        if !recorders.isEmpty { recorders[recorders.count - 1].merge(observations) }
    }

    // MARK: Syntax

    /// The syntax of a file; nothing when there is no such file.
    func syntax(of path: String) throws(FileTreeError) -> Result<Body, Diagnostics>? {
        guard let item = try find(path), !item.isDirectory else { return nil }
        return try cache.body(for: ReadingCache.Key(path: path, id: item.id)) {
            () throws(FileTreeError) in
            let bytes = try bytes(at: path) ?? []
            if LargeFilePointer.matches(bytes) {
                throw FileTreeError(
                    path: path,
                    message: "\(path) is kept by Git LFS, so that the commit has only a pointer.",
                    hint: "Commit the file itself.")
            }
            return SourceFile(path: path, bytes: bytes)
        }
    }

    /// The syntax of a file; throws the first error and keeps the others for ``complete(_:)``.
    func body(of path: String, for range: SourceRange?) throws(Diagnostic) -> Body? {
        let result: Result<Body, Diagnostics>?
        do {
            result = try syntax(of: path)
        } catch {
            throw Diagnostic(error, at: range)
        }
        switch result {
        case nil: return nil
        case .success(let body): return body
        case .failure(let diagnostics):
            syntaxErrors[path] = diagnostics.items
            if !recorders.isEmpty {
                recorders[recorders.count - 1].miss(path, diagnostics.items)
            }
            throw diagnostics.items.first
                ?? Diagnostic(summary: "Malformed file", detail: path, range: range)
        }
    }

    /// All errors that a thrown one stands for: a malformed file usually has several, and so has
    /// an object with several values that fail.
    func complete(_ diagnostic: Diagnostic) -> [Diagnostic] {
        diagnostic.all.flatMap(completeOne)
    }

    private func completeOne(_ diagnostic: Diagnostic) -> [Diagnostic] {
        guard let path = diagnostic.range?.source.path, let all = syntaxErrors[path],
            all.first == diagnostic
        else { return [diagnostic] }
        return all
    }

    /// The errors of all malformed files that something wanted to evaluate, by path.
    var malformedFiles: [Diagnostic] {
        syntaxErrors.sorted { $0.key < $1.key }.flatMap(\.value)
    }

    // MARK: Configurations

    /// What `read_terragrunt_config` returns for a file that exists, with everything it read.
    ///
    /// Only a configuration that asks for the directory of the outermost one differs with it.
    func configuration(
        of path: String, original: String, at range: SourceRange, budget: EvaluationBudget
    ) throws(Diagnostic) -> ReadConfiguration {
        for key in [path, "\(path)\0\(original)"] {
            let known = finished[key] ?? cache.configuration(for: key) { $0.hold(in: tree) }
            guard let known else { continue }
            finished[key] = known
            note(known.observations)
            return known.value
        }
        let (read, observations) = try observing { () throws(Diagnostic) in
            guard let body = try body(of: path, for: range) else {
                throw Diagnostic(
                    summary: "Missing file", detail: "There is no file \(path) in this commit.",
                    range: range)
            }
            return try inChain(path, at: range) { () throws(Diagnostic) in
                let place = TerragruntPlace(
                    directory: RepositoryPath.directory(of: path), originalDirectory: original)
                let scope = try TerragruntScope(loader: self, body: body, place: place)
                let value = try scope.configuration(budget: budget)
                return ReadConfiguration(value: value, trace: scope.trace)
            }
        }
        let key = read.trace.usesOriginalDirectory ? "\(path)\0\(original)" : path
        let made = Observed(value: read, observations: observations)
        finished[key] = made
        if tree.failure == nil { cache.store(made, for: key) }
        return read
    }
}

extension CommitLoader {
    /// What a unit is seen to read, once for a commit and for all that look the same.
    func unit(_ directory: String, read: () -> UnitTrace) -> UnitTrace {
        if let known = finishedUnits[directory] { return known }
        if let known = cache.unit(for: directory, where: { $0.hold(in: tree) }) {
            finishedUnits[directory] = known.value
            note(known.observations)
            return known.value
        }
        let (made, observations) = observing { () throws(Never) in read() }
        finishedUnits[directory] = made
        if made.errors.isEmpty, tree.failure == nil {
            cache.store(Observed(value: made, observations: observations), for: directory)
        }
        return made
    }

    /// What a module's directory holds and leads to, once for a commit.
    func module(
        _ directory: String, read: () throws(FileTreeError) -> ModuleFiles
    ) throws(FileTreeError) -> ModuleFiles {
        if let known = modules[directory] {
            note(known.observations)
            return known.value
        }
        let (made, observations) = try observing(read)
        modules[directory] = Observed(value: made, observations: observations)
        return made
    }
}

/// A configuration that was read to the end.
struct ReadConfiguration {
    let value: Value
    let trace: ReadTrace
}

/// What Git LFS leaves in a commit instead of a file.
enum LargeFilePointer {
    private static let start = Array("version https://git-lfs.github.com/spec/".utf8)

    /// Whether a file's content is such a pointer.
    static func matches(_ bytes: [UInt8]) -> Bool {
        bytes.count < 1_024 && bytes.starts(with: start)
    }
}

extension Diagnostic {
    /// What the tree refused, at the place that asked for it.
    init(_ error: FileTreeError, at range: SourceRange?) {
        self.init(
            summary: "Unreadable file", detail: error.message, range: range, hint: error.hint)
    }
}
