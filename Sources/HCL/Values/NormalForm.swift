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
        _withNFCCodeUnits { bytes.append($0) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private var isASCII: Bool {
        utf8.withContiguousStorageIfAvailable { $0.isASCII } ?? utf8.allSatisfy { $0 < 0x80 }
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
