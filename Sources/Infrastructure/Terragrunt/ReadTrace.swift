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
struct EnvironmentUse: Equatable {
    let name: String
    let range: SourceRange
}

/// Which paths of the commit an evaluation looked at, and what it could not see.
final class ReadTrace {
    private struct Key: Hashable {
        let reader: String
        let target: String
        let kind: String
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
    private(set) var environment: [EnvironmentUse] = []
    /// Whether a result depends on the directory of the outermost configuration.
    private(set) var usesOriginalDirectory = false
    private var known: Set<Key> = []
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
        for diagnostic in diagnostic.all where !gaps.contains(diagnostic) {
            gaps.append(diagnostic)
        }
    }

    func dependsOnEnvironment(_ use: EnvironmentUse) {
        if !environment.contains(use) { environment.append(use) }
    }

    func dependsOnOriginalDirectory() { usesOriginalDirectory = true }

    func merge(_ other: ReadTrace) {
        guard other !== self else { return }
        for edge in other.edges { add(edge) }
        probes.formUnion(other.probes)
        for gap in other.gaps { self.gap(gap) }
        for use in other.environment { dependsOnEnvironment(use) }
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
        guard !order.contains(where: { $0.target == edge.target && $0.kind == edge.kind }) else {
            return
        }
        order.append(edge)
    }
}
