import CLibgit2
import Glibc

/// A pack with its index, read by libgit2 after it was looked at.
///
/// libgit2 believes what a pack says: one wrong number in an index ends the process, a delta that
/// leads to itself fills the memory, and the size of a damaged delta is read for ever, or is any
/// number. So the way to an object is gone here first, which takes less than a hundredth of what it
/// takes to read it.
final class Pack {
    /// More deltas upon deltas than Git itself ever makes.
    private static let longestChain = 10_000

    /// More than any disk holds; what claims to be larger would overflow sums of sizes.
    private static let largestObject = 1 << 50
    private static let header = 12
    private static let end = 20

    /// The path without the end `.pack` or `.idx`.
    let stem: String
    let index: PackIndex

    private let content: PackBytes
    private var reader: UnsafeMutablePointer<git_odb_backend>?

    /// Makes sure that pack and index are whole and belong together, without reading an object.
    init(_ stem: String) throws(ObjectFault) {
        self.stem = stem
        index = try PackIndex("\(stem).idx")
        content = try PackBytes("\(stem).pack")
        let bytes = content.bytes
        guard bytes.count >= Self.header + Self.end, bytes.starts(with: "PACK".utf8),
            content.number(8) == index.count
        else { throw .damaged("is no pack of its index") }
        guard bytes.suffix(Self.end).elementsEqual(index.packEnd) else {
            throw .damaged("is cut short, or no pack of its index")
        }
    }

    deinit { reader?.pointee.free?(reader) }

    /// Reads an object by libgit2; throws `absent` when the pack was removed.
    func read(
        _ id: git_oid, at position: Int
    ) throws(ObjectFault) -> (header: ObjectHeader, bytes: UnsafeMutableRawPointer) {
        _ = try chain(from: try index.offset(position))
        var id = id
        var bytes: UnsafeMutableRawPointer?
        var size = 0
        var type = GIT_OBJECT_INVALID
        let store = try store()
        let code = store.pointee.read?(&bytes, &size, &type, store, &id) ?? GIT_ERROR.rawValue
        guard code == 0, let bytes else {
            guard access("\(stem).pack", F_OK) == 0 else { throw .absent }
            throw code == GIT_ENOTFOUND.rawValue ? .damaged("cannot be had") : .told(code)
        }
        return (ObjectHeader(type: type, size: size), bytes)
    }

    /// The type and size of an object; of its content no more is read than a delta's first bytes.
    func header(at position: Int) throws(ObjectFault) -> ObjectHeader {
        let chain = try chain(from: try index.offset(position))
        guard let delta = chain.firstDelta else {
            return ObjectHeader(type: chain.type, size: chain.size)
        }
        let head = content.inflated(at: delta, count: 24)[...]
        var place = 0
        guard PackBytes.size(head, &place) != nil, let size = PackBytes.size(head, &place) else {
            throw .damaged("is a delta whose beginning cannot be inflated")
        }
        guard size <= Self.largestObject else { throw .damaged("claims \(size) bytes") }
        return ObjectHeader(type: chain.type, size: size)
    }

    private func store() throws(ObjectFault) -> UnsafeMutablePointer<git_odb_backend> {
        if let reader { return reader }
        let code = git_odb_backend_one_pack(&reader, "\(stem).idx")
        if let reader { return reader }
        throw access("\(stem).pack", F_OK) == 0 ? .told(code) : .absent
    }

    /// Goes from delta to delta to the object that they change.
    private func chain(
        from start: Int
    ) throws(ObjectFault) -> (type: git_object_t, size: Int, firstDelta: Int?) {
        var offset = start
        var firstDelta: Int?
        for _ in 0..<Self.longestChain {
            var place = offset
            let (type, size) = try entry(&place)
            switch type {
            case GIT_OBJECT_COMMIT, GIT_OBJECT_TREE, GIT_OBJECT_BLOB, GIT_OBJECT_TAG:
                return (type, size, firstDelta)
            case GIT_OBJECT_OFS_DELTA: offset -= try distance(&place)
            case GIT_OBJECT_REF_DELTA: offset = try base(&place)
            default: throw .damaged("is of no type that Git knows")
            }
            firstDelta = firstDelta ?? place
        }
        throw .damaged("is a delta that leads to no object")
    }

    /// The type and size at a place, which is moved behind them.
    private func entry(_ place: inout Int) throws(ObjectFault) -> (git_object_t, Int) {
        guard place >= Self.header, place < limit else { throw .damaged("is not in it") }
        let first = content.bytes[place]
        place += 1
        var size = Int(first & 0x0F)
        var shift = 4
        var last = first
        while last & 0x80 != 0 {
            guard place < limit, shift < 60 else { throw .damaged("has no size") }
            last = content.bytes[place]
            place += 1
            size |= Int(last & 0x7F) << shift
            shift += 7
        }
        guard size / LooseFile.largestRatio <= limit - place else {
            throw .damaged("says that it has \(size) bytes, which cannot be in it")
        }
        return (git_object_t(rawValue: Int32(first >> 4 & 7)), size)
    }

    /// How far before a delta its base is.
    private func distance(_ place: inout Int) throws(ObjectFault) -> Int {
        var distance = -1
        var last: UInt8 = 0x80
        while last & 0x80 != 0 {
            guard place < limit, distance < 1 << 50 else { throw .damaged("is a delta of nothing") }
            last = content.bytes[place]
            place += 1
            distance = (distance + 1) << 7 | Int(last & 0x7F)
        }
        guard distance > 0 else { throw .damaged("is a delta of itself") }
        return distance
    }

    /// Where the base of a delta is that names it.
    private func base(_ place: inout Int) throws(ObjectFault) -> Int {
        guard place + 20 <= limit else { throw .damaged("is a delta of nothing") }
        let id = content.bytes.loadUnaligned(fromByteOffset: place, as: git_oid.self)
        place += 20
        guard let position = index.position(of: id) else {
            throw .damaged("is a delta of \(hexadecimal(id)), which is not in it")
        }
        return try index.offset(position)
    }

    /// Where the objects end.
    private var limit: Int { content.bytes.count - Self.end }
}
