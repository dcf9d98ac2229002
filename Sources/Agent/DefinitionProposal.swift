public import Git

/// A `uprev.hcl` for a repository that has none, made by looking at the names of its files.
public struct DefinitionProposal: Sendable {
    /// The text of the file.
    public let text: String

    /// What could not be found and has to be filled in by hand, one sentence each.
    public let gaps: [String]

    /// Looks at the files of a commit.
    public static func make(
        for repository: GitRepository, at commit: CommitID, cluster: String?
    ) async throws -> DefinitionProposal {
        let paths = try await repository.withTree(of: commit) { try $0.paths(under: "") }
        return DefinitionProposal(paths: paths.sorted(), cluster: cluster)
    }

    /// Proposes a definition for a repository with these files.
    init(paths: [String], cluster: String?) {
        var gaps: [String] = []
        func find(_ name: String) -> String {
            let found = paths.filter { $0 == name || $0.hasSuffix("/\(name)") }
                .min { $0.split(separator: "/").count < $1.split(separator: "/").count }
            if found == nil { gaps.append("No \(name) was found; put its path in the file.") }
            return found ?? "common/\(name)"
        }
        let versions = find("versions.hcl")
        let schematic = find("install-schematic.hcl")
        let override = paths.first { $0.hasSuffix("/cluster.hcl") }
        let images = Self.units(below: "images", in: paths)
        let cluster = cluster ?? Self.clusterName(from: override)
        let configs = Self.units(below: "cluster", in: paths).filter { !$0.contains("vms-create") }
        if images.isEmpty { gaps.append("No units below images/ were found.") }
        if configs.isEmpty { gaps.append("No units below cluster/ were found.") }
        gaps.append(
            "Check the installer: which unit's output names the image that nodes install?")
        self.gaps = gaps
        text = """
            cluster "\(cluster)" {
              versions  = "\(versions)"
              schematic = "\(schematic)"
            \(override.map { "  overrides = [\"\($0)\"]\n" } ?? "")
              stage "images" {
                units = \(Self.list(images))
              }
              stage "machine_config" {
                units = \(Self.list(configs))
              }

              installer {
                output = { unit = "\(images.first ?? "images/1")", name = "installer_image" }
              }
            }

            """
    }

    /// The folders with a `terragrunt.hcl` directly below the first folder of that name.
    private static func units(below folder: String, in paths: [String]) -> [String] {
        let units = paths.filter { $0.hasSuffix("/terragrunt.hcl") }
            .map { String($0.dropLast("/terragrunt.hcl".count)) }
        return units.filter { unit in
            let names = unit.split(separator: "/")
            return names.count >= 2 && names[names.count - 2] == folder
        }
    }

    private static func clusterName(from override: String?) -> String {
        let names = (override ?? "").split(separator: "/")
        return names.count >= 2 ? String(names[names.count - 2]) : "main"
    }

    private static func list(_ entries: [String]) -> String {
        "[" + entries.map { "\"\($0)\"" }.joined(separator: ", ") + "]"
    }
}
