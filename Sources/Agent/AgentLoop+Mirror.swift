import ClusterModel
import Execution
import Git
import Planning
import RunStore

/// What the loop does for the mirror of the watched branch.
extension AgentLoop {
    /// Names to the source what it must not lose, also when the branch drops it; says whether that
    /// is known.
    @discardableResult
    func keepCommitsInUse() async -> Bool {
        guard let commits = try? await world.store.commitsInUse() else { return false }
        await source.keep(Set(commits.compactMap { CommitID($0.hash) }))
        return true
    }

    /// Tells what was wrong with the mirror.
    func tellMirror(_ found: GitSource.Revision) {
        if let reason = found.mirrorRebuilt {
            tell(.warning, .progress, "The mirror was fetched anew: \(reason)")
        }
        for note in found.mirrorNotes { tell(.warning, .progress, note) }
    }

    /// Takes up what a poll found, and says whether the tip is another one.
    ///
    /// A mirror that was replaced is read through its new files, also at the same tip: the old ones
    /// may be damaged, and take space as long as they are open.
    func isNewTip(_ found: GitSource.Revision) -> Bool {
        let known = tip.flatMap { $0.commit == found.tip ? $0 : nil }
        guard known == nil || found.isMirrorNew else { return false }
        tip = Tip(
            commit: found.tip, seenAt: known?.seenAt ?? world.clock.now,
            reading: CommitReading(
                repository: found.repository, fetchesSubmodules: world.fetchesSubmodules))
        return known == nil
    }

    /// Uses the pause before the next poll to compact the mirror, when that is due.
    func tidyMirror(within pause: Duration) async {
        guard await keepCommitsInUse() else { return }
        do {
            guard let sentence = try await source.tidy(within: pause) else { return }
            tell(.info, .progress, sentence)
        } catch let error as GitError {
            tell(
                .warning, .progress, "The mirror could not be compacted: \(error.description)",
                hint: error.hint)
        } catch {
            // Cancelled: a poll is wanted at once, and it is tried in another pause.
        }
    }
}
