/// Subjects, file names, values and what servers say come from others and have any length.
extension String {
    /// The text, or as much of its beginning as fits into that many bytes with an ellipsis.
    ///
    /// It ends between two characters as people see them. Room for the ellipsis is taken for granted.
    public func shortened(to limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var room = limit - "\u{2026}".utf8.count
        var end = startIndex
        while end < endIndex {
            let next = index(after: end)
            room -= utf8.distance(from: end, to: next)
            if room < 0 { break }
            end = next
        }
        return self[..<end] + "\u{2026}"
    }
}

extension [String] {
    /// The sentences in one, the first of them where there are many, each of a length that is read.
    public var listed: String {
        let shown = prefix(20).map { $0.shortened(to: 300) }.joined(separator: "; ")
        return count > 20 ? "\(shown); and \(count - 20) more" : shown
    }
}
