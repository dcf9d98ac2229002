@_spi(_Unicode) import Swift

extension String {
    /// The text in Unicode normalisation form C, which HCL requires of every string value.
    ///
    /// The standard library compares strings by this form but offers it only as a system
    /// interface; it is used here so that the library needs no other module.
    func inNormalFormC() -> String {
        if utf8.allSatisfy({ $0 < 0x80 }) { return self }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(utf8.count)
        _withNFCCodeUnits { bytes.append($0) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
