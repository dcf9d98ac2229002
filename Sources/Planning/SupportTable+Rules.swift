public import ClusterModel

extension SupportTable {
    /// What is published of the line of a Talos release; `nil` when the line is unknown.
    public func row(of talos: Version) -> Row? { rows[talos.line] }

    /// Whether a Talos release runs a Kubernetes release; an unknown Talos line runs none.
    public func supports(talos: Version, kubernetes: Version) -> Bool {
        row(of: talos)?.kubernetes.contains(kubernetes.line) ?? false
    }

    /// Whether the installer of `target` takes a node that runs `host`, up or down.
    ///
    /// Talos compares without the pre-release part, and a line that is not known takes none.
    public func accepts(host: Version, for target: Version) -> Bool {
        row(of: target)?.hosts.contains(host.line) ?? false
    }

    /// The Talos lines to pass through between two lines, in the order of travel.
    ///
    /// Only adjacent lines are tested upstream, and the documented advice is to pass through the
    /// latest patch of each line between.
    public func linesBetween(_ from: ReleaseLine, _ to: ReleaseLine) -> [ReleaseLine] {
        let distance = to.minor - from.minor
        guard from.major == to.major, abs(distance) > 1 else { return [] }
        let direction = distance.signum()
        return (1..<abs(distance)).map { ReleaseLine(from.major, from.minor + direction * $0) }
    }

    /// Whether an etcd member started by `target` refuses the data that `running` has written.
    ///
    /// True where the line of etcd falls, and where it is not known to stay.
    public func lowersEtcd(from running: Version, to target: Version) -> Bool {
        guard target.line < running.line else { return false }
        guard let old = row(of: running)?.etcd, let new = row(of: target)?.etcd else { return true }
        return new < old
    }

    /// Whether `target` carries a newer line of etcd than `running`.
    public func raisesEtcd(from running: Version, to target: Version) -> Bool {
        guard let old = row(of: running)?.etcd, let new = row(of: target)?.etcd else {
            return target.line > running.line
        }
        return new > old
    }

    /// By how many minors a kubelet may be older than the API server (Kubernetes' skew policy).
    static let kubeletSkew = 3

    /// Whether Kubernetes can move from one release to another in one step.
    public func kubernetesStep(from: Version, to: Version) -> KubernetesStep {
        guard kubernetesLines.contains(from.line), kubernetesLines.contains(to.line) else {
            return .unknown
        }
        if to.line < from.line { return .downgrade }
        return to.line > from.line.next ? .skip(from.line.next) : .allowed
    }
}

/// What the known upgrade paths of Kubernetes say of a move.
public enum KubernetesStep: Hashable, Sendable {
    /// Within a minor line, or to the next one.
    case allowed

    /// Over a minor line; the line to go to first.
    case skip(ReleaseLine)

    /// To an older minor line.
    case downgrade

    /// To or from a line that no path is known for.
    case unknown
}
