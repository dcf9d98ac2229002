@_spi(_Unicode) import Swift

extension String {
    /// The text in Unicode normalisation form C, which HCL requires of every string value.
    ///
    /// The standard library compares strings by this form but offers it only as a system
    /// interface; it is used here so that the library needs no other module.
    func inNormalFormC() -> String {
        if isASCII { return self }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(utf8.count)
        orderingLongRunsOfMarks()._withNFCCodeUnits { bytes.append($0) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// How many marks on one letter the standard library may put in order by itself.
    private static let shortRun = 64

    /// The same text with each long run of combining marks in canonical order.
    ///
    /// The standard library takes quadratic time for marks that are out of order. No language
    /// writes more than a few on a letter, but a hostile text can.
    private func orderingLongRunsOfMarks() -> String {
        var scalars = Array(unicodeScalars)
        var start = 0
        var isChanged = false
        while start < scalars.count {
            var end = start
            while end < scalars.count, scalars[end].isMark { end += 1 }
            if end - start > Self.shortRun {
                let marks = scalars[start..<end].enumerated().map {
                    (order: $0.element.properties.canonicalCombiningClass, $0.offset, $0.element)
                }
                let sorted = marks.sorted { ($0.order, $0.1) < ($1.order, $1.1) }
                scalars.replaceSubrange(start..<end, with: sorted.map(\.2))
                isChanged = true
            }
            start = end + 1
        }
        return isChanged ? String(String.UnicodeScalarView(scalars)) : self
    }

    private var isASCII: Bool {
        utf8.withContiguousStorageIfAvailable { $0.isASCII } ?? utf8.allSatisfy { $0 < 0x80 }
    }
}

extension Unicode.Scalar {
    /// Whether the scalar combines with one before it and has a place among others that do.
    fileprivate var isMark: Bool {
        value >= 0x300 && properties.canonicalCombiningClass != .notReordered
    }

    /// Whether the scalar is white space, as Unicode has it.
    var isWhitespace: Bool {
        // The table of the standard library is slow, and nearly all text is ASCII.
        isASCII ? value == 0x20 || (0x09...0x0D).contains(value) : properties.isWhitespace
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether all bytes are ASCII.
    var isASCII: Bool {
        var all: UInt8 = 0
        for byte in self { all |= byte }
        return all < 0x80
    }
}
