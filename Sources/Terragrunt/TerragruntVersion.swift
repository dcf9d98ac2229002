public import ClusterModel
import Execution

/// A release of Terragrunt whose command line is known: 0.90 to 1.1.
///
/// Below 0.90 the commands and flags have other names; above 1.1 nothing is known yet. Neither is
/// guessed at.
public struct TerragruntVersion: Hashable, Sendable, CustomStringConvertible {
    /// The first release that is known.
    public static let oldest = Version(0, 90, 0)

    /// The newest release line that is known.
    public static let newestLine = ReleaseLine(1, 1)

    /// The version.
    public let version: Version

    /// Whether a single unit can be given a working folder on the command line.
    ///
    /// Before 1.0 the flag made `-detailed-exitcode` report the wrong status.
    var takesWorkingDirectory: Bool { version.release >= Version(1, 0, 0) }

    /// Whether a run of a single unit writes a report.
    var reportsSingleUnits: Bool { version.release >= Version(1, 0, 0) }

    /// Creates a version; throws ``Execution/StageError`` when its command line is not known.
    public init(_ version: Version) throws {
        guard version >= TerragruntVersion.oldest else {
            throw StageError(
                "Terragrunt \(version) is older than \(TerragruntVersion.oldest), "
                    + "the first release that uprev can drive.",
                hint: "Install Terragrunt \(TerragruntVersion.oldest) to "
                    + "\(TerragruntVersion.newestLine).x on the machine that uprev runs on.")
        }
        guard version.line <= TerragruntVersion.newestLine else {
            throw StageError(
                "Terragrunt \(version) is newer than \(TerragruntVersion.newestLine).x, "
                    + "the last release line that uprev can drive.",
                hint: "Install Terragrunt \(TerragruntVersion.newestLine).x, or a newer uprev.")
        }
        self.version = version
    }

    /// Reads what `terragrunt --version` printed.
    public init(printed text: String) throws {
        let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
        guard let name = words.firstIndex(where: { $0.lowercased() == "terragrunt" }),
            let version = words[name...].lazy.compactMap({ Version($0) }).first
        else {
            let line = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
            throw StageError(
                "`terragrunt --version` printed `\(line.prefix(200))`, which names no version.",
                hint: "Check which program `terragrunt` is on the machine that uprev runs on.")
        }
        try self.init(version)
    }

    /// The version, such as `v0.93.8`.
    public var description: String { version.description }
}
