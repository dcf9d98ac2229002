public import ClusterModel
public import Planning

/// What a range of commits would do, in the shape that other programs read.
///
/// The keys are a contract (behaviour page, section 10): fields are added, never renamed.
public struct DecisionReport: Hashable, Sendable, Codable {
    /// The commit to start from; `nil` when there is none.
    public var base: String?
    /// The commit to reach.
    public var target: String
    /// What it means for each cluster.
    public var clusters: [ClusterDecision]
    /// What of the target commit could not be read.
    public var errors: [ReportedProblem]
    /// What became of the target commit, in a journal's answer: `skipped`, or how its last run ended;
    /// `nil` for a commit that needed nothing, or where nobody knows.
    public var result: String?

    /// Creates a report.
    public init(
        base: Revision?, target: Revision, clusters: [ClusterDecision],
        errors: [ReportedProblem] = []
    ) {
        self.base = base?.hash
        self.target = target.hash
        self.clusters = clusters
        self.errors = errors
    }
}

/// A place in a file of the repository that cannot be read, and why.
public struct ReportedProblem: Hashable, Sendable, Codable {
    /// The path from the root of the repository.
    public var file: String
    /// The line, from 1.
    public var line: Int
    /// The column, from 1.
    public var column: Int
    /// What is wrong, in one sentence.
    public var message: String
    /// What to do.
    public var hint: String

    /// Creates a problem.
    public init(file: String, line: Int, column: Int, message: String, hint: String) {
        self.file = file
        self.line = line
        self.column = column
        self.message = message
        self.hint = hint
    }
}

/// What a commit means for one cluster.
public struct ClusterDecision: Hashable, Sendable, Codable {
    /// One refusal as the contract shows it.
    public struct Refused: Hashable, Sendable, Codable {
        /// The rule's stable name.
        public var rule: String
        /// What is wrong.
        public var message: String
        /// What to do instead.
        public var hint: String
    }

    /// One step as the contract shows it.
    public struct PlannedStep: Hashable, Sendable, Codable {
        /// The position, from 1.
        public var index: Int
        /// The kind of step.
        public var kind: String
        /// The cluster, node or role it is done to.
        public var target: String
        /// Why it is in the plan.
        public var reason: String
        /// What must hold before it; empty for nothing.
        public var gate: String
        /// How it is taken back.
        public var undo: String
    }

    /// The cluster.
    public var cluster: String
    /// What follows.
    public var verdict: Decision.Verdict
    /// The strongest path.
    public var path: UpgradePath
    /// Every path, strongest first.
    public var paths: [UpgradePath]
    /// Whether versions rise or fall.
    public var direction: Direction
    /// The differences.
    public var changes: [Change]
    /// Whether images are built.
    public var images: Bool
    /// Whether machines are destroyed.
    public var destroys: Bool
    /// The commit that is undone.
    public var reverts: String?
    /// Why the cluster is left as it is.
    public var refusals: [Refused]
    /// What to know.
    public var warnings: [PlanWarning]
    /// The steps.
    public var steps: [PlannedStep]
    /// The plan's digest; empty without a plan.
    public var digest: String
    /// What a person would approve; empty without a plan.
    public var approvalDigest: String
    /// The kinds of approval that the plan waits for.
    public var approvals: [ApprovalKind]

    enum CodingKeys: String, CodingKey {
        case cluster, verdict, path, paths, direction, changes, images, destroys, reverts
        case refusals, warnings, steps, digest
        case approvalDigest = "approval_digest"
        case approvals
    }

    /// Writes every key, a missing commit as `null`, since readers look for the key.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(cluster, forKey: .cluster)
        try container.encode(verdict, forKey: .verdict)
        try container.encode(path, forKey: .path)
        try container.encode(paths, forKey: .paths)
        try container.encode(direction, forKey: .direction)
        try container.encode(changes, forKey: .changes)
        try container.encode(images, forKey: .images)
        try container.encode(destroys, forKey: .destroys)
        try container.encode(reverts, forKey: .reverts)
        try container.encode(refusals, forKey: .refusals)
        try container.encode(warnings, forKey: .warnings)
        try container.encode(steps, forKey: .steps)
        try container.encode(digest, forKey: .digest)
        try container.encode(approvalDigest, forKey: .approvalDigest)
        try container.encode(approvals, forKey: .approvals)
    }
}

extension ClusterDecision {
    /// The contract's view of a decision.
    public init(_ decision: Decision) {
        cluster = decision.cluster.text
        verdict = decision.verdict
        path = decision.path
        paths = decision.paths
        direction = decision.direction
        changes = decision.changes
        images = decision.images
        destroys = decision.destroys
        reverts = decision.reverts?.hash
        refusals = decision.refusals.map {
            Refused(rule: $0.rule, message: $0.message, hint: $0.hint)
        }
        warnings = decision.warnings
        steps = (decision.plan?.steps ?? []).map(PlannedStep.init)
        digest = decision.plan?.digest ?? ""
        approvalDigest = decision.plan?.approvalDigest ?? ""
        approvals = decision.plan?.approvals ?? []
    }
}

extension ClusterDecision.PlannedStep {
    /// The contract's view of a step.
    public init(_ step: Step) {
        index = step.index
        kind = step.action.kind
        target = step.target.description
        reason = step.reason
        gate = step.gates.map(\.sentence).joined(separator: " ")
        undo = step.undo
    }
}

extension StepTarget: CustomStringConvertible {
    /// The name of the cluster or node; for every node of a role, `each control plane` or the like.
    public var description: String {
        switch self {
        case .cluster(let name): name.text
        case .node(let name, _): name.text
        case .each(.controlPlane): "each control plane"
        case .each(.worker): "each worker"
        }
    }
}

extension Gate {
    /// What must hold, in one sentence.
    public var sentence: String {
        switch self {
        case .etcdHealthy: "Every etcd member is healthy and votes, and no alarm is raised."
        case .quorum: "With this node down a majority of etcd still runs."
        case .snapshotTaken: "An etcd snapshot of this run was taken and verified."
        case .noOtherNodeDown:
            "No other node is down by uprev's hand, and no control plane is down."
        }
    }
}
