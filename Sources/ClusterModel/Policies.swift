/// How a roll proceeds: the `rollout` block.
public struct RolloutPolicy: Hashable, Sendable, Codable {
    /// How many workers may be down at once; control planes are always one at a time.
    public var workersAtOnce: WorkerLimit = .count(1)

    /// In which order images, machine configurations and nodes change.
    public var order: RolloutOrder = .auto

    /// How long a new tip is left alone before a run starts.
    public var settle: Duration = .seconds(120)

    /// How long a node must stay good before the next one.
    public var soak: Duration = .seconds(30)

    /// How long a node may take from install to proven.
    public var nodeTimeout: Duration = .seconds(30 * 60)

    /// How long a drain may take.
    public var drainTimeout: Duration = .seconds(10 * 60)

    /// Whether the first worker gets one firmware boot where kexec would hide a broken one.
    public var fullBootCanary = true

    /// Creates a policy with the documented defaults.
    public init() {}
}

/// A number of workers, or a share of them.
public enum WorkerLimit: Hashable, Sendable, Codable {
    /// At most this many; at least 1.
    case count(Int)

    /// At most this share of all workers, from 1 to 100, rounded down but never below one worker.
    case percent(Int)

    /// The number of workers for a cluster of `workers`.
    public func limit(of workers: Int) -> Int {
        switch self {
        case .count(let count): max(1, count)
        case .percent(let percent): max(1, workers * percent / 100)
        }
    }
}

/// In which order images, machine configurations and nodes change.
public enum RolloutOrder: String, Hashable, Sendable, Codable, CaseIterable {
    /// As the upgrade guide does: images, machine configurations, nodes.
    case guide

    /// Images, nodes, Kubernetes, machine configurations; configurations first on the way down.
    case nodesFirst = "nodes_first"

    /// The guide's order within a Talos minor, nodes first across minors.
    case auto
}

/// The `safety` block.
public struct SafetyPolicy: Hashable, Sendable, Codable {
    /// How many etcd snapshots are kept.
    public var etcdSnapshots = 7

    /// Whether Flux objects are exported before the first change.
    public var exportsFlux = true

    /// Whether the cluster must fit with the largest node away.
    public var checksCapacity = true

    /// Kinds of plan that wait for approval; ``ApprovalKind/rebuild`` always does.
    public var approve: [ApprovalKind] = [.rebuild, .unproven, .lowerByDrift]

    /// Creates a policy with the documented defaults.
    public init() {}
}

/// A kind of plan that can wait for a person's approval.
public enum ApprovalKind: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
    /// Machines are destroyed and created again.
    case rebuild

    /// A same-version update that no boot slot can prove.
    case unproven

    /// A node that somebody raised would be lowered without a commit that asks for it.
    case lowerByDrift = "lower_by_drift"

    /// The first plan of a cluster that no agent reconciled before, while it differs.
    case adoption

    /// Orders by text, so that lists print in one order.
    public static func < (left: ApprovalKind, right: ApprovalKind) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// When changes may start: the `window` block.
public struct MaintenanceWindow: Hashable, Sendable, Codable {
    /// Days of the week as `mon` to `sun`.
    public var days: [String]

    /// Start as minutes after midnight in ``timeZone``.
    public var startMinute: Int

    /// How long the window stays open.
    public var duration: Duration

    /// An IANA time zone name.
    public var timeZone: String

    /// Creates a window.
    public init(days: [String], startMinute: Int, duration: Duration, timeZone: String) {
        self.days = days
        self.startMinute = startMinute
        self.duration = duration
        self.timeZone = timeZone
    }
}

/// Which cluster must have run a desired state first: the `promote` block.
public struct Promotion: Hashable, Sendable, Codable {
    /// The lower cluster.
    public var after: ClusterName

    /// How long the lower cluster must have been ready with it.
    public var soak: Duration

    /// Creates a promotion rule.
    public init(after: ClusterName, soak: Duration) {
        self.after = after
        self.soak = soak
    }
}
