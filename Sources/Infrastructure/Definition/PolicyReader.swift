import ClusterModel
import HCL

/// Reads the blocks that say how a cluster may be changed.
struct PolicyReader {
    private static let weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    private static let manyWorkers = 1...10_000

    let cluster: SettingsReader
    let name: String

    private var problems: ProblemList { cluster.problems }

    /// The endpoints of the `talos` block.
    func endpoints() -> [String] {
        guard let block = cluster.block("talos") else { return [] }
        defer { block.finish() }
        return block.texts("endpoints")?.value ?? []
    }

    /// The method of the `kubernetes` block.
    func kubernetesMethod() -> KubernetesMethod {
        guard let block = cluster.block("kubernetes") else { return .talosctl }
        defer { block.finish() }
        return block.choice("method", or: KubernetesMethod.talosctl)
    }

    /// The `rollout` block.
    func rollout() -> RolloutPolicy {
        var policy = RolloutPolicy()
        guard let block = cluster.block("rollout") else { return policy }
        policy.workersAtOnce = workers(block, or: policy.workersAtOnce)
        policy.order = block.choice("order", or: policy.order)
        policy.settle = block.duration("settle", or: policy.settle)
        policy.soak = block.duration("soak", or: policy.soak)
        policy.nodeTimeout = block.duration(
            "node_timeout", or: policy.nodeTimeout, allowsZero: false)
        policy.drainTimeout = block.duration(
            "drain_timeout", or: policy.drainTimeout, allowsZero: false)
        policy.fullBootCanary = block.flag("full_boot_canary", or: policy.fullBootCanary)
        if let setting = block.text("on_failure"), setting.value != "halt" {
            block.reportChoice("on_failure", setting.value, among: ["halt"], at: setting.range)
        }
        block.finish()
        return policy
    }

    private func workers(_ block: SettingsReader, or fallback: WorkerLimit) -> WorkerLimit {
        guard let setting = block.value("workers_at_once") else { return fallback }
        if let count = setting.value.numberValue?.integer, Self.manyWorkers.contains(count) {
            return .count(count)
        }
        if let text = setting.value.stringValue {
            let digits = text.hasSuffix("%") ? String(text.dropLast()) : text
            if let number = Int(digits), number > 0, digits.allSatisfy(\.isNumber) {
                if !text.hasSuffix("%"), Self.manyWorkers.contains(number) { return .count(number) }
                if text.hasSuffix("%"), number <= 100 { return .percent(number) }
            }
        }
        problems.add(
            "Wrong value",
            "workers_at_once must be a whole number of at least 1, or a share from \"1%\" to "
                + "\"100%\".", at: setting.range)
        return fallback
    }

    /// The `safety` block.
    func safety() -> SafetyPolicy {
        var policy = SafetyPolicy()
        guard let block = cluster.block("safety") else { return policy }
        policy.etcdSnapshots = block.integer(
            "etcd_snapshots", in: 1...1_000, or: policy.etcdSnapshots)
        policy.exportsFlux = block.flag("flux_export", or: policy.exportsFlux)
        policy.checksCapacity = block.flag("capacity_check", or: policy.checksCapacity)
        if let setting = block.texts("approve") {
            var kinds: Set<ApprovalKind> = [.rebuild]
            for word in setting.value {
                if let kind = ApprovalKind(rawValue: word) {
                    kinds.insert(kind)
                } else {
                    block.reportChoice(
                        "A kind in approve", word, among: ApprovalKind.allCases.map(\.rawValue),
                        at: setting.range)
                }
            }
            policy.approve = ApprovalKind.allCases.filter(kinds.contains)
        }
        block.finish()
        return policy
    }

    /// The `window` block; without days the window opens every day.
    func window() -> MaintenanceWindow? {
        guard let block = cluster.block("window") else { return nil }
        block.require("start")
        block.require("duration")
        var days = Self.weekdays
        if let setting = block.texts("days") {
            for day in setting.value where !Self.weekdays.contains(day) {
                block.reportChoice("A day", day, among: Self.weekdays, at: setting.range)
            }
            days = Self.weekdays.filter(setting.value.contains)
            if setting.value.isEmpty {
                problems.add(
                    "Wrong value", "days must name at least one day.", at: setting.range)
            }
        }
        let start = block.text("start")
        let minute = start.map { DurationText.minutes($0.value) } ?? 0
        if let start, minute == nil {
            problems.add(
                "Wrong value", "start must be a time of day such as \"02:00\".", at: start.range)
        }
        let duration = block.duration("duration", or: .zero, allowsZero: false)
        let zone = block.text("timezone")
        if let zone, zone.value.isEmpty || zone.value.contains(" ") {
            problems.add(
                "Wrong value", "timezone must be a name such as \"Europe/Berlin\".",
                at: zone.range)
        }
        block.finish()
        return MaintenanceWindow(
            days: days, startMinute: minute ?? 0, duration: duration,
            timeZone: zone?.value ?? "UTC")
    }

    /// The `promote` block.
    func promotion() -> Promotion? {
        guard let block = cluster.block("promote") else { return nil }
        block.require("after")
        let after = block.text("after")
        if let after, after.value == name || after.value.isEmpty {
            problems.add(
                "Wrong value", "after must name another cluster than this one.", at: after.range)
        }
        let soak = block.duration("soak", or: .seconds(24 * 3_600))
        block.finish()
        return after.map { Promotion(after: ClusterName($0.value), soak: soak) }
    }
}
