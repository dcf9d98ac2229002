import Foundation

/// The directory of one cluster's checkouts, in which the newest run's alone is kept.
///
/// Nobody may use a checkout in it while it is asked for another one.
public struct CheckoutShelf: Sendable {
    /// A checkout on the shelf.
    public struct Item: Hashable, Sendable {
        /// Where it is, as an absolute path.
        public let path: String

        /// Whether it was made now; otherwise it is as the run left it.
        public let isNew: Bool

        /// The paths of the submodules that are empty directories; only when it is new.
        public let submodules: [String]

        /// Why older checkouts could not be removed, in sentences.
        public let leftBehind: [String]
    }

    private static let hidden = ".removing-"

    /// The directory, as an absolute path.
    public let directory: String

    /// Names a directory, which is made when it is needed.
    public init(directory: String) { self.directory = directory }

    /// Whether the checkout of a run is there whole.
    public func holds(_ commit: CommitID, for run: String) -> Bool {
        MirrorFiles.exists("\(directory)/\(name(of: commit, for: run))")
    }

    /// With the commit in it, so that no other commit's files can ever pass for it.
    private func name(of commit: CommitID, for run: String) -> String { "\(run)-\(commit.short)" }

    /// The checkout of a run, made unless it is there whole; those of other runs are removed first.
    func item(
        of commit: CommitID, for run: String, from repository: LocalRepository,
        with submodules: SubmoduleSet?
    ) throws(GitError) -> Item {
        try MirrorFiles.create(directory)
        let name = name(of: commit, for: run)
        let leftBehind = try clear(except: name)
        let path = "\(directory)/\(name)"
        guard !MirrorFiles.exists(path) else {
            return Item(path: path, isNew: false, submodules: [], leftBehind: leftBehind)
        }
        let made = try Checkout(of: commit, from: repository, with: submodules, at: path)
            .perform()
        return Item(
            path: path, isNew: true, submodules: made.submodules,
            leftBehind: leftBehind + made.leftBehind)
    }

    /// Removes all checkouts, and says in sentences which could not be removed.
    func clear() throws(GitError) -> [String] {
        guard MirrorFiles.exists(directory) else { return [] }
        let leftBehind = try clear(except: nil)
        if leftBehind.isEmpty { rmdir(directory) }
        return leftBehind
    }

    /// Each gets another name first: one that is removed in part must not pass for a whole one.
    private func clear(except kept: String?) throws(GitError) -> [String] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: directory)
        } catch {
            throw .system("list \(directory)", because: error)
        }
        var leftBehind: [String] = []
        for name in names.sorted() where name != kept {
            do throws(GitError) {
                var path = "\(directory)/\(name)"
                if !name.hasPrefix(".") {
                    let aside = "\(directory)/\(Self.hidden)\(name)"
                    _ = try FileRemoval.remove(aside)
                    guard rename(path, aside) == 0 else { throw .system("move \(path) aside") }
                    path = aside
                }
                _ = try FileRemoval.remove(path)
            } catch {
                leftBehind.append("An old checkout stays: \(error.description)")
            }
        }
        return leftBehind
    }
}
