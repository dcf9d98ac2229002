import HCL

/// One file that was read, and where that is written.
struct ReadEdge {
    /// The file that makes the other one be read.
    let reader: String
    /// The file that is read, or the directory of a unit that must be applied before.
    let target: String
    /// How: the name of a function or of a block.
    let kind: String
    /// The place; nothing when it follows from where the files lie.
    let range: SourceRange?
}

/// A variable of the environment that a value may depend on.
struct EnvironmentUse: Hashable {
    let name: String
    let range: SourceRange

    func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(range.bytes)
        hasher.combine(range.source.path)
    }
}

/// Uses of the environment, each once, in the order in which they were found.
///
/// Copies share their storage: many locals may depend on the same many variables.
struct EnvironmentUses {
    private(set) var all: [EnvironmentUse] = []
    private var known: Set<EnvironmentUse> = []

    init(_ uses: [EnvironmentUse] = []) {
        for use in uses { insert(use) }
    }

    mutating func insert(_ use: EnvironmentUse) {
        if known.insert(use).inserted { all.append(use) }
    }

    mutating func formUnion(_ other: EnvironmentUses) {
        guard !all.isEmpty else {
            self = other
            return
        }
        for use in other.all { insert(use) }
    }
}

/// Which paths of the commit an evaluation looked at, and what it could not see.
final class ReadTrace {
    private struct Key: Hashable {
        let reader: String
        let target: String
        let kind: String
    }

    /// A target that comes first, by which reader does not matter.
    private struct OrderKey: Hashable {
        let target: String
        let kind: String
    }

    /// A diagnostic, told from others as its own equality does.
    private struct Gap: Hashable {
        let diagnostic: Diagnostic

        func hash(into hasher: inout Hasher) {
            hasher.combine(diagnostic.range?.source.path)
            hasher.combine(diagnostic.range?.bytes)
            hasher.combine(diagnostic.detail)
        }
    }

    /// The files that were read, each with every way that led to it.
    private(set) var edges: [ReadEdge] = []
    /// The units that must be applied before, which decide the order but not the content.
    private(set) var order: [ReadEdge] = []
    /// The paths that were looked for and not found; a file that appears there is a change.
    private(set) var probes: Set<String> = []
    /// Places where something is read that is only known when Terragrunt runs.
    private(set) var gaps: [Diagnostic] = []
    /// Variables of the environment that were asked for with a default.
    private(set) var environment = EnvironmentUses()
    /// Whether a result depends on the directory of the outermost configuration.
    private(set) var usesOriginalDirectory = false
    private var known: Set<Key> = []
    private var knownOrder: Set<OrderKey> = []
    private var knownGaps: Set<Gap> = []
    private(set) var files: Set<String> = []

    func read(_ target: String, by reader: String, _ kind: String, at range: SourceRange?) {
        add(ReadEdge(reader: reader, target: target, kind: kind, range: range))
    }

    func read(_ target: String, _ kind: String, at range: SourceRange) {
        read(target, by: range.source.path, kind, at: range)
    }

    func needs(_ unit: String, _ kind: String, at range: SourceRange) {
        let edge = ReadEdge(reader: range.source.path, target: unit, kind: kind, range: range)
        addOrder(edge)
    }

    func probe(_ path: String) { probes.insert(path) }

    func gap(_ diagnostic: Diagnostic) {
        for diagnostic in diagnostic.all
        where knownGaps.insert(Gap(diagnostic: diagnostic)).inserted {
            gaps.append(diagnostic)
        }
    }

    func dependsOnEnvironment(_ use: EnvironmentUse) { environment.insert(use) }

    func dependsOnOriginalDirectory() { usesOriginalDirectory = true }

    func merge(_ other: ReadTrace) {
        guard other !== self else { return }
        for edge in other.edges { add(edge) }
        probes.formUnion(other.probes)
        for gap in other.gaps { self.gap(gap) }
        environment.formUnion(other.environment)
        usesOriginalDirectory = usesOriginalDirectory || other.usesOriginalDirectory
    }

    private func add(_ edge: ReadEdge) {
        guard edge.target != edge.reader,
            known.insert(Key(reader: edge.reader, target: edge.target, kind: edge.kind)).inserted
        else { return }
        edges.append(edge)
        files.insert(edge.target)
    }

    private func addOrder(_ edge: ReadEdge) {
        if knownOrder.insert(OrderKey(target: edge.target, kind: edge.kind)).inserted {
            order.append(edge)
        }
    }
}
