import ClusterModel

/// One roll of nodes to one Talos release.
struct Round: Hashable, Sendable {
    /// The release that the nodes are given.
    let version: Version

    /// The nodes, in the order of action, with what they run when the round begins.
    let members: [FleetMember]

    /// Whether it is the last round, which brings the desired release.
    let isLast: Bool
}

/// Through which releases the cluster goes.
struct Route: Hashable, Sendable {
    /// The rolls, in order; empty when no node needs an image.
    let rounds: [Round]

    /// The move of Kubernetes.
    let kubernetes: KubernetesMove?

    /// How many rounds come before the move of Kubernetes.
    let roundsBeforeKubernetes: Int
}

/// Finds the rounds, and the place of the Kubernetes move among them.
struct RouteFinder {
    let situation: Situation
    let kubernetes: KubernetesDecision

    private var support: SupportTable { situation.support }
    private var target: Version { situation.desired.talosVersion }

    /// The release lines between what nodes run and the target, in the order of travel.
    var linesBetween: [ReleaseLine] {
        var up: Set<ReleaseLine> = []
        var down: Set<ReleaseLine> = []
        for running in Set(situation.needing.map(\.running)) {
            let lines = support.linesBetween(running.line, target.line)
            if running < target { up.formUnion(lines) } else { down.formUnion(lines) }
        }
        return up.sorted() + down.sorted(by: >)
    }

    /// The rounds; hops through lines without a known release are left out, and refused elsewhere.
    var rounds: [Round] {
        var running = situation.needing
        var rounds: [Round] = []
        for line in linesBetween {
            guard let hop = support.rows[line]?.latest else { continue }
            let passing = Set(
                Set(running.map(\.running.line)).filter {
                    support.linesBetween($0, target.line).contains(line)
                })
            let members = running.filter { passing.contains($0.running.line) }
            rounds.append(Round(version: hop, members: members, isLast: false))
            let moved = Set(members.map(\.target))
            // What was not well has been proven in this round, and takes its ordinary place.
            running =
                running.map { moved.contains($0.target) ? $0.moved(to: hop) : $0 }
                .inOrderOfAction
        }
        if !running.isEmpty {
            rounds.append(Round(version: target, members: running, isLast: true))
        }
        return rounds
    }

    /// The route, and the pair of releases that no order of it can avoid, when there is one.
    ///
    /// Kubernetes moves last unless the table demands it earlier; `kubernetesFirst` asks for the
    /// mirror image, which a plan needs that applies older machine configurations first.
    func route(kubernetesFirst: Bool) -> (route: Route, conflict: ReleasePair?) {
        let rounds = rounds
        let places = kubernetes.move == nil ? [rounds.count] : Array((0...rounds.count).reversed())
        let ordered = kubernetesFirst ? places.reversed() : places
        let conflicts = ordered.map { (place: $0, pair: conflict(in: rounds, movingAfter: $0)) }
        let place = conflicts.first { $0.pair == nil }?.place ?? rounds.count
        let route = Route(
            rounds: rounds, kubernetes: kubernetes.move, roundsBeforeKubernetes: place)
        let isPossible = conflicts.contains { $0.pair == nil }
        return (route, isPossible ? nil : conflicts.first { $0.place == rounds.count }?.pair)
    }

    /// The first pair on the way that the table does not support.
    private func conflict(in rounds: [Round], movingAfter place: Int) -> ReleasePair? {
        var talos = Dictionary(
            situation.fleet.map { ($0.target, $0.running) }, uniquingKeysWith: { first, _ in first }
        )
        var versions = kubernetes.running
        for index in 0...rounds.count {
            if index == place, let move = kubernetes.move {
                versions = [move.to]
                if let pair = unsupported(Set(talos.values), versions) { return pair }
            }
            guard index < rounds.count else { continue }
            let round = rounds[index]
            for member in round.members { talos[member.target] = round.version }
            // A round within the release that runs is no other pair than the one that runs.
            guard round.members.contains(where: { $0.running != round.version }) else { continue }
            if let pair = unsupported([round.version], versions) { return pair }
        }
        return nil
    }

    private func unsupported(_ talos: Set<Version>, _ versions: [Version]) -> ReleasePair? {
        for release in talos.sorted() {
            for version in versions where !support.supports(talos: release, kubernetes: version) {
                return ReleasePair(talos: release, kubernetes: version)
            }
        }
        return nil
    }
}

/// A Talos release and a Kubernetes release that would run together.
struct ReleasePair: Hashable, Sendable {
    let talos: Version
    let kubernetes: Version
}

extension FleetMember {
    /// The same member after it was given another release.
    func moved(to version: Version) -> FleetMember {
        var member = FleetMember(target: target, role: role, running: version, reasons: reasons)
        member.place = place
        member.showsSlot = showsSlot
        return member
    }
}
