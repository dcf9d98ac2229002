/// What is directly in a directory, to be found by name.
struct DirectoryListing {
    /// The entries, each with a name of its own, in the order of their names.
    let entries: [FileTreeEntry]
    private let places: [String: Int]

    init(_ given: [FileTreeEntry]) {
        var entries: [FileTreeEntry] = []
        entries.reserveCapacity(given.count)
        var places: [String: Int] = [:]
        for entry in given.sorted(by: { ($0.name, $0.id) < ($1.name, $1.id) }) {
            // Two names that are no UTF-8, or that Unicode holds equal, can look the same.
            var name = entry.name
            var number = 1
            while places[name] != nil {
                number += 1
                name = "\(entry.name)~\(number)"
            }
            places[name] = entries.count
            entries.append(FileTreeEntry(name: name, kind: entry.kind, id: entry.id))
        }
        self.entries = entries
        self.places = places
    }

    /// The entry of that name.
    subscript(name: some StringProtocol) -> FileTreeEntry? {
        places[String(name)].map { entries[$0] }
    }
}
