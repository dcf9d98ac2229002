import ClusterModel

/// The rules on Talos releases and installers; each returns at most one refusal.
struct TalosRules {
    let situation: Situation
    let finder: RouteFinder
    let rounds: [Round]

    private var support: SupportTable { situation.support }
    private var target: Version { situation.desired.talosVersion }

    var refusals: [Refusal] {
        guard !situation.needing.isEmpty else { return [] }
        guard support.row(of: target) != nil else {
            return [.unknownTalos(target, table: support)]
        }
        return [tooOld, etcdDowngrade, skip ?? wall, installer].compactMap { $0 } + mismatches
    }

    /// The outer wall: what the installer of each release on the way takes, by its own code.
    ///
    /// Adjacent minors lie well within; a node on a line that is not known does not.
    private var wall: Refusal? {
        for round in rounds {
            let outside = round.members.first {
                !support.accepts(host: $0.running, for: round.version)
            }
            guard let outside else { continue }
            return .unsupportedStep(outside, to: round.version, table: support)
        }
        return nil
    }

    /// Nodes below 1.8 are not upgraded, and none is brought there, since none could leave again.
    private var tooOld: Refusal? {
        let first = ReleaseLine(1, 8)
        if target.line < first { return .talosTooOld("the commit asks for \(target)") }
        return situation.needing.first { $0.running.line < first }
            .map { .talosTooOld("\($0.name) runs \($0.running)") }
    }

    /// Refused once every control plane runs the newer etcd, or did when it was reconciled.
    ///
    /// Until the last one does, etcd keeps the cluster version of the older minor, and going back
    /// is plain (upgrade facts e.2, rule 26). Afterwards a control plane that fell back by itself
    /// changes nothing: its member does not start on the data of the others.
    private var etcdDowngrade: Refusal? {
        guard !situation.unreachable.contains(where: { $0.role == .controlPlane }) else {
            return nil
        }
        let controlPlanes = situation.fleet.filter { $0.role == .controlPlane }
        let raised = controlPlanes.filter { support.lowersEtcd(from: $0.running, to: target) }
        let wasRaised =
            situation.base.map { support.lowersEtcd(from: $0.talosVersion, to: target) } ?? false
        guard raised.contains(where: \.needsImage),
            raised.count == controlPlanes.count || wasRaised,
            let oldest = raised.map(\.running).min()
        else { return nil }
        return .etcdDowngrade(from: oldest, to: target, table: support)
    }

    private var skip: Refusal? {
        let installers = Installers(situation: situation)
        for line in finder.linesBetween {
            let hop = support.rows[line]?.latest
            if let hop, case .success = installers.image(for: hop) { continue }
            let from = situation.needing.first {
                support.linesBetween($0.running.line, target.line).contains(line)
            }
            return .talosSkip(from: from?.running ?? target, to: target, through: line, hop: hop)
        }
        return nil
    }

    private var installer: Refusal? {
        guard case .failure(let gap) = Installers(situation: situation).image(for: target) else {
            return nil
        }
        return .installer(gap, target: target)
    }

    /// Extensions of another release, unless this pair ran before: then it is proven to work, and
    /// neither another change nor a revert may be refused for it.
    private var mismatches: [Refusal] {
        guard !(situation.isRollback && situation.reverts != nil) else { return [] }
        let tags = ReleaseTags(base: situation.base)
        let proven = situation.base.map { $0.talosVersion == target ? $0.allExtensions : [] } ?? []
        return situation.desired.allExtensions.compactMap { image in
            guard let release = tags.release(namedBy: image), release != target,
                !proven.contains(where: { $0.name == image.name && $0.tag == image.tag })
            else { return nil }
            return .extensionMismatch(image, names: release, target: target)
        }
    }
}
