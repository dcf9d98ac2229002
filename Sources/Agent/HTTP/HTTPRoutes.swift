import ClusterModel
import Execution
import HTTPTypes
import HummingbirdCore
import Reporting
import RunStore

/// What the agent's HTTP server answers; it reads, and takes hooks.
struct HTTPRoutes: Sendable {
    let hooks: HookDoor
    let pages: HTTPPages

    /// The answer to a request.
    func answer(_ request: Request, from source: HookSource) async -> Response {
        let path = request.uri.path
        let page: (() async -> Response)? =
            switch path {
            case "/metrics": { await pages.metrics() }
            case "/healthz": { pages.health() }
            case "/readyz": { await pages.readiness() }
            default: nil
            }
        if let page {
            guard [.get, .head].contains(request.method) else { return notAllowed("GET, HEAD") }
            return await page()
        }
        guard path.hasPrefix("/hooks/"), let host = HookHost(rawValue: String(path.dropFirst(7)))
        else {
            return HTTPAnswer.text(.notFound, "There is nothing here.")
        }
        guard request.method == .post else { return notAllowed("POST") }
        return await hooks.answer(request, of: host, from: source)
    }

    private func notAllowed(_ methods: String) -> Response {
        HTTPAnswer.text(
            .methodNotAllowed, "This takes nothing but \(methods).", [.allow: methods])
    }
}

/// The pages about the agent and its clusters.
actor HTTPPages {
    private let store: RunStore
    private let vitals: AgentVitals
    private let hooks: HookDoor
    private let clock: any RunClock
    private let patience: Duration
    private var made: (page: String, at: Duration)?

    /// The loop is thought to hang when it did not turn for `patience`.
    init(
        store: RunStore, vitals: AgentVitals, hooks: HookDoor, clock: any RunClock,
        patience: Duration
    ) {
        self.store = store
        self.vitals = vitals
        self.hooks = hooks
        self.clock = clock
        self.patience = patience
    }

    /// Whether the loop still turns.
    nonisolated func health() -> Response {
        guard let quiet = vitals.quiet(now: clock.now), quiet > patience else {
            return HTTPAnswer.text(.ok, "ok")
        }
        return HTTPAnswer.text(
            .serviceUnavailable, "The loop has not turned for \(quiet.components.seconds) s.")
    }

    /// Whether the agent knows what is committed and can remember what it does.
    func readiness() async -> Response {
        guard vitals.hasPolled else {
            return HTTPAnswer.text(
                .serviceUnavailable, "The repository has not been polled successfully yet.")
        }
        guard (try? await store.clusters()) != nil else {
            return HTTPAnswer.text(.serviceUnavailable, "The journal cannot be read.")
        }
        return HTTPAnswer.text(.ok, "ok")
    }

    /// Everything that is measured; made at most once a second, however often it is asked for.
    func metrics() async -> Response {
        if let made, clock.now - made.at < .seconds(1) { return answer(made.page) }
        guard let report = try? await StatusReport(of: store),
            let ended = try? await endedRuns(of: report)
        else {
            return HTTPAnswer.text(.serviceUnavailable, "The journal cannot be read.")
        }
        let page = MetricsPage(
            report.metrics + [ended] + vitals.metrics + (await hooks.metrics)
        ).text
        made = (page, clock.now)
        return answer(page)
    }

    private func endedRuns(of report: StatusReport) async throws -> MetricsPage.Family {
        var samples: [MetricsPage.Sample] = []
        for cluster in report.clusters {
            let last = try await store.lastRun(of: ClusterName(cluster.cluster))
            guard let last, let ended = last.ended else { continue }
            samples.append(
                .init(ended, ["cluster": cluster.cluster, "outcome": last.outcome ?? ""]))
        }
        return .init(
            "uprev_run_last_ended_timestamp_seconds", .gauge,
            help: "When the last run ended, in seconds since 1970, and how; not while one is open.",
            samples)
    }

    private func answer(_ page: String) -> Response {
        HTTPAnswer.text(.ok, page, type: MetricsPage.contentType)
    }
}
