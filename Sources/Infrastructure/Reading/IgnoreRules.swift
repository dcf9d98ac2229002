/// What the `.gitignore` files of a commit say: a file that they name may be in a work tree although
/// no commit has it.
struct IgnoreRules {
    private static let fileName = ".gitignore"
    /// How much work it may be to hold all lines against one pattern.
    private static let mostSteps = 1 << 17

    let tree: RepositoryTree
    let cache: ReadingCache

    /// Whether a path that the commit does not have would be ignored by Git if it were there.
    ///
    /// The repository's own files count; settings of one clone or one person cannot be known.
    func ignore(_ path: String) throws(FileTreeError) -> Bool {
        let names = path.split(separator: "/")
        var rules: [(directory: String, lines: [IgnoreLine])] = []
        var directory = ""
        for (index, name) in names.enumerated() {
            if let lines = try lines(in: directory) { rules.append((directory, lines)) }
            let place = RepositoryPath.join(directory, String(name))
            let isDirectory = index < names.count - 1
            var isIgnored = false
            for (base, lines) in rules {
                let relative = base.isEmpty ? place : String(place.dropFirst(base.count + 1))
                for line in lines where line.matches(relative, isDirectory: isDirectory) {
                    isIgnored = !line.isNegated
                }
            }
            // What is in an ignored directory cannot be taken back.
            if isIgnored { return true }
            directory = place
        }
        return false
    }

    /// Whether there may be a file that a pattern from a directory matches and that Git ignores.
    ///
    /// `files` are those below the directory that the commit has. Lines that take back what others
    /// ignore are not looked at, so that the answer is yes rather than no. What Terragrunt and
    /// OpenTofu leave behind lies beside code only.
    func mayIgnore(
        _ pattern: GlobPattern, below directory: String, files: [String]
    ) throws(FileTreeError) -> Bool {
        let hasCode = files.contains { path in
            RepositoryPath.name(of: path) == UnitReader.unitFile || path.hasSuffix(".tf")
                || path.hasSuffix(".tofu")
        }
        var places = files.filter { RepositoryPath.name(of: $0) == Self.fileName }
            .map(RepositoryPath.directory(of:))
        var above = directory
        while !above.isEmpty {
            places.append(above)
            above = RepositoryPath.directory(of: above)
        }
        let wanted = pattern.below(directory)
        var steps = Self.mostSteps
        for place in Set(places + [""]) {
            for line in try lines(in: place) ?? [] where hasCode || !line.isToolCache {
                for ignored in line.ignored(below: place)
                where wanted.mayMeet(ignored, steps: &steps) {
                    return true
                }
            }
        }
        return false
    }

    private func lines(in directory: String) throws(FileTreeError) -> [IgnoreLine]? {
        let path = RepositoryPath.join(directory, Self.fileName)
        guard let item = try? tree.find(path), item.isFile else { return nil }
        return try cache.ignoreLines(of: item.id) { () throws(FileTreeError) in
            IgnoreLine.lines(of: try tree.bytes(of: item, named: path))
        }
    }
}

/// One line of a `.gitignore`.
struct IgnoreLine {
    /// Whether the line takes back what an earlier one ignores.
    let isNegated: Bool
    /// Whether the line is about the directories in which Terragrunt and OpenTofu work.
    let isToolCache: Bool
    private let onlyDirectories: Bool
    private let pattern: GlobPattern

    static func lines(of bytes: [UInt8]) -> [IgnoreLine] {
        String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).compactMap {
            IgnoreLine($0)
        }
    }

    private init?(_ line: Substring) {
        var text = line
        while text.hasSuffix(" "), !text.hasSuffix("\\ ") { text.removeLast() }
        guard !text.isEmpty, !text.hasPrefix("#") else { return nil }
        isNegated = text.hasPrefix("!")
        if isNegated { text.removeFirst() }
        onlyDirectories = text.hasSuffix("/")
        if onlyDirectories { text.removeLast() }
        isToolCache = text.split(separator: "/").contains {
            $0 == ".terraform" || $0 == ".terragrunt-cache"
        }
        let isAnchored = text.contains("/")
        if text.hasPrefix("/") { text.removeFirst() }
        let whole = isAnchored ? String(text) : "**/\(text)"
        guard let pattern = GlobPattern(whole, dialect: .directories, allowsBraces: false) else {
            return nil
        }
        self.pattern = pattern
    }

    /// The paths from the top of files that the line ignores, or that are in a directory that it
    /// ignores, when it stands in the file of a directory.
    func ignored(below directory: String) -> [GlobPattern] {
        guard !isNegated else { return [] }
        let whole = pattern.below(directory)
        return onlyDirectories ? [whole.contents] : [whole, whole.contents]
    }

    func matches(_ path: String, isDirectory: Bool) -> Bool {
        (isDirectory || !onlyDirectories) && pattern.matches(path)
    }
}
