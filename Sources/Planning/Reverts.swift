import ClusterModel

/// Recognises that a commit takes back what an earlier one did, by values alone.
///
/// Neither the subject line nor Git's generated text is asked; reverts rarely carry it.
struct RevertSearch {
    let target: DesiredState
    let input: PlanningInput

    /// Earlier first-parent states, newest first, down to the base at least.
    private let history: [RevisionState]

    init(target: DesiredState, in input: PlanningInput) {
        self.target = target
        self.input = input
        var history = input.history
        if let base = input.base, !history.contains(where: { $0.revision == base.revision }) {
            history.append(base)
        }
        self.history = history
    }

    /// The commit that moved `fields` away from the values they have again now; `nil` if none did.
    func undone(_ fields: Set<String>) -> Revision? {
        guard !fields.isEmpty else { return nil }
        var departed: Revision?
        for state in history {
            guard let desired = state.desired else { continue }
            if !fields.isDisjoint(with: changedFields(from: desired, to: target)) {
                departed = state.revision
            } else if let departed {
                return departed
            }
        }
        return nil
    }

    /// What commits after the base said, and what a run that did not finish was about.
    var since: [RevisionState] {
        guard let base = input.base else { return [] }
        let newer = history.prefix { $0.revision != base.revision }
        let attempted = input.attempted.map { [$0] } ?? []
        return attempted + newer.filter { $0.revision != input.attempted?.revision }
    }

    /// The fields in which commits since the base differ from the target.
    var fieldsSince: Set<String> {
        since.compactMap(\.desired).reduce(into: []) {
            $0.formUnion(changedFields(from: $1, to: target))
        }
    }
}

/// The fields that differ in value.
func changedFields(from base: DesiredState, to target: DesiredState) -> Set<String> {
    guard base != target else { return [] }
    let changes = compare(base: base, target: target)
    return Set(changes.lazy.filter { $0.kind != .spelling }.map(\.field))
}
