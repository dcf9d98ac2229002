import CLibgit2
import CZlib
import Glibc

/// One open file of a loose object, inflated piece by piece.
///
/// Whatever the file holds, and whoever changes it meanwhile, reading it ends: no more is read than
/// the file had when it was opened, and no more is inflated than its header says. libgit2's own
/// reader never comes back from a file that was cut short.
struct LooseFile: ~Copyable {
    /// Of a larger file no more than its header is read.
    static let blobLimit = 1 << 30

    /// A directory of a million files takes less.
    static let treeLimit = 64 << 20

    /// The longest header is that of a commit with nineteen digits.
    private static let headerLimit = 32
    private static let chunk = 64 << 10

    /// zlib makes at most so many bytes of one.
    static let largestRatio = 1032

    private let descriptor: Int32
    private let fileSize: Int
    private let stream: UnsafeMutablePointer<z_stream>
    private let input: UnsafeMutableRawBufferPointer
    private var unread: Int
    private var hasEnded = false

    /// Opens a file, and waits for nothing that may be there instead of one.
    static func open(_ path: String) throws(ObjectFault) -> LooseFile {
        let descriptor = Glibc.open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unopened(path) }
        var status = stat()
        let isFile = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        guard isFile, status.st_size > 0, let stream = beginInflating() else {
            close(descriptor)
            throw isFile
                ? status.st_size > 0 ? .noMemory(0) : .damaged("is empty")
                : .damaged("is not a file")
        }
        return LooseFile(descriptor, Int(status.st_size), stream)
    }

    private init(_ descriptor: Int32, _ size: Int, _ stream: UnsafeMutablePointer<z_stream>) {
        self.descriptor = descriptor
        self.stream = stream
        fileSize = size
        unread = size
        input = .allocate(byteCount: min(size, Self.chunk), alignment: 1)
    }

    private static func beginInflating() -> UnsafeMutablePointer<z_stream>? {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        if czlib_begin_inflate(stream) == Z_OK { return stream }
        stream.deallocate()
        return nil
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        input.deallocate()
        close(descriptor)
    }

    private static func unopened(_ path: String) -> ObjectFault {
        let code = errno
        var status = stat()
        switch code {
        // A link that leads nowhere is there all the same.
        case ENOENT where lstat(path, &status) == 0: return .damaged("is a link to nothing")
        case ENOENT, ENOTDIR: return .absent
        case ENXIO, ELOOP, ENODEV: return .damaged("is not a file")
        default: return .system(code)
        }
    }

    /// The header alone, for which no more than the beginning of the file is read.
    mutating func header() throws(ObjectFault) -> ObjectHeader { try begin().header }

    /// The header, and the content in memory that `allocate` gives and the caller owns.
    ///
    /// A zero follows the content, as parsers of libgit2 rely on. When it throws, the memory is given
    /// to `release`. Whether the content has the hash that it is
    /// named after is for libgit2 to find out, as with every object.
    mutating func content(
        allocate: (Int) -> UnsafeMutableRawPointer?,
        release: (UnsafeMutableRawPointer) -> Void
    ) throws(ObjectFault) -> (header: ObjectHeader, bytes: UnsafeMutableRawPointer) {
        let (header, head, skipped) = try begin()
        let size = header.size
        let limit = Self.limit(of: header.type)
        guard size <= limit else { throw .tooLarge(size, limit: limit) }
        guard let bytes = allocate(size + 1) else { throw .noMemory(size) }
        bytes.storeBytes(of: 0, toByteOffset: size, as: UInt8.self)
        do throws(ObjectFault) {
            let content = UnsafeMutableRawBufferPointer(start: bytes, count: size)
            let known = head.count - skipped
            guard known <= size else { throw .damaged("has more bytes than its header says") }
            for index in 0..<known { content[index] = head[skipped + index] }
            let rest = UnsafeMutableRawBufferPointer(rebasing: content[known...])
            guard try inflate(into: rest) == rest.count else {
                throw .damaged("has fewer bytes than its header says")
            }
            try requireEnd()
        } catch {
            release(bytes)
            throw error
        }
        return (header, bytes)
    }

    private static func limit(of type: git_object_t) -> Int {
        switch type {
        case GIT_OBJECT_BLOB: blobLimit
        case GIT_OBJECT_TREE: treeLimit
        default: LocalRepository.commitLimit
        }
    }

    /// Inflates as much as a header may have, which can be the beginning of the content too.
    private mutating func begin() throws(ObjectFault) -> (
        header: ObjectHeader, head: [UInt8], headerLength: Int
    ) {
        var fault: ObjectFault?
        let head = [UInt8](unsafeUninitializedCapacity: Self.headerLimit) { buffer, count in
            do throws(ObjectFault) {
                count = try inflate(into: UnsafeMutableRawBufferPointer(buffer))
            } catch {
                fault = error
            }
        }
        if let fault { throw fault }
        guard let zero = head.firstIndex(of: 0), let space = head[..<zero].firstIndex(of: 0x20),
            let size = Int(String(decoding: head[(space + 1)..<zero], as: UTF8.self)),
            size >= 0, head[space + 1] != UInt8(ascii: "+"), head[space + 1] != UInt8(ascii: "-")
        else { throw .damaged("has no header that can be read") }
        // Git may store without compression, and never as more than that.
        guard size / Self.largestRatio <= fileSize, fileSize / 2 - Self.chunk <= size else {
            throw .damaged("says that it has \(size) bytes, which cannot be in its \(fileSize)")
        }
        let word = String(decoding: head[..<space], as: UTF8.self)
        let type = git_object_string2type(word)
        guard git_object_typeisloose(type) == 1 else {
            throw .damaged("is of an unknown type, \(word.debugDescription)")
        }
        return (ObjectHeader(type: type, size: size), head, zero + 1)
    }

    /// Inflates until the memory is full or the stream has ended, and gives how much that was.
    private mutating func inflate(
        into output: UnsafeMutableRawBufferPointer
    ) throws(ObjectFault) -> Int {
        stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(output.count)
        while !hasEnded, stream.pointee.avail_out > 0 {
            if stream.pointee.avail_in == 0 { try readOn() }
            try step()
        }
        return output.count - Int(stream.pointee.avail_out)
    }

    private mutating func step() throws(ObjectFault) {
        switch CZlib.inflate(stream, Z_NO_FLUSH) {
        case Z_OK: break
        case Z_STREAM_END: hasEnded = true
        case Z_BUF_ERROR where stream.pointee.avail_in == 0: break
        case Z_MEM_ERROR: throw .noMemory(0)
        default:
            let reason = stream.pointee.msg.map { String(cString: $0) } ?? "no zlib stream"
            throw .damaged("cannot be inflated: \(reason)")
        }
    }

    private mutating func readOn() throws(ObjectFault) {
        let wanted = min(unread, input.count)
        guard wanted > 0 else { throw .damaged("is cut short") }
        var count = 0
        repeat {
            count = read(descriptor, input.baseAddress, wanted)
        } while count < 0
            && errno == EINTR
        guard count >= 0 else { throw .system(errno) }
        guard count > 0 else { throw .damaged("is cut short") }
        unread -= count
        stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_in = UInt32(count)
    }

    /// Makes sure that the stream ends here, with the right checksum, and the file with it.
    private mutating func requireEnd() throws(ObjectFault) {
        var byte: UInt8 = 0
        var more = 0
        var fault: ObjectFault?
        withUnsafeMutableBytes(of: &byte) { byte in
            do throws(ObjectFault) {
                more = try inflate(into: byte)
            } catch {
                fault = error
            }
        }
        if let fault { throw fault }
        guard more == 0 else { throw .damaged("has more bytes than its header says") }
        guard unread == 0, stream.pointee.avail_in == 0 else {
            throw .damaged("has something behind its end")
        }
    }
}
