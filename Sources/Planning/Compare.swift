public import ClusterModel

/// Lists the differences between two desired states, in a fixed order.
///
/// The order is that of the behaviour page 2.3: versions, platform, kernel arguments, extensions,
/// provider versions, other values, the rebuild text, and the inputs of the stages. A value that is
/// only written in another way appears with the kind ``Change/Kind/spelling``.
public func compare(base: DesiredState, target: DesiredState) -> [Change] {
    Comparison(base: base, target: target).changes
}

/// Two states side by side.
struct Comparison {
    let base: DesiredState
    let target: DesiredState

    var changes: [Change] {
        versionsAndPlatform + kernelArguments + extensions
            + map(Field.providerVersions, \.providerVersions) + otherValues
            + value(Field.rebuild, base.rebuild, target.rebuild)
            + map(Field.machineConfigInputs, \.machineConfigInputs)
            + map(Field.imageInputs, \.imageInputs) + clusterInputs
    }

    private var versionsAndPlatform: [Change] {
        let rows: [(String, (DesiredState) -> String?)] = [
            (Field.talosVersion, { $0.talosVersion.description }),
            (Field.kubernetesVersion, { $0.kubernetesVersion.description }),
            (Field.extensionVersion, { $0.extensionVersion?.description }),
            (Field.platform, \.platform),
            (Field.architecture, \.architecture),
            (Field.secureBoot, { $0.secureBoot.map(String.init) }),
            (Field.bootLoader, \.bootLoader),
        ]
        return rows.flatMap { field, read in value(field, read(base), read(target)) }
    }

    /// Which machines there are is compared only where both sides leave that to a cluster stage.
    private var clusterInputs: [Change] {
        base.clusterInputs.isEmpty || target.clusterInputs.isEmpty
            ? [] : map(Field.clusterInputs, \.clusterInputs)
    }

    private var otherValues: [Change] {
        Set(base.otherValues.keys).union(target.otherValues.keys).sorted().flatMap {
            // The values stay out of it: an override may hold a token, and changes are logged.
            value($0, base.otherValues[$0], target.otherValues[$0]).map { change in
                Change(field: change.field, kind: change.kind)
            }
        }
    }

    private var kernelArguments: [Change] {
        let (old, new) = (base.kernelArguments, target.kernelArguments)
        let field = Field.kernelArguments
        let removed = surplus(of: old, over: new).map {
            Change(field: field, kind: .removed, name: $0, from: $0)
        }
        let added = surplus(of: new, over: old).map {
            Change(field: field, kind: .added, name: $0, to: $0)
        }
        if removed.isEmpty, added.isEmpty {
            guard old != new else { return spelling(field) }
            let texts = (old.joined(separator: " "), new.joined(separator: " "))
            return [Change(field: field, kind: .reordered, from: texts.0, to: texts.1)]
        }
        return removed + added
    }

    /// The difference of one value, by its normal form; shown as the repository spells it.
    private func value(_ field: String, _ from: String?, _ to: String?) -> [Change] {
        guard from != to else { return from == nil ? [] : spelling(field) }
        let kind: Change.Kind = from == nil ? .added : to == nil ? .removed : .changed
        return [
            Change(
                field: field, kind: kind,
                from: from.map { base.spellings[field] ?? $0 },
                to: to.map { target.spellings[field] ?? $0 })
        ]
    }

    /// A change of nothing but the spelling of a whole field.
    func spelling(_ field: String) -> [Change] {
        guard let from = base.spellings[field], let to = target.spellings[field], from != to
        else { return [] }
        return [Change(field: field, kind: .spelling, from: from, to: to)]
    }

    private func map(_ field: String, _ read: (DesiredState) -> [String: String]) -> [Change] {
        let (old, new) = (read(base), read(target))
        let changes = Set(old.keys).union(new.keys).sorted().compactMap { name -> Change? in
            let (from, to) = (old[name], new[name])
            guard from != to else { return nil }
            let kind: Change.Kind = from == nil ? .added : to == nil ? .removed : .changed
            return Change(field: field, kind: kind, name: name, from: from, to: to)
        }
        return changes.isEmpty ? spelling(field) : changes
    }
}

/// The entries of `list` that `other` has fewer of, in the order of `list`; duplicates count.
func surplus<Entry: Hashable>(of list: [Entry], over other: [Entry]) -> [Entry] {
    var budget = Dictionary(other.map { ($0, 1) }, uniquingKeysWith: +)
    return list.filter { entry in
        guard let left = budget[entry], left > 0 else { return true }
        budget[entry] = left - 1
        return false
    }
}
