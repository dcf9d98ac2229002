import ClusterModel

extension Comparison {
    /// Extensions by full image name: the same short name from another owner is another extension.
    var extensions: [Change] {
        let lists = ExtensionList.allCases.map {
            ListDifference(list: $0, base: base, target: target)
        }
        var arrivals = lists.flatMap { list in list.added.map { Entry(list: list.list, image: $0) }
        }
        var departures: [Entry] = []
        var moves: [ExtensionList: [Change]] = [:]
        for list in lists {
            for image in list.removed {
                let entry = Entry(list: list.list, image: image)
                if let index = arrivals.firstIndex(where: { $0.image.name == image.name }) {
                    let arrival = arrivals.remove(at: index)
                    moves[arrival.list, default: []] += move(from: entry, to: arrival)
                } else {
                    departures.append(entry)
                }
            }
        }
        return lists.flatMap { list -> [Change] in
            let field = list.list.rawValue
            let removed = departures.filter { $0.list == list.list }.map {
                Change(
                    field: field, kind: .removed, name: $0.image.name, from: $0.image.description)
            }
            let added = arrivals.filter { $0.list == list.list }.map {
                Change(field: field, kind: .added, name: $0.image.name, to: $0.image.description)
            }
            let changes = list.changed + (moves[list.list] ?? []) + removed + added
            return changes.isEmpty && list.isUntouched ? order(of: list.list) : changes
        }
    }

    private func move(from: Entry, to: Entry) -> [Change] {
        let field = to.list.rawValue
        let move = Change(
            field: field, kind: .moved, name: to.image.name, from: from.list.rawValue, to: field)
        return [move] + aspectChange(field, from: from.image, to: to.image)
    }

    private func order(of list: ExtensionList) -> [Change] {
        let (old, new) = (base.extensions[list] ?? [], target.extensions[list] ?? [])
        guard old != new else { return spelling(list.rawValue) }
        let texts = (old.map(\.shortName), new.map(\.shortName))
        return [
            Change(
                field: list.rawValue, kind: .reordered, from: texts.0.joined(separator: " "),
                to: texts.1.joined(separator: " "))
        ]
    }
}

/// What one list of extensions lost, gained and changed.
private struct ListDifference {
    let list: ExtensionList
    private(set) var removed: [ImageReference]
    private(set) var added: [ImageReference]
    private(set) var changed: [Change] = []

    /// Whether the list holds the same images as before.
    var isUntouched: Bool { removed.isEmpty && added.isEmpty && changed.isEmpty && !gaveAway }

    private let gaveAway: Bool

    init(list: ExtensionList, base: DesiredState, target: DesiredState) {
        self.list = list
        let (old, new) = (base.extensions[list] ?? [], target.extensions[list] ?? [])
        removed = surplus(of: old, over: new)
        added = surplus(of: new, over: old)
        gaveAway = !removed.isEmpty
        for image in removed {
            guard let index = added.firstIndex(where: { $0.name == image.name }) else { continue }
            changed += aspectChange(list.rawValue, from: image, to: added.remove(at: index))
            if let index = removed.firstIndex(of: image) { removed.remove(at: index) }
        }
    }
}

private struct Entry {
    let list: ExtensionList
    let image: ImageReference
}

/// How two references of one name differ: by the tag, or by nothing but the digest.
private func aspectChange(
    _ field: String, from: ImageReference, to: ImageReference
) -> [Change] {
    if from.tag != to.tag {
        return [
            Change(
                field: field, kind: .changed, name: to.name, aspect: .tag, from: from.tag,
                to: to.tag)
        ]
    }
    guard from.digest != to.digest else { return [] }
    return [
        Change(
            field: field, kind: .changed, name: to.name, aspect: .digest, from: from.digest,
            to: to.digest)
    ]
}
