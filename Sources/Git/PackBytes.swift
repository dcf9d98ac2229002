import CLibgit2
import CZlib
import Glibc

/// A file in memory, of which nothing is read that is not used.
final class PackBytes {
    let bytes: UnsafeRawBufferPointer

    /// Maps a file; throws `absent` when it is not there.
    init(_ path: String) throws(ObjectFault) {
        guard let opened = try PlainFile.descriptor(of: path) else { throw .absent }
        defer { close(opened.descriptor) }
        guard opened.size > 0 else { throw .damaged("is empty") }
        let start = mmap(nil, opened.size, PROT_READ, MAP_PRIVATE, opened.descriptor, 0)
        guard start != MAP_FAILED else { throw .system(errno) }
        bytes = UnsafeRawBufferPointer(start: start, count: opened.size)
    }

    deinit { munmap(.init(mutating: bytes.baseAddress), bytes.count) }

    /// Four bytes, the most significant first, which must be there.
    func number(_ offset: Int) -> Int {
        Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
    }

    /// A number in groups of seven bits, the least significant first, as it is in deltas.
    static func size(_ bytes: ArraySlice<UInt8>, _ position: inout Int) -> Int? {
        var value = 0
        var shift = 0
        while position < bytes.endIndex, shift < 60 {
            let byte = bytes[position]
            position += 1
            value |= Int(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return value }
            shift += 7
        }
        return nil
    }

    /// The beginning of a zlib stream at a place, inflated: as many bytes as asked for, or all.
    func inflated(at offset: Int, count: Int) -> [UInt8] {
        var stream = z_stream()
        let longest = 64 << 10
        return withUnsafeMutablePointer(to: &stream) { stream in
            guard czlib_begin_inflate(stream) == Z_OK else { return [] }
            defer { inflateEnd(stream) }
            return [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
                let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
                stream.pointee.next_in = start.map { .init(mutating: $0 + offset) }
                stream.pointee.avail_in = UInt32(min(max(bytes.count - offset, 0), longest))
                stream.pointee.next_out = buffer.baseAddress
                stream.pointee.avail_out = UInt32(count)
                let code = inflate(stream, Z_SYNC_FLUSH)
                let isFine = code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR
                filled = isFine ? count - Int(stream.pointee.avail_out) : 0
            }
        }
    }
}
