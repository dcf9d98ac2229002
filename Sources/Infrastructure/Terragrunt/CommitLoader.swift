import HCL

/// Parses and evaluates the files of one commit, each once.
final class CommitLoader {
    /// A configuration that was read to the end.
    private struct Finished {
        let value: Value
        let trace: ReadTrace
    }

    private struct Key: Hashable {
        let path: String
        let original: String
    }

    /// How many files may read one another in a row, which bounds the depth of the work.
    private static let longestChain = 40

    let tree: any FileTree
    let cache: SyntaxCache
    private var chain: [String] = []
    private var finished: [Key: Finished] = [:]
    private var syntaxErrors: [String: [Diagnostic]] = [:]

    init(tree: any FileTree, cache: SyntaxCache) {
        self.tree = tree
        self.cache = cache
    }

    /// The content name of a file, or nothing.
    func key(of path: String) throws(FileTreeError) -> SyntaxCache.Key? {
        try tree.hash(of: path).map { SyntaxCache.Key(path: path, hash: $0) }
    }

    /// The syntax of a file; nothing when there is no such file.
    func syntax(of path: String) throws(FileTreeError) -> Result<Body, Diagnostics>? {
        guard let key = try key(of: path) else { return nil }
        return try cache.body(for: key) { () throws(FileTreeError) in
            guard let bytes = try tree.bytes(at: path) else {
                throw FileTreeError(path: path, message: "\(path) cannot be read.")
            }
            let source = SourceFile(path: path, bytes: bytes)
            return Result { () throws(Diagnostics) in try Body.parse(source) }
        }
    }

    /// The syntax of a file; throws the first error and keeps the others for ``complete(_:)``.
    func body(of path: String, for range: SourceRange?) throws(Diagnostic) -> Body? {
        let result: Result<Body, Diagnostics>?
        do {
            result = try syntax(of: path)
        } catch {
            throw Diagnostic(
                summary: "Unreadable file", detail: error.message, range: range, hint: error.hint)
        }
        switch result {
        case nil: return nil
        case .success(let body): return body
        case .failure(let diagnostics):
            syntaxErrors[path] = diagnostics.items
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

    /// A file or directory at a path.
    func exists(_ path: String) throws(FileTreeError) -> Bool {
        if try tree.hash(of: path) != nil { return true }
        return try isDirectory(path)
    }

    /// A directory at a path.
    func isDirectory(_ path: String) throws(FileTreeError) -> Bool {
        guard try tree.hash(of: path) == nil else { return false }
        return try !tree.paths(under: path).isEmpty
    }

    /// What `read_terragrunt_config` returns for a file that exists, with everything it read.
    func configuration(
        of path: String, original: String, at range: SourceRange, budget: EvaluationBudget
    ) throws(Diagnostic) -> (value: Value, trace: ReadTrace) {
        let key = Key(path: path, original: original)
        if let known = finished[key] { return (known.value, known.trace) }
        guard let body = try body(of: path, for: range) else {
            throw Diagnostic(
                summary: "Missing file", detail: "There is no file \(path) in this commit.",
                range: range)
        }
        return try inChain(path, at: range) { () throws(Diagnostic) in
            let place = TerragruntPlace(
                directory: RepositoryPath.directory(of: path), originalDirectory: original)
            let scope = try TerragruntScope(loader: self, body: body, place: place)
            scope.trace.read(path)
            let value = try scope.configuration(budget: budget)
            finished[key] = Finished(value: value, trace: scope.trace)
            return (value, scope.trace)
        }
    }

    /// Does work on behalf of a file; throws when that file is being worked on already.
    func inChain<Result>(
        _ path: String, at range: SourceRange?, _ work: () throws(Diagnostic) -> Result
    ) throws(Diagnostic) -> Result {
        if let start = chain.firstIndex(of: path) {
            let ring = (chain[start...] + [path]).joined(separator: " → ")
            throw Diagnostic(
                summary: "Files read each other in a ring",
                detail: "Evaluating this file needs the file itself: \(ring).", range: range,
                hint: "Move what both need into a file that reads neither.")
        }
        guard chain.count < Self.longestChain else {
            throw Diagnostic(
                summary: "Files read each other too deeply",
                detail: "More than \(Self.longestChain) files read one another in a row.",
                range: range)
        }
        chain.append(path)
        defer { chain.removeLast() }
        return try work()
    }
}
