extension String {
    /// The text without the scalars at its beginning that fit.
    func trimmingStart(where fits: (Unicode.Scalar) -> Bool) -> String {
        let scalars = unicodeScalars
        let start = scalars.firstIndex { !fits($0) } ?? scalars.endIndex
        return start == scalars.startIndex ? self : String(self[start...])
    }

    /// The text without the scalars at its end that fit.
    func trimmingEnd(where fits: (Unicode.Scalar) -> Bool) -> String {
        let scalars = unicodeScalars
        guard let last = scalars.lastIndex(where: { !fits($0) }) else { return "" }
        let end = scalars.index(after: last)
        return end == scalars.endIndex ? self : String(self[..<end])
    }

    /// The text without the scalars at either end that fit.
    func trimming(where fits: (Unicode.Scalar) -> Bool) -> String {
        trimmingEnd(where: fits).trimmingStart(where: fits)
    }
}
