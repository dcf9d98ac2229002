import ClusterModel

extension StatusReport {
    /// The report for a person.
    public var text: String {
        var parts = source.map { [$0.text] } ?? []
        parts += clusters.map(\.text)
        if clusters.isEmpty { parts.append("The agent has not looked at any cluster yet.") }
        parts += (removed ?? []).map(\.text)
        return parts.joined(separator: "\n\n")
    }
}

extension ClusterStatus {
    /// The cluster, its condition and the reason, for a person.
    public var line: String { "\(cluster): \(condition.rawValue). \(reason)".setIn }

    fileprivate var text: String {
        let commits = [("desired", desired), ("attempted", attempted), ("reconciled", reconciled)]
            .map { "\($0.0) \($0.1.map { String($0.prefix(7)) } ?? "none")" }
        var lines = [line]
        if let hint { lines.append("  hint: \(hint)".setIn) }
        lines.append("  " + commits.joined(separator: ", "))
        if let rewrite { lines.append("  " + rewrite.text.onOneLine) }
        if let run {
            lines.append("  run \(run.run): step \(run.step)/\(run.steps), \(run.doing)".setIn)
        }
        guard !nodes.isEmpty else { return lines.joined(separator: "\n") }
        let width = max(4, nodes.map(\.node.count).max() ?? 4) + 2
        let head = "NODE".padding(to: width) + "ROLE".padding(to: 14) + "INSTALLED".padding(to: 24)
        lines.append("  " + head + "COMMITTED".padding(to: 24) + "STALE")
        for node in nodes {
            let line =
                "  " + node.node.padding(to: width) + node.role.rawValue.padding(to: 14)
                + node.installed.text.padding(to: 24) + node.committed.text.padding(to: 24)
                + (node.stale ? node.reasons.joined(separator: "; ") : "no")
            lines.append(line.onOneLine)
        }
        return lines.joined(separator: "\n")
    }
}

extension ClusterStatus.Release {
    fileprivate var text: String { "\(talos ?? "unknown") / \(kubernetes ?? "unknown")" }
}
