import ClusterModel
import HCL

/// What the units of a stage are seen to read.
struct StageReads {
    /// The files that exist and matter.
    var files: Set<String> = []

    /// The files that are read in another way than as configurations, so that every word in them
    /// may have a meaning.
    var texts: Set<String> = []

    /// Paths where a file that appears would matter.
    var probes: Set<String> = []

    /// What makes a unit unreadable, beside malformed files.
    var errors: [Diagnostic] = []

    /// Whether everything that the units read could be seen.
    var isComplete = true

    /// Files and probes.
    var allPaths: Set<String> { files.union(probes) }
}

/// Finds what the units of a stage read, without running anything.
struct StageReader {
    /// The ways of reading that go by the names of values.
    private static let configurations: Set<String> = [
        "folder", "include", "module", "read_terragrunt_config", "source",
    ]

    let loader: CommitLoader
    let stage: Stage

    /// The reads of all units, and the files that the stage names itself.
    func read() throws(ReadError) -> StageReads {
        do {
            var reads = StageReads()
            reads.isComplete = stage.command.isEmpty
            for unit in stage.units { try read(unit: unit, into: &reads) }
            for text in stage.inputs {
                let pattern = PathPattern(text)
                let files = try loader.files(under: pattern.directory)
                reads.files.formUnion(files.filter(pattern.matches))
            }
            return reads
        } catch {
            throw ReadError(error)
        }
    }

    /// Reads a unit, or all units below a directory.
    private func read(unit: String, into reads: inout StageReads) throws(FileTreeError) {
        let files = try loader.files(under: unit).filter(UnitReader.decides)
        reads.files.formUnion(files)
        reads.probes.insert(RepositoryPath.join(unit, UnitReader.unitFile))
        let units = files.filter { RepositoryPath.name(of: $0) == UnitReader.unitFile }
        if units.isEmpty { reads.isComplete = false }
        for path in units {
            let found = UnitReader(loader: loader).read(RepositoryPath.directory(of: path))
            reads.files.formUnion(found.trace.files)
            reads.texts.formUnion(
                found.trace.edges.filter { !Self.configurations.contains($0.kind) }.map(\.target))
            reads.probes.formUnion(found.trace.probes)
            reads.errors += found.errors
            if !found.trace.gaps.isEmpty { reads.isComplete = false }
        }
    }
}
