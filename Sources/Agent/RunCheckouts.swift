import ClusterModel
import Execution
import Git
import Terragrunt

/// One clean checkout for every run, which serves all its stages and outlives a restart.
struct RunCheckouts: Sendable {
    let shelf: CheckoutShelf
    let repository: GitRepository

    /// Where submodules come from; `nil` to leave them empty.
    var submodules: SubmoduleSource?

    /// The checkout of a run; made when it is not there, while those of other runs are removed.
    func checkout(of run: RunContext) async throws -> Checkout {
        guard let commit = CommitID(run.revision.hash) else {
            preconditionFailure("A revision is a commit ID.")
        }
        do {
            let tracked = try await repository.withTree(of: commit) { tree in
                Set(try tree.paths(under: ""))
            }
            // A journal that was lost begins to count anew, and may come to the same number.
            let name = run.stamp.isEmpty ? "\(run.run)" : "\(run.run)-\(run.stamp)"
            let (path, remarks) = try await checkOut(commit, for: name)
            return Checkout(path: path, remarks: remarks) { tracked.contains($0) }
        } catch let error as GitError {
            // A damaged mirror is fetched anew at the next poll.
            let canWait = error.disposition != .stalled
            throw StageError(
                error.description, hint: error.hint, disposition: canWait ? .waiting : .stalled)
        }
    }

    private func checkOut(
        _ commit: CommitID, for run: String
    ) async throws -> (path: String, remarks: [String]) {
        // A checkout that is there needs no network.
        var fetched: SubmoduleSet?
        if let submodules, !shelf.holds(commit, for: run) {
            fetched = try await submodules.fetch(of: commit, in: repository)
        }
        let item = try await repository.checkOut(commit, for: run, on: shelf, with: fetched)
        var remarks = item.leftBehind + (fetched?.remarks ?? [])
        if let paths = fetched?.paths, !paths.isEmpty {
            remarks.append("submodules are fetched: \(paths.joined(separator: ", "))")
        }
        if !item.submodules.isEmpty {
            remarks.append(
                "submodules are not fetched, these folders are empty: "
                    + item.submodules.joined(separator: ", "))
        }
        return (item.path, remarks)
    }
}
