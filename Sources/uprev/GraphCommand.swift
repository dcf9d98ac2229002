import Agent
import ArgumentParser
import Git
import Infrastructure
import Reporting

/// `uprev graph`: which files decide a unit, and which units a file reaches.
struct GraphCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "graph",
        abstract: "Show which files decide a unit, and which units a file reaches.",
        discussion: """
            Follows what Terragrunt would read: includes, read_terragrunt_config, functions of \
            files, variable files and local modules. Nothing is executed; where a path is known \
            only to a run, the unit says that its files are not all known, and why.

            Examples:
              uprev graph                                   all units, with counts
              uprev graph cluster/2-machine-config          the files of a unit, each with why
              uprev graph --file common/network.hcl         the units that a file reaches
            """
    )

    @Argument(help: "Units, by their directories in the repository.")
    var units: [String] = []

    @Option(parsing: .upToNextOption, help: "Files, by their paths in the repository.")
    var file: [String] = []

    @Option(help: "The commit to read.")
    var revision = "HEAD"

    @OptionGroup
    var source: RepositoryOptions

    @Option(help: "How to print: text or json.")
    var output = OutputFormat.text

    func validate() throws {
        guard units.isEmpty || file.isEmpty else {
            throw ValidationError("Name either units or --file, not both.")
        }
    }

    func run() async throws {
        try await reportingErrors {
            let reading = try source.reading()
            let commit = try await reading.repository.resolve(revision)
            let names = units.map { Self.normal($0, without: "terragrunt.hcl") }
            let graph = try await reading.units(names, at: commit)
            if !file.isEmpty {
                try show(
                    FilesReport(
                        revision: commit.description, files: file.map { Self.normal($0) },
                        in: graph))
            } else if units.isEmpty {
                try show(CountsReport(revision: commit.description, graph: graph))
            } else {
                try show(UnitsReport(revision: commit.description, graph: graph))
            }
        }
    }

    private func show(_ report: some GraphReport) throws {
        print(output == .json ? try JSONText.pretty(report) : report.text)
    }

    /// A path as the repository has it, from one as shells complete it.
    private static func normal(_ path: String, without name: String = "") -> String {
        var names = path.split(separator: "/").filter { $0 != "." }
        if !name.isEmpty, names.last ?? "" == name { names.removeLast() }
        return names.joined(separator: "/")
    }
}

/// Something that `uprev graph` prints.
private protocol GraphReport: Encodable {
    var text: String { get }
}

/// All units, with how many files decide each.
private struct CountsReport: GraphReport {
    struct Unit: Encodable {
        let unit: String
        let files: Int
        let before: [String]
        let complete: Bool
    }

    let revision: String
    let units: [Unit]

    init(revision: String, graph: UnitGraph) {
        self.revision = revision
        units = graph.units.map { unit in
            Unit(
                unit: unit.unit, files: unit.files.count, before: unit.order.map(\.unit),
                complete: unit.isComplete)
        }
    }

    var text: String {
        let width = units.map(\.unit.count).max() ?? 0
        let lines = units.map { unit in
            let padding = String(repeating: " ", count: width - unit.unit.count)
            let after = unit.before.isEmpty ? "" : ", after \(unit.before.joined(separator: ", "))"
            let doubt = unit.complete ? "" : ", and others that only a run knows"
            return "\(unit.unit)\(padding)  \(count(unit.files, "file"))\(doubt)\(after)"
        }
        return lines.isEmpty ? "This commit has no units." : lines.joined(separator: "\n")
    }
}

/// Units with the files that decide each.
private struct UnitsReport: GraphReport {
    struct Unit: Encodable {
        let unit: String
        let complete: Bool
        let files: [FileRead]
        let before: [UnitOrder]
        let absent: [String]
        let problems: [ReadProblem]
    }

    let revision: String
    let units: [Unit]

    init(revision: String, graph: UnitGraph) {
        self.revision = revision
        units = graph.units.map { unit in
            Unit(
                unit: unit.unit, complete: unit.isComplete, files: unit.files,
                before: unit.order, absent: unit.absent, problems: unit.problems)
        }
    }

    var text: String { units.map(Self.text).joined(separator: "\n\n") }

    private static func text(of unit: Unit) -> String {
        var lines = ["\(unit.unit): decided by \(count(unit.files.count, "file"))"]
        for read in unit.files {
            lines.append("  \(read.file)")
            if !read.steps.isEmpty { lines.append("    \(read)") }
        }
        if !unit.before.isEmpty { lines.append("comes after") }
        for order in unit.before {
            let place = order.step.line.map { ":\($0)" } ?? ""
            lines.append("  \(order.unit)")
            lines.append("    \(order.step.file)\(place) \(order.step.kind)")
        }
        if !unit.problems.isEmpty { lines.append("not all of its files are known") }
        for problem in unit.problems { lines.append("  \(problem.description)") }
        return lines.joined(separator: "\n")
    }
}

/// Files with the units that each reaches.
private struct FilesReport: GraphReport {
    struct Reached: Encodable {
        let unit: String
        let steps: [ReadStep]
    }

    struct File: Encodable {
        let file: String
        let units: [Reached]
        let wanted: [String]
        let doubtful: [String]
    }

    let revision: String
    let files: [File]

    init(revision: String, files: [String], in graph: UnitGraph) {
        self.revision = revision
        self.files = files.map { file in
            let reached = graph.units(reading: file)
            let names = Set(reached.map(\.unit.unit))
            return File(
                file: file,
                units: reached.map { Reached(unit: $0.unit.unit, steps: $0.read.steps) },
                wanted: graph.units(missing: file).map(\.unit),
                doubtful: graph.units.filter { !$0.isComplete && !names.contains($0.unit) }
                    .map(\.unit))
        }
    }

    var text: String { files.map(Self.text).joined(separator: "\n\n") }

    private static func text(of file: File) -> String {
        var lines = ["\(file.file): reaches \(count(file.units.count, "unit"))"]
        for reached in file.units {
            lines.append("  \(reached.unit)")
            if !reached.steps.isEmpty {
                lines.append("    \(FileRead(file: file.file, steps: reached.steps))")
            }
        }
        for (title, units) in [
            ("looked for, but not there, by", file.wanted),
            ("might reach, since not all of their files are known", file.doubtful),
        ] where !units.isEmpty {
            lines.append(title)
            lines += units.map { "  \($0)" }
        }
        return lines.joined(separator: "\n")
    }
}

private func count(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
}
