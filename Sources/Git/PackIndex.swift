import CLibgit2
import Glibc

/// The index of a pack: the names of its objects in their order, and where each begins.
///
/// No number in it is believed before it was looked at: libgit2 reads wherever it leads to.
struct PackIndex {
    /// How many objects the pack has.
    let count: Int

    private let file: PackBytes
    private let fanOut: Int
    private let names: Int
    private let stride: Int

    init(_ path: String) throws(ObjectFault) {
        file = try PackBytes(path)
        let bytes = file.bytes
        let isModern = bytes.starts(with: [0xFF, 0x74, 0x4F, 0x63])
        fanOut = isModern ? 8 : 0
        guard bytes.count >= fanOut + 1024 + 40, !isModern || file.number(4) == 2 else {
            throw .damaged("is no index of a pack")
        }
        count = file.number(fanOut + 1020)
        stride = isModern ? 20 : 24
        names = fanOut + 1024 + (isModern ? 0 : 4)
        // Offsets beyond two gigabytes take eight bytes more.
        let spare = bytes.count - fanOut - 1024 - (isModern ? 28 : 24) * count - 40
        guard spare >= 0, spare <= (isModern ? 8 * count : 0) else {
            throw .damaged("is cut short")
        }
        var last = 0
        for byte in 0..<256 {
            let next = file.number(fanOut + 4 * byte)
            guard next >= last else { throw .damaged("is not in order") }
            last = next
        }
    }

    /// The twenty bytes that end the pack which it is of.
    var packEnd: UnsafeRawBufferPointer.SubSequence { file.bytes.dropLast(20).suffix(20) }

    /// Where in the order an object is; `nil` when the pack does not have it.
    func position(of id: git_oid) -> Int? {
        let position = lowerBound(id)
        return position < count && name(position).isSame(as: id) ? position : nil
    }

    /// The object whose name begins with these digits, if there is one.
    func find(_ prefix: git_oid, digits: Int) throws(ObjectFault) -> git_oid? {
        let position = lowerBound(prefix)
        guard position < count, begins(position, prefix, digits) else { return nil }
        guard position + 1 == count || !begins(position + 1, prefix, digits) else {
            throw .ambiguous
        }
        return name(position)
    }

    /// Where in the pack an object begins, which can be anywhere.
    func offset(_ position: Int) throws(ObjectFault) -> Int {
        guard stride == 20 else { return file.number(names - 4 + stride * position) }
        let offsets = names + 24 * count
        let short = file.number(offsets + 4 * position)
        guard short & 0x8000_0000 != 0 else { return short }
        let place = offsets + 4 * count + 8 * (short & 0x7FFF_FFFF)
        guard place + 48 <= file.bytes.count else { throw .damaged("has no place in its index") }
        return file.number(place) << 32 | file.number(place + 4)
    }

    /// The first place whose name is not before this one.
    private func lowerBound(_ id: git_oid) -> Int {
        let byte = Int(id.id.0)
        var low = byte == 0 ? 0 : file.number(fanOut + 4 * (byte - 1))
        var high = file.number(fanOut + 4 * byte)
        let wanted = withUnsafeBytes(of: id) { beginning(of: $0, at: 0) }
        while low < high {
            let middle = (low + high) / 2
            let found = beginning(of: file.bytes, at: names + stride * middle)
            if found < wanted || found == wanted && isBefore(id, middle) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }

    /// Whether the name at a place is before one that begins with the same bytes.
    private func isBefore(_ id: git_oid, _ position: Int) -> Bool {
        let name = name(position)
        return withUnsafeBytes(of: name) { name in
            withUnsafeBytes(of: id) { name.lexicographicallyPrecedes($0) }
        }
    }

    private func begins(_ position: Int, _ prefix: git_oid, _ digits: Int) -> Bool {
        hexadecimal(name(position)).prefix(digits) == hexadecimal(prefix).prefix(digits)
    }

    private func name(_ position: Int) -> git_oid {
        file.bytes.loadUnaligned(fromByteOffset: names + stride * position, as: git_oid.self)
    }
}

/// The first eight bytes of a name, so that names can be compared as numbers.
private func beginning(of bytes: UnsafeRawBufferPointer, at offset: Int) -> UInt64 {
    UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
}
