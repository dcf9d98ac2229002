import HCL

/// One step on the way from a unit to a file that decides it.
public struct ReadStep: Hashable, Sendable, Codable {
    /// The file that makes the next one be read.
    public let file: String

    /// The line that says so, counted from one; `nil` when it follows from where the files lie.
    public let line: Int?

    /// How: the name of a function or block, such as `include` or `read_terragrunt_config`;
    /// `folder` for a file in the unit's own folder.
    public let kind: String
}

/// A file that decides a unit, and why.
public struct FileRead: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The file.
    public let file: String

    /// The shortest way to it, beginning with the unit's configuration; empty for that itself.
    public let steps: [ReadStep]

    /// Names a file and a way to it.
    public init(file: String, steps: [ReadStep]) {
        self.file = file
        self.steps = steps
    }

    /// The way in one line, such as
    /// `unit/terragrunt.hcl:4 include → root.hcl:12 read_terragrunt_config → common/network.hcl`.
    public var description: String {
        let parts = steps.map { step in
            step.file + (step.line.map { ":\($0)" } ?? "") + " " + step.kind
        }
        return (parts + [file]).joined(separator: " → ")
    }
}

/// Another unit that must be applied before, which decides the order but not the content.
public struct UnitOrder: Hashable, Sendable, Codable {
    /// The directory of the other unit.
    public let unit: String

    /// The place that says so.
    public let step: ReadStep
}

/// Everything that decides a unit, as far as it can be seen without running anything.
public struct UnitReads: Hashable, Sendable, Codable {
    /// The directory of the unit.
    public let unit: String

    /// The files that decide it, sorted by path.
    public let files: [FileRead]

    /// The units that it names as its dependencies, in the order of the text.
    public let order: [UnitOrder]

    /// Paths where it looks for a file and finds none, sorted; a file that appears there matters.
    public let absent: [String]

    /// What keeps the set from being complete, such as a path that only a run knows; empty when
    /// nothing does.
    public let problems: [ReadProblem]

    /// Whether all files that decide the unit are known.
    public var isComplete: Bool { problems.isEmpty }

    /// How the unit comes to a file; `nil` when it does not.
    public func read(of file: String) -> FileRead? {
        var range = files[...]
        while let middle = range.indices.dropFirst(range.count / 2).first {
            if files[middle].file == file { return files[middle] }
            range = files[middle].file < file ? range[(middle + 1)...] : range[..<middle]
        }
        return nil
    }
}

/// The units of a commit with the files that decide each.
public struct UnitGraph: Sendable {
    /// The units, sorted by directory.
    public let units: [UnitReads]

    /// The units that a file reaches, each with the way from the unit to the file.
    public func units(reading file: String) -> [(unit: UnitReads, read: FileRead)] {
        units.compactMap { unit in unit.read(of: file).map { (unit, $0) } }
    }

    /// The units that look for a file at a path where there is none.
    public func units(missing file: String) -> [UnitReads] {
        units.filter { $0.absent.contains(file) }
    }
}

extension UnitReads {
    /// Makes the public view of a trace: the shortest way to each file.
    init(of unit: String, _ found: UnitTrace) {
        let root = RepositoryPath.join(unit, UnitReader.unitFile)
        var edges: [String: [ReadEdge]] = [:]
        for edge in found.trace.edges { edges[edge.reader, default: []].append(edge) }
        var ways: [String: [ReadStep]] = [root: []]
        var pending = [root]
        while !pending.isEmpty {
            var next: [String] = []
            for reader in pending {
                for edge in edges[reader] ?? [] where ways[edge.target] == nil {
                    ways[edge.target] = (ways[reader] ?? []) + [ReadStep(edge)]
                    next.append(edge.target)
                }
            }
            pending = next
        }
        self.unit = unit
        self.files = ways.keys.sorted().map { FileRead(file: $0, steps: ways[$0] ?? []) }
        order = found.trace.order.map { UnitOrder(unit: $0.target, step: ReadStep($0)) }
        absent = found.trace.probes.sorted()
        problems = (found.errors + found.trace.gaps).map { ReadProblem($0, file: root) }
    }
}

extension ReadStep {
    init(_ edge: ReadEdge) {
        file = edge.reader
        line = edge.range?.start.line
        kind = edge.kind
    }
}

extension CommitLoader {
    /// The directories of all units of the commit, sorted.
    func unitDirectories() throws(FileTreeError) -> [String] {
        try files(under: "").filter { RepositoryPath.name(of: $0) == UnitReader.unitFile }
            .map(RepositoryPath.directory(of:)).sorted()
    }
}
