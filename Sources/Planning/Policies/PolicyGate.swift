public import ClusterModel

/// What the policies depend on beside the plan, as it is at one moment.
public struct PolicyFacts: Sendable {
    /// The time, in seconds since 1970.
    public var now: Double

    /// Since when the target is known as the newest commit, in seconds since 1970.
    public var seen: Double

    /// The wall clock of a time zone by its name; `nil` when nobody knows the zone.
    public var clock: @Sendable (String) -> ZoneClock?

    /// When the cluster that `promote` names was ready, and with what.
    public var lower: [ReadySpan]

    /// The approval digests that a person approved and nobody took back.
    public var approved: Set<String>

    /// Creates facts.
    public init(
        now: Double, seen: Double, clock: @escaping @Sendable (String) -> ZoneClock?,
        lower: [ReadySpan] = [], approved: Set<String> = []
    ) {
        self.now = now
        self.seen = seen
        self.clock = clock
        self.lower = lower
        self.approved = approved
    }
}

/// Whether a plan may start, as far as policies say; the state of the cluster is another matter.
///
/// Only approval can hold back a rollback or a repair (behaviour page 5.1), and only for what it is
/// asked for by name: `Plan.approvals`.
public struct PolicyGate: Sendable {
    private let definition: ClusterDefinition
    private let base: DesiredState?
    private let facts: PolicyFacts

    /// Creates a gate for a cluster that was reconciled to `base`.
    ///
    /// A commit that weakens a policy runs under the old one: `definition` is that of the commit
    /// that the cluster was reconciled to, where there is one.
    public init(definition: ClusterDefinition, base: DesiredState?, facts: PolicyFacts) {
        self.definition = definition
        self.base = base
        self.facts = facts
    }

    /// Everything that holds the plan of a decision, in a fixed order; empty when it may start.
    public func holds(_ decision: Decision) -> [PolicyHold] {
        guard let plan = decision.plan else { return [] }
        let approval = approval(of: plan)
        guard !decision.isUrgent else { return [approval].compactMap { $0 } }
        return [settle, window, promotion(to: plan.desired), approval].compactMap { $0 }
    }

    /// Whether a further worker may be started on in a run under way.
    ///
    /// When the window closes in mid-roll, control planes are finished and no further worker is
    /// started (behaviour page 6). `isUrgent` is that of the decision that the run carries out.
    public func mayStartWorker(isUrgent: Bool) -> Bool { isUrgent || window == nil }

    private var settle: PolicyHold? {
        let until = facts.seen + seconds(definition.rollout.settle)
        return facts.now < until ? .settling(until: until) : nil
    }

    private var window: PolicyHold? {
        guard let window = definition.window else { return nil }
        do {
            let schedule = try WindowSchedule([window], clock: facts.clock)
            guard case .closed(let until) = schedule.state(at: facts.now) else { return nil }
            return .window(window, opens: until)
        } catch {
            return .unknownZone(error)
        }
    }

    private func promotion(to target: DesiredState) -> PolicyHold? {
        guard let promotion = definition.promotion else { return nil }
        let soak = PromotionSoak(from: base, to: target)
        let asked = seconds(promotion.soak)
        let ran = soak.longest(in: facts.lower, now: facts.now)
        if let ran, ran >= asked { return nil }
        guard let under = soak.underWay(in: facts.lower, now: facts.now) else {
            return .promotion(promotion, until: nil)
        }
        return .promotion(promotion, until: facts.now + asked - under)
    }

    private func approval(of plan: Plan) -> PolicyHold? {
        guard !plan.approvals.isEmpty, !facts.approved.contains(plan.approvalDigest) else {
            return nil
        }
        return .approval(plan.approvals, digest: plan.approvalDigest)
    }

    private func seconds(_ duration: Duration) -> Double {
        let (seconds, attoseconds) = duration.components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}
