import Agent
import ArgumentParser
import ClusterModel
import Reporting
import RunStore

/// `uprev reconcile`: a poll and a look at once.
struct ReconcileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconcile",
        abstract: "Let the running agent poll now, and say what it sees.",
        discussion: """
            Waits for the poll and for the look at the clusters, not for a run that begins. Exits \
            as `uprev status` does. What --accept-rewrite accepts is read and printed first; when \
            the agent holds something else by then, nothing is accepted.

            Examples:
              uprev reconcile            poll now
              uprev reconcile --retry    try the commit whose run halted once more
              uprev reconcile --accept-rewrite --commit 4f2c1ab    follow history that was rewritten
            """
    )

    @Argument(help: "The cluster; may be left out where there is only one.")
    var cluster: String?

    @Flag(help: "Try the commit whose run halted or was cancelled once more.")
    var retry = false

    @Flag(help: "Follow the rewritten history that is held; what else is refused stays refused.")
    var acceptRewrite = false

    @Option(help: "With --accept-rewrite: only when the history that is held ends in this commit.")
    var commit: String?

    @OptionGroup
    var control: ControlOptions

    func validate() throws {
        if commit != nil, !acceptRewrite {
            throw ValidationError("--commit names what --accept-rewrite accepts; give both.")
        }
    }

    func run() async throws {
        try await reportingErrors {
            var request = ControlRequest(.reconcile, cluster: cluster)
            request.retry = retry ? true : nil
            request.acceptRewrite = acceptRewrite ? true : nil
            request.tip = commit
            if acceptRewrite, commit == nil { request.tip = try await heldTip() }
            let reply = try await control.send(request)
            try StatusReport(clusters: reply.clusters).exit()
        }
    }

    /// The tip of the history that is held, which is printed before it is accepted.
    private func heldTip() async throws -> String {
        let store = try control.state.reader()
        let held = try await store.heldRewrites().filter {
            cluster == nil || $0.key.text == cluster
        }
        let tips = Set(held.values.map(\.tip))
        guard let rewrite = held.values.first else {
            throw RewriteRefusal.nothingHeld(cluster.map { ClusterName($0) })
        }
        guard tips.count == 1 else {
            let names = tips.map(\.short).sorted().joined(separator: ", ")
            throw ValidationError("Several histories are held: \(names). Name one with --commit.")
        }
        if control.output == .text {
            let branch = try await store.source()?.branch ?? "that is watched"
            print("\(rewrite.sentence(branch: branch)) Accepting \(rewrite.tip.hash).".onOneLine)
        }
        return rewrite.tip.hash
    }
}
