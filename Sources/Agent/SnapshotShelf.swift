import Foundation

/// The etcd snapshots of one cluster that are kept.
struct SnapshotShelf {
    let directory: String

    /// Removes all but the newest ones; at least one is always kept.
    ///
    /// A file that cannot be removed stays and is tried again after the next run.
    func keep(newest count: Int) {
        let files = FileManager.default
        let names = (try? files.contentsOfDirectory(atPath: directory)) ?? []
        let snapshots = names.filter { $0.hasSuffix(".db") }.map { name -> (String, Date) in
            let path = "\(directory)/\(name)"
            let attributes = try? files.attributesOfItem(atPath: path)
            return (path, attributes?[.modificationDate] as? Date ?? .distantPast)
        }
        for (path, _) in snapshots.sorted(by: { $0.1 > $1.1 }).dropFirst(max(1, count)) {
            try? files.removeItem(atPath: path)
        }
    }
}
