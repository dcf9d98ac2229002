import ClusterModel

/// How Kubernetes moves in a plan.
struct KubernetesMove: Hashable, Sendable {
    let from: Version
    let to: Version

    /// Whether a revert of the move is refused once its first component moved.
    var raisesMinor: Bool { to.line > from.line }
}

/// What is to be done about the Kubernetes version.
struct KubernetesDecision: Hashable, Sendable {
    /// The versions that run now, without duplicates, oldest first.
    let running: [Version]

    /// The move; `nil` when none is needed or none is possible.
    private(set) var move: KubernetesMove?

    /// Why Kubernetes cannot get where the commit wants it.
    private(set) var refusal: Refusal?

    /// Whether Kubernetes stays where it is while Talos goes back without it.
    private(set) var isLeftBehind = false

    init(_ situation: Situation) {
        running = situation.runningKubernetes
        let desired = situation.desired.kubernetesVersion
        guard let oldest = running.first, let newest = running.last,
            running.contains(where: { $0 != desired })
        else { return }
        // No kubelet may be newer than the API server, so that the newest one tells its line.
        let server = situation.runningServers.first ?? newest
        let from = server != desired ? server : oldest < desired ? oldest : newest
        let steps = [server, newest].map {
            situation.support.kubernetesStep(from: $0, to: desired)
        }
        if steps.contains(.downgrade) {
            refusal = .kubernetesDowngrade(from: newest, to: desired)
            isLeftBehind = situation.canGoBackWithoutKubernetes
        } else if case .skip(let first)? = steps.first(where: { $0.isSkip }) {
            refusal = .kubernetesSkip(from: server, to: desired, first: first)
        } else if steps.contains(.unknown) {
            refusal = .kubernetesUnknown(from: from, to: desired, table: situation.support)
        } else if desired.minor - oldest.minor > SupportTable.kubeletSkew {
            refusal = .kubeletTooOld(oldest, to: desired)
        } else {
            move = KubernetesMove(from: from, to: desired)
        }
    }
}

extension KubernetesStep {
    fileprivate var isSkip: Bool { if case .skip = self { true } else { false } }
}

extension Situation {
    /// The Kubernetes versions that run, oldest first: what was seen, else what the base says.
    ///
    /// Kubelets of nodes whose Talos API does not answer are left out: nothing can move them now.
    var runningKubernetes: [Version] {
        guard let observed = input.observed else {
            return base.map { [$0.kubernetesVersion] } ?? []
        }
        let kubelets = observed.nodes.filter { $0.system != nil }
            .compactMap { $0.kubernetes?.kubeletVersion }
        let seen = Set(kubelets + observed.controlPlaneVersions)
        if seen.isEmpty { return base.map { [$0.kubernetesVersion] } ?? [] }
        return seen.sorted()
    }

    /// The versions of the control plane components that were seen, oldest first.
    fileprivate var runningServers: [Version] {
        input.observed?.controlPlaneVersions.sorted() ?? []
    }

    /// Whether the Talos part of a revert can be honoured while Kubernetes stays.
    ///
    /// Behaviour page 5.2: after the first Kubernetes component moved, the Talos part rolls back
    /// where the older Talos supports the Kubernetes that runs. A commit that is no revert gets no
    /// half of what it asks for.
    fileprivate var canGoBackWithoutKubernetes: Bool {
        !isOffline && isRollback && reverts != nil && !needing.isEmpty
            && runningKubernetes.allSatisfy {
                support.supports(talos: desired.talosVersion, kubernetes: $0)
            }
    }
}
