import HCL

/// What the expressions of all files below a directory mention.
struct MentionSum {
    /// A local that is given what another local, an include or a file says.
    struct Alias: Hashable {
        let name: String
        let lastStep: String
    }

    private(set) var names: Set<String> = []
    private(set) var handedOn: Set<String> = []
    private(set) var aliases: Set<Alias> = []
    /// Whether every file could be read.
    private(set) var isComplete = true

    mutating func add(_ mentions: Mentions) {
        names.formUnion(mentions.names)
        handedOn.formUnion(mentions.handedOn)
        for (name, lastStep) in mentions.aliases {
            aliases.insert(Alias(name: name, lastStep: lastStep))
        }
    }

    mutating func add(_ other: MentionSum) {
        names.formUnion(other.names)
        handedOn.formUnion(other.handedOn)
        aliases.formUnion(other.aliases)
        isComplete = isComplete && other.isComplete
    }

    /// Counts a file that cannot be read.
    mutating func addUnreadable() { isComplete = false }

    /// The names under which a whole configuration, or all of its locals, can be reached.
    var wholeValues: Set<String> {
        var whole: Set<String> = ["", "locals"]
        var count = 0
        while count != whole.count {
            count = whole.count
            for alias in aliases where whole.contains(alias.lastStep) { whole.insert(alias.name) }
        }
        return whole
    }
}

extension CommitLoader {
    /// What all expressions of the commit mention, but for those of the definition file.
    ///
    /// What is below a directory is summed up once for all commits that have it.
    func mentionSum() throws(FileTreeError) -> MentionSum {
        guard let root = try tree.find("") else { return MentionSum() }
        return try sum(ofDirectory: root.id, at: "", without: DefinitionReader.fileName)
    }

    private func sum(
        ofDirectory id: String, at path: String, without excluded: String? = nil
    ) throws(FileTreeError) -> MentionSum {
        var sum = MentionSum()
        guard path.utf8.count <= RepositoryTree.longestPath else {
            sum.addUnreadable()
            return sum
        }
        for entry in try tree.listing(ofDirectory: id).entries where entry.name != excluded {
            let place = RepositoryPath.join(path, entry.name)
            switch entry.kind {
            case .directory:
                sum.add(
                    try cache.mentionSum(for: entry.id) { () throws(FileTreeError) in
                        try self.sum(ofDirectory: entry.id, at: place)
                    })
            case .file where Self.isSyntax(entry.name): try add(place, entry.id, to: &sum)
            case .file, .link, .submodule: break
            }
        }
        return sum
    }

    private func add(
        _ path: String, _ id: String, to sum: inout MentionSum
    ) throws(FileTreeError) {
        guard let syntax = try? syntax(of: path), case .success(let body) = syntax else {
            if let failure = tree.failure { throw failure }
            return sum.addUnreadable()
        }
        sum.add(cache.mentions(for: id) { Mentions(in: body) })
    }

    /// Whether expressions of a file are looked at.
    static func isSyntax(_ path: String) -> Bool {
        let name = RepositoryPath.name(of: path)
        return name != ".terraform.lock.hcl"
            && [".hcl", ".tf", ".tofu"].contains { name.hasSuffix($0) }
    }
}
