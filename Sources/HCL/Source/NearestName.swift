/// Finds the name that a misspelt one was probably meant to be.
public enum NearestName {
    /// The longest name that is compared; longer ones are not typing mistakes.
    private static let longestName = 64

    /// The most names that are compared, since a file may have very many.
    private static let mostCandidates = 1_000
    /// The most names that a hint lists.
    private static let mostListed = 8

    /// The candidate closest to a name, or nothing when none is close enough.
    ///
    /// Close means at most a third of the letters changed, and never more than three. The result
    /// does not depend on the order of the candidates.
    public static func suggestion(for name: String, among candidates: some Sequence<String>)
        -> String?
    {
        let letters = Array(name.utf8)
        guard letters.count <= longestName else { return nil }
        let limit = min(3, letters.count / 3)
        var best: (distance: Int, name: String)?
        for candidate in candidates.prefix(mostCandidates) where candidate != name {
            let other = Array(candidate.utf8)
            guard abs(other.count - letters.count) <= limit else { continue }
            let distance = distance(letters, other)
            guard distance <= limit else { continue }
            if let current = best, (current.distance, current.name) <= (distance, candidate) {
                continue
            }
            best = (distance, candidate)
        }
        return best?.name
    }

    /// A ready hint such as `Did you mean "talos_version"?`, or nothing.
    public static func hint(for name: String, among candidates: some Sequence<String>) -> String? {
        suggestion(for: name, among: candidates).map { "Did you mean \"\($0)\"?" }
    }

    /// A hint with the nearest name or, when none is near, with the names that there are.
    public static func hintOrList(for name: String, among candidates: [String]) -> String {
        if let hint = hint(for: name, among: candidates) { return hint }
        if candidates.isEmpty { return "It has no names at all." }
        return "Known names are \(list(candidates))."
    }

    /// Some names for use in a sentence.
    static func list(_ names: [String]) -> String {
        let shown = names.sorted().prefix(mostListed).map(SafeText.name).joined(separator: ", ")
        return names.count > mostListed ? "\(shown) and \(names.count - mostListed) more" : shown
    }

    /// The number of insertions, deletions, changes and swaps of neighbours between two names.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforePrevious: [Int] = []
        var previous = Array(0...right.count)
        for (row, leftByte) in left.enumerated() {
            var current = [row + 1]
            for (column, rightByte) in right.enumerated() {
                let substitution = previous[column] + (leftByte == rightByte ? 0 : 1)
                var cost = min(previous[column + 1] + 1, current[column] + 1, substitution)
                if row > 0, column > 0, left[row - 1] == rightByte, leftByte == right[column - 1] {
                    cost = min(cost, beforePrevious[column - 1] + 1)
                }
                current.append(cost)
            }
            beforePrevious = previous
            previous = current
        }
        return previous[right.count]
    }
}
