public import ClusterModel

/// The state of every cluster, in the shape that other programs read.
///
/// The keys are a contract (behaviour page, section 10): fields are added, never renamed.
public struct StatusReport: Hashable, Sendable, Codable {
    /// The clusters that are managed, by name.
    public var clusters: [ClusterStatus]
    /// The watched branch; `nil` before the first poll.
    public var source: SourceStatus?
    /// Clusters that were managed, and are not defined any more.
    public var removed: [RemovedCluster]?

    /// Creates a report.
    public init(clusters: [ClusterStatus]) { self.clusters = clusters }

    /// Whether every cluster is ready; false when there is none.
    public var isReady: Bool {
        !clusters.isEmpty && clusters.allSatisfy { $0.condition == .ready }
    }
}

/// The state of one cluster.
public struct ClusterStatus: Hashable, Sendable, Codable {
    /// A run that is under way.
    public struct RunStatus: Hashable, Sendable, Codable {
        /// The run, such as `sol-12`.
        public var run: String
        /// The commit it reconciles to.
        public var revision: String
        /// The step that is next or under way.
        public var step: Int
        /// How many steps the plan has.
        public var steps: Int
        /// What the step does, such as `install cp-2`.
        public var doing: String

        /// Creates a status.
        public init(run: String, revision: String, step: Int, steps: Int, doing: String) {
            self.run = run
            self.revision = revision
            self.step = step
            self.steps = steps
            self.doing = doing
        }
    }

    /// That somebody asked to leave the cluster alone.
    public struct SuspensionStatus: Hashable, Sendable, Codable {
        /// Why.
        public var reason: String
        /// Who asked.
        public var by: String
        /// Since when, as an RFC 3339 time.
        public var since: String
        /// When it ends by itself, as an RFC 3339 time; `nil` when it does not.
        public var until: String?

        /// Creates a status.
        public init(reason: String, by: String, since: String, until: String?) {
            self.reason = reason
            self.by = by
            self.since = since
            self.until = until
        }
    }

    /// What is installed on a node, or committed for it.
    public struct Release: Hashable, Sendable, Codable {
        /// The Talos version.
        public var talos: String?
        /// The kubelet's version.
        public var kubernetes: String?

        /// Creates a release.
        public init(talos: String?, kubernetes: String?) {
            self.talos = talos
            self.kubernetes = kubernetes
        }
    }

    /// A node, installed against committed.
    public struct NodeStatus: Hashable, Sendable, Codable {
        /// The node.
        public var node: String
        /// Its role.
        public var role: NodeRole
        /// What it runs.
        public var installed: Release
        /// What is committed.
        public var committed: Release
        /// Whether it differs from what is committed.
        public var stale: Bool
        /// In which way.
        public var reasons: [String]

        /// Creates a status.
        public init(
            node: String, role: NodeRole, installed: Release, committed: Release,
            reasons: [String]
        ) {
            self.node = node
            self.role = role
            self.installed = installed
            self.committed = committed
            self.reasons = reasons
            stale = !reasons.isEmpty
        }
    }

    /// The cluster.
    public var cluster: String
    /// The condition.
    public var condition: Condition
    /// Why.
    public var reason: String
    /// Why, as a word for machines that stays the same from version to version.
    public var rule: String?
    /// What to do next.
    public var hint: String?
    /// The newest commit.
    public var desired: String?
    /// The commit that the last plan was for.
    public var attempted: String?
    /// The commit that the cluster was last brought to.
    public var reconciled: String?
    /// Rewritten history that is held.
    public var rewrite: RewriteStatus?
    /// The run under way.
    public var run: RunStatus?
    /// That the cluster is suspended, when it is.
    public var suspended: SuspensionStatus?
    /// The nodes.
    public var nodes: [NodeStatus]

    /// Creates a status.
    public init(
        cluster: String, condition: Condition, reason: String, desired: String?,
        attempted: String?, reconciled: String?, run: RunStatus?, nodes: [NodeStatus]
    ) {
        self.cluster = cluster
        self.condition = condition
        self.reason = reason
        self.desired = desired
        self.attempted = attempted
        self.reconciled = reconciled
        self.run = run
        self.nodes = nodes
    }
}
