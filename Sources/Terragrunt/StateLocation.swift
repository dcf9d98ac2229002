import Execution
import Foundation

/// Where a unit keeps its state, as its initialised working folder tells.
///
/// Without a file `.terraform/terraform.tfstate` no backend is configured, and the state is a file
/// beside the code.
enum StateLocation: Hashable, Sendable {
    /// In a backend of this type, away from the checkout.
    case remote(type: String)

    /// In a file.
    case file(path: String)

    private struct Metadata: Decodable {
        struct Backend: Decodable {
            struct Config: Decodable {
                var path: String?
                var workspaceDirectory: String?

                private enum CodingKeys: String, CodingKey {
                    case path
                    case workspaceDirectory = "workspace_dir"
                }
            }

            var type: String
            var config: Config?
        }

        var backend: Backend?
    }

    /// The places where the unit in `directory` keeps state; one for each working folder.
    static func find(unit directory: String) throws -> [StateLocation] {
        let folders = workingFolders(of: directory)
        return try folders.map(location)
    }

    /// Throws ``Execution/StageError`` unless the state outlives the checkout.
    func requirePermanence(
        unit: String, checkout: String, carry: [PathPattern]
    ) throws {
        guard case .file(let path) = self else { return }
        guard let relative = relativePath(of: path, in: checkout) else { return }
        let name = "The state of the unit \(unit) is the local file \(relative)"
        guard !relative.split(separator: "/").contains(".terragrunt-cache") else {
            throw StageError(
                "\(name) in Terragrunt's cache, which no other checkout can find again.",
                hint: "Give the unit a backend, or a `local` backend whose path lies outside the "
                    + "cache, and name that path in the stage's `carry`.")
        }
        guard carry.contains(where: { $0.matches(relative) }) else {
            throw StageError(
                "\(name), which is lost with the checkout.",
                hint: "Give the unit a remote backend, or add \"\(relative)\" to the stage's "
                    + "`carry`.")
        }
    }

    private static func workingFolders(of directory: String) -> [String] {
        var found: [String] = []
        if isFolder("\(directory)/.terraform") { found.append(directory) }
        let cache = "\(directory)/.terragrunt-cache"
        if isFolder(cache) {
            var cached: [String] = []
            collect(in: cache, depth: 8, into: &cached)
            // A module without backend, providers and modules leaves no `.terraform` behind.
            found += cached.isEmpty ? [cache] : cached
        }
        return found.isEmpty ? [directory] : found
    }

    private static func collect(in folder: String, depth: Int, into found: inout [String]) {
        guard depth > 0 else { return }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        if names.contains(".terraform") { found.append(folder) }
        for name in names.sorted() where name != ".terraform" && isFolder("\(folder)/\(name)") {
            collect(in: "\(folder)/\(name)", depth: depth - 1, into: &found)
        }
    }

    private static func location(in folder: String) throws -> StateLocation {
        let file = "\(folder)/.terraform/terraform.tfstate"
        var config: Metadata.Backend.Config?
        if let data = FileManager.default.contents(atPath: file) {
            guard let metadata = try? JSONDecoder().decode(Metadata.self, from: data) else {
                throw StageError(
                    "The backend that \(file) describes cannot be read.",
                    hint: "Check which release of OpenTofu or Terraform wrote it.")
            }
            if let backend = metadata.backend, backend.type != "local" {
                return .remote(type: backend.type)
            }
            config = metadata.backend?.config
        }
        var path = config?.path ?? "terraform.tfstate"
        if let workspace = workspace(of: folder) {
            let all = config?.workspaceDirectory ?? "terraform.tfstate.d"
            path = "\(all)/\(workspace)/terraform.tfstate"
        }
        return .file(path: path.hasPrefix("/") ? path : "\(folder)/\(path)")
    }

    private static func workspace(of folder: String) -> String? {
        guard let data = FileManager.default.contents(atPath: "\(folder)/.terraform/environment")
        else { return nil }
        let name = String(decoding: data, as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        return name.isEmpty || name == "default" ? nil : name
    }

    private func relativePath(of path: String, in checkout: String) -> String? {
        let root = URL(filePath: checkout).resolvingSymlinksInPath().path(percentEncoded: false)
        let file = URL(filePath: path).standardizedFileURL.resolvingSymlinksInPath().path(
            percentEncoded: false)
        let prefix = root.hasSuffix("/") ? root : "\(root)/"
        return file.hasPrefix(prefix) ? String(file.dropFirst(prefix.count)) : nil
    }

    private static func isFolder(_ path: String) -> Bool {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return attributes?[.type] as? FileAttributeType == .typeDirectory
    }
}
