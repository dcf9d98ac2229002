import ClusterModel
public import Planning

extension DecisionReport {
    /// The report for a person: the verdict first, then changes, warnings and steps.
    public var text: String {
        var lines: [String] = []
        let range = base.map { "\($0.prefix(7))..\(target.prefix(7))" } ?? String(target.prefix(7))
        for cluster in clusters { lines += cluster.lines(range: range) + [""] }
        for error in errors { lines += error.lines }
        while lines.last?.isEmpty == true { lines.removeLast() }
        return lines.joined(separator: "\n")
    }
}

extension ReportedProblem {
    fileprivate var lines: [String] {
        let place = file.isEmpty ? "" : line == 0 ? "\(file): " : "\(file):\(line):\(column): "
        return ["error: \(place)\(message)".onOneLine]
            + (hint.isEmpty ? [] : ["hint: \(hint)".onOneLine])
    }
}

extension ClusterDecision {
    fileprivate func lines(range: String) -> [String] {
        var lines = ["cluster \(cluster)  \(range)  \(verdict.rawValue): \(summary)"]
        lines += section("Changes", changes.map(\.sentence))
        lines += section(
            "Refused", refusals.flatMap { ["[\($0.rule)] \($0.message)", "  hint: \($0.hint)"] })
        lines += section("Warnings", warnings.map { "[\($0.rule)] \($0.message)" })
        if !approvals.isEmpty {
            let kinds = approvals.map(\.rawValue).joined(separator: ", ")
            lines.append("  Waits for approval (\(kinds)) of \(approvalDigest)")
        }
        if !steps.isEmpty {
            lines += section("Steps", steps.map(\.line))
            lines.append("  Plan \(digest)")
        }
        return lines
    }

    private func section(_ title: String, _ entries: [String]) -> [String] {
        entries.isEmpty ? [] : ["  \(title):"] + entries.map { "    \($0.onOneLine)" }
    }

    /// What happens, in a few words.
    private var summary: String {
        guard verdict != .nothing else {
            return changes.isEmpty ? "no value changed" : "no node or image is affected"
        }
        let names = paths.map(\.rawValue).joined(separator: " + ")
        var parts = [names.isEmpty ? path.rawValue : names]
        if direction != .same { parts.append("direction \(direction.rawValue)") }
        if let reverts { parts.append("undoes \(reverts.prefix(7))") }
        parts.append(images ? "builds images" : "builds no images")
        parts.append(destroys ? "DESTROYS machines" : "destroys nothing")
        return parts.joined(separator: ", ")
    }
}

extension ClusterDecision.PlannedStep {
    fileprivate var line: String {
        let number = String(repeating: " ", count: max(0, 3 - "\(index)".count)) + "\(index)"
        let what = kind.padding(to: 14) + target.padding(to: 12)
        return "\(number)  \(what) \(reason)"
    }
}

extension Change {
    /// The change in a few words, such as `talos_version: v1.11.5 -> v1.12.1`.
    public var sentence: String {
        let subject = name.map { "\(field) \($0)" } ?? field
        let part = aspect.map { " \($0.rawValue)" } ?? ""
        return switch kind {
        case .added: "\(subject)\(part) added\(to.map { ": \($0)" } ?? "")"
        case .removed: "\(subject)\(part) removed\(from.map { ": \($0)" } ?? "")"
        case .reordered: "\(subject) reordered"
        case .changed where from == nil && to == nil: "\(subject)\(part) changed"
        case .changed, .moved, .spelling:
            "\(subject)\(part)\(kind == .changed ? "" : " \(kind.rawValue)"): "
                + "\(from ?? "nothing") -> \(to ?? "nothing")"
        }
    }
}

extension String {
    /// The text with spaces after it up to a width; at least one when it is longer.
    func padding(to width: Int) -> String {
        self + String(repeating: " ", count: max(1, width - count))
    }
}

extension DecisionReport {
    /// The report in one line for each cluster, for a list of commits.
    public var summary: String {
        let commit = target.prefix(7)
        if let error = errors.first {
            let line = error.line == 0 ? "" : ":\(error.line)"
            let place = error.file.isEmpty ? "" : "\(error.file)\(line): "
            return "\(commit)  unreadable: \(place)\(error.message)".onOneLine
        }
        return clusters.map { cluster in
            let changes = cluster.changes.map(\.sentence).joined(separator: "; ")
            let undone = cluster.reverts.map { ", undoes \($0.prefix(7))" } ?? ""
            let refusal = cluster.refusals.first.map { " [\($0.rule)]" } ?? ""
            let line =
                "\(commit)  \(cluster.cluster)  \(cluster.path.rawValue)\(undone)  "
                + "\(cluster.verdict.rawValue)\(refusal)  \(changes)"
            return line.onOneLine
        }.joined(separator: "\n")
    }
}
