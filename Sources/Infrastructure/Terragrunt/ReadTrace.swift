import HCL

/// Which paths of the commit an evaluation looked at, and what it could not see.
final class ReadTrace {
    /// The files that were read.
    private(set) var files: Set<String> = []

    /// The paths that were looked for and not found; a file that appears there is a change.
    private(set) var probes: Set<String> = []

    /// Places where something is read that is only known when Terragrunt runs.
    private(set) var gaps: [Diagnostic] = []

    func read(_ path: String) { files.insert(path) }

    func probe(_ path: String) { probes.insert(path) }

    func gap(_ diagnostic: Diagnostic) { gaps.append(diagnostic) }

    func merge(_ other: ReadTrace) {
        guard other !== self else { return }
        files.formUnion(other.files)
        probes.formUnion(other.probes)
        gaps += other.gaps
    }
}
