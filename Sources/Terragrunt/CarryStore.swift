import Foundation

/// Keeps untracked files of a cluster's checkouts, such as local state, from one run to the next.
///
/// Kept files live in numbered generations below the store's folder, of which `current` names one.
/// A generation is complete on the disk before `current` moves to it, and the one before is left as
/// a backup; a crash at any instant leaves either the old files or the new ones.
public struct CarryStore: Sendable {
    /// What was kept.
    public struct Kept: Hashable, Sendable {
        /// The paths of the files that the store now has, sorted.
        public var files: [String]

        /// Links that were left out, since they lead out of the checkout.
        public var refusedLinks: [String]
    }

    /// Folders of tools that hold nothing worth keeping, and much that must not be kept.
    static let toolFolders: Set<String> = [".git", ".terraform", ".terragrunt-cache"]

    /// The store's folder.
    let directory: String

    /// Opens the store in a folder of its own, which is created when it is first needed.
    public init(directory: String) {
        self.directory = directory
    }

    /// Puts the kept files into a checkout; returns the paths of those that were not there.
    ///
    /// A file that the checkout has is never replaced, so a repeated call changes nothing, and a
    /// file that is tracked now wins over an older kept one.
    public func layIn(_ checkout: String) async throws -> [String] {
        try await offThePool {
            guard let generation = try currentGeneration() else { return [] }
            let found = try FolderWalk.entries(of: generation, leavingOut: [])
            var laid: [String] = []
            for entry in found {
                let target = "\(checkout)/\(entry.path)"
                guard try !FileCopy.exists(target) else { continue }
                try FileCopy.makeFolders(for: entry.path, in: checkout)
                try FileCopy.copy(entry, from: generation, to: checkout)
                laid.append(entry.path)
            }
            return laid
        }
    }

    /// Keeps the files of the checkout that match the patterns, in place of those kept before.
    ///
    /// Kept files that match none of the patterns stay as they are. `isTracked` says which paths
    /// belong to the commit; they are not kept.
    public func keep(
        matching patterns: [PathPattern], of checkout: String,
        isTracked: @escaping @Sendable (String) -> Bool = { _ in false }
    ) async throws -> Kept {
        try await offThePool {
            let matches = { (path: String) in patterns.contains { $0.matches(path) } }
            let present = try FolderWalk.entries(
                of: checkout, leavingOut: CarryStore.toolFolders
            ).filter { matches($0.path) && !isTracked($0.path) }
            let refused = present.filter(\.leadsOut).map(\.path)
            let previous = try currentGeneration()
            let others = try previous.map {
                try FolderWalk.entries(of: $0, leavingOut: []).filter { !matches($0.path) }
            }
            let kept = present.filter { !$0.leadsOut }
            guard !kept.isEmpty || previous != nil else {
                return Kept(files: [], refusedLinks: refused)
            }
            try writeGeneration(kept, of: checkout, others: others ?? [], previous: previous)
            let files = (kept + (others ?? [])).map(\.path).sorted()
            return Kept(files: files, refusedLinks: refused)
        }
    }

    private func writeGeneration(
        _ kept: [FolderEntry], of checkout: String, others: [FolderEntry], previous: String?
    ) throws {
        let numbers = try generations()
        let number = (numbers.max() ?? 0) + 1
        let new = "\(directory)/\(number)"
        let draft = "\(directory)/draft"
        try? FileManager.default.removeItem(atPath: draft)
        try FileManager.default.createDirectory(
            atPath: draft, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        for entry in others {
            guard let previous else { continue }
            try FileCopy.makeFolders(for: entry.path, in: draft)
            try FileCopy.share(entry, from: previous, to: draft)
        }
        for entry in kept {
            try FileCopy.makeFolders(for: entry.path, in: draft)
            if let previous, entry.link == nil,
                FolderWalk.entry(at: entry.path, in: previous) == entry
            {
                try FileCopy.share(entry, from: previous, to: draft)
            } else {
                try FileCopy.copy(entry, from: checkout, to: draft)
            }
        }
        try FileCopy.synchronize(draft)
        try FileCopy.move(draft, to: new)
        try FileCopy.replaceLink("\(directory)/current", with: "\(number)")
        for old in numbers where old < number && "\(directory)/\(old)" != previous {
            try? FileManager.default.removeItem(atPath: "\(directory)/\(old)")
        }
    }

    private func currentGeneration() throws -> String? {
        let link = "\(directory)/current"
        guard try FileCopy.exists(link) else { return nil }
        let name = try FileManager.default.destinationOfSymbolicLink(atPath: link)
        return "\(directory)/\(name)"
    }

    private func generations() throws -> [Int] {
        guard FileManager.default.fileExists(atPath: directory) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: directory).compactMap { Int($0) }
    }
}
