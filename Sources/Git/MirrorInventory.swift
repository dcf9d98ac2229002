import Foundation

/// Which packs a mirror has, written down in it: one that vanished with its index leaves no trace, and
/// what it held would be missed only by whoever reads it.
///
/// The list may lag behind, since a worker can be killed between a fetch and the writing; then packs
/// are there that it does not have, which is no harm.
struct MirrorInventory {
    private static let name = "uprev-packs"

    private let repository: String
    private let written: Set<String>

    /// Reads the list; what is no name of a pack in it is left out.
    init(of repository: String) {
        self.repository = repository
        let text =
            (try? String(contentsOfFile: "\(repository)/\(Self.name)", encoding: .utf8)) ?? ""
        written = Set(
            text.split(separator: "\n").filter { $0.hasPrefix("pack-") }.map(String.init))
    }

    /// Throws `damaged` when a pack is gone.
    func requireAll(of packs: MirrorPacks) throws(GitError) {
        guard let lost = written.subtracting(packs.names).min() else { return }
        throw .damaged(repository, "objects/pack/\(lost).pack is gone, and its index too")
    }

    /// Writes the list, when it is another one; a failure leaves the former list.
    func replace(by packs: MirrorPacks) throws(GitError) {
        guard packs.names != written else { return }
        // A worker that is killed here leaves what looks like one of Git's own locks, and is removed.
        let (new, path) = ("\(repository)/\(Self.name).lock", "\(repository)/\(Self.name)")
        do {
            try packs.names.sorted().map { "\($0)\n" }.joined()
                .write(toFile: new, atomically: false, encoding: .utf8)
        } catch {
            unlink(new)
            throw .system("write \(new)", because: error)
        }
        guard rename(new, path) == 0 else { throw .system("move \(new)") }
    }
}

extension MirrorPacks {
    /// The names of the packs, without their ends.
    fileprivate var names: Set<String> {
        Set(packs.map { String($0.path.split(separator: "/").last ?? "") })
    }
}
