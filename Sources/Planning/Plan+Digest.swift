import ClusterModel

extension Plan {
    /// Creates a plan and computes its digests.
    init(
        cluster: ClusterName, base: Revision?, target: Revision, path: UpgradePath,
        desired: DesiredState, steps: [Step], pointOfNoReturn: Int?, approvals: [ApprovalKind],
        approving subject: ApprovalSubject
    ) {
        let content = PlanContent(
            cluster: cluster, base: base, target: target, path: path, desired: desired,
            pointOfNoReturn: pointOfNoReturn, approvals: approvals)
        var hasher = PlanHasher(after: Planning.digest(of: content))
        for step in steps { hasher.add(step) }
        self.init(
            cluster: cluster, base: base, target: target, path: path, desired: desired,
            steps: steps, pointOfNoReturn: pointOfNoReturn, approvals: approvals,
            digest: hasher.digest, approvalDigest: Planning.digest(of: subject))
    }
}

/// What the digest of a plan covers beside its steps.
private struct PlanContent: Encodable {
    let cluster: ClusterName
    let base: Revision?
    let target: Revision
    let path: UpgradePath
    let desired: DesiredState
    let pointOfNoReturn: Int?
    let approvals: [ApprovalKind]
}

/// What a person approves.
///
/// It names the values, not the commit and not the steps: a README commit, a node that flaps and a
/// run that continues after half of the nodes void no approval.
struct ApprovalSubject: Hashable, Sendable, Encodable {
    let cluster: ClusterName
    let approvals: [ApprovalKind]
    let values: DesiredState

    /// Every node that is known, well or not.
    let nodes: [String]

    /// The nodes that would be lowered without a commit that asks for it, where that is approved.
    ///
    /// Of all that is covered, this alone changes while a run goes on: what is left to lower after
    /// half of it is asked for again, and so is a node that was raised meanwhile.
    let lowered: [String]

    init(_ situation: Situation, approvals: [ApprovalKind]) {
        cluster = situation.definition.name
        self.approvals = approvals
        var values = situation.desired
        values.spellings = [:]
        values.unusedValues = []
        self.values = values
        nodes = situation.input.observed?.nodes.map(\.name.text) ?? []
        lowered =
            approvals.contains(.lowerByDrift)
            ? situation.raisedByOthers.compactMap { $0.node?.text }.sorted() : []
    }
}
