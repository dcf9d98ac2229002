public import ClusterModel

/// A time for which a lower cluster was ready with a desired state.
public struct ReadySpan: Hashable, Sendable {
    /// What it was ready with.
    public var desired: DesiredState

    /// Since when, in seconds since 1970.
    public var from: Double

    /// Until when, in seconds since 1970; `nil` when it still is.
    public var until: Double?

    /// Creates a span.
    public init(desired: DesiredState, from: Double, until: Double? = nil) {
        self.desired = desired
        self.from = from
        self.until = until
    }
}

/// Whether a lower cluster ran what a commit brings for as long as `promote` asks.
///
/// What counts are the values, not the commit: each value that changes here must be there, and
/// values that do not change here may differ. Files that only one of the two clusters reads are
/// that cluster's own. Spans that follow one another with these values add up, so that a commit
/// that changes nothing of them begins no new soak; and a lower cluster that went on to something
/// else after its soak has done its part.
struct PromotionSoak {
    let changes: [Change]
    let target: DesiredState

    init(from base: DesiredState?, to target: DesiredState) {
        let empty = DesiredState(
            talosVersion: Version(0, 0, 0), kubernetesVersion: Version(0, 0, 0))
        changes = compare(base: base ?? empty, target: target)
        self.target = target
    }

    /// The longest time that the lower cluster was ready with the values, in seconds; `nil` when it
    /// never was.
    func longest(in spans: [ReadySpan], now: Double) -> Double? {
        var (longest, current): (Double?, Double) = (nil, 0)
        for span in spans.sorted(by: { $0.from < $1.from }) {
            guard isCarried(by: span.desired) else {
                current = 0
                continue
            }
            current += max(0, (span.until ?? now) - span.from)
            longest = max(longest ?? 0, current)
        }
        return longest
    }

    /// How long the lower cluster has been ready with the values that it is ready with now, in
    /// seconds; `nil` when it is not ready, or with other values.
    func underWay(in spans: [ReadySpan], now: Double) -> Double? {
        let newest = spans.sorted { $0.from > $1.from }.prefix { isCarried(by: $0.desired) }
        guard let last = newest.first, last.until == nil else { return nil }
        return newest.reduce(0) { $0 + max(0, ($1.until ?? now) - $1.from) }
    }

    private func isCarried(by lower: DesiredState) -> Bool {
        changes.allSatisfy { $0.kind == .spelling || isCarried($0, by: lower) }
    }

    private func isCarried(_ change: Change, by lower: DesiredState) -> Bool {
        switch change.field {
        case Field.talosVersion: lower.talosVersion == target.talosVersion
        case Field.kubernetesVersion: lower.kubernetesVersion == target.kubernetesVersion
        case Field.extensionVersion: lower.extensionVersion == target.extensionVersion
        case Field.kernelArguments: isArgumentCarried(change, by: lower)
        case Field.machineConfigInputs: isFileCarried(change, \.machineConfigInputs, by: lower)
        case Field.imageInputs: isFileCarried(change, \.imageInputs, by: lower)
        case ExtensionList.system.rawValue, ExtensionList.custom.rawValue,
            ExtensionList.factory.rawValue:
            isExtensionCarried(change, by: lower)
        default: true
        }
    }

    private func isArgumentCarried(_ change: Change, by lower: DesiredState) -> Bool {
        guard let argument = change.name else { return true }
        return lower.kernelArguments.contains(argument) == target.kernelArguments.contains(argument)
    }

    private func isExtensionCarried(_ change: Change, by lower: DesiredState) -> Bool {
        guard let name = change.name else { return true }
        func images(_ state: DesiredState) -> Set<ImageReference> {
            Set(state.allExtensions.filter { $0.name == name })
        }
        return images(lower) == images(target)
    }

    private func isFileCarried(
        _ change: Change, _ files: KeyPath<DesiredState, [String: String]>, by lower: DesiredState
    ) -> Bool {
        guard let path = change.name, let content = lower[keyPath: files][path] else { return true }
        return content == target[keyPath: files][path]
    }
}
