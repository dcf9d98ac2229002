import CLibgit2
import Glibc

extension ObjectReader {
    /// Makes a store of them that libgit2 asks, and frees.
    func store() -> UnsafeMutablePointer<git_odb_backend> {
        let store = UnsafeMutablePointer<cgit_store>.allocate(capacity: 1)
        store.initialize(to: cgit_store())
        store.pointee.context = Unmanaged.passRetained(ReaderBox(self)).toOpaque()
        let base = UnsafeMutableRawPointer(store).assumingMemoryBound(to: git_odb_backend.self)
        git_odb_init_backend(base, UInt32(GIT_ODB_BACKEND_VERSION))
        base.pointee.read = { bytes, size, type, store, id in
            ReaderBox.read(store, id, bytes, size, type)
        }
        base.pointee.read_header = { size, type, store, id in
            ReaderBox.ask(store, id) { reader, id throws(ObjectFault) in
                let header = try reader.header(id)
                size?.pointee = header.size
                type?.pointee = header.type
            }
        }
        base.pointee.read_prefix = { found, bytes, size, type, store, prefix, digits in
            let code = ReaderBox.find(store, prefix, digits, found)
            return code == 0 ? ReaderBox.read(store, found, bytes, size, type) : code
        }
        base.pointee.exists = { store, id in
            guard let reader = ReaderBox.reader(of: store), let id else { return 0 }
            return reader.contains(id.pointee) ? 1 : 0
        }
        base.pointee.exists_prefix = { found, store, prefix, digits in
            ReaderBox.find(store, prefix, digits, found)
        }
        // Only what can be refreshed is asked a second time, and an object may have come out of a
        // pack, or gone into one, in between.
        base.pointee.refresh = { store in
            var nothing = git_oid()
            return ReaderBox.ask(store, &nothing) { reader, _ throws(ObjectFault) in
                try reader.refresh()
            }
        }
        base.pointee.free = { store in ReaderBox.free(store) }
        return base
    }
}

extension PackedObjects {
    /// What a store was made of.
    static func of(_ store: UnsafeMutablePointer<git_odb_backend>?) -> PackedObjects? {
        ReaderBox.reader(of: store) as? PackedObjects
    }
}

/// What a store belongs to.
private final class ReaderBox {
    private let reader: any ObjectReader

    init(_ reader: any ObjectReader) { self.reader = reader }

    private static func box(
        of store: UnsafeMutablePointer<git_odb_backend>?
    ) -> Unmanaged<ReaderBox>? {
        guard let store else { return nil }
        let whole = UnsafeMutableRawPointer(store).assumingMemoryBound(to: cgit_store.self)
        return whole.pointee.context.map { Unmanaged<ReaderBox>.fromOpaque($0) }
    }

    static func reader(of store: UnsafeMutablePointer<git_odb_backend>?) -> (any ObjectReader)? {
        box(of: store)?.takeUnretainedValue().reader
    }

    static func free(_ store: UnsafeMutablePointer<git_odb_backend>?) {
        box(of: store)?.release()
        UnsafeMutableRawPointer(store)?.assumingMemoryBound(to: cgit_store.self).deallocate()
    }

    static func read(
        _ store: UnsafeMutablePointer<git_odb_backend>?, _ id: UnsafePointer<git_oid>?,
        _ bytes: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
        _ size: UnsafeMutablePointer<Int>?, _ type: UnsafeMutablePointer<git_object_t>?
    ) -> Int32 {
        ask(store, id) { reader, id throws(ObjectFault) in
            guard let store else { throw .absent }
            let object = try reader.read(id, for: store)
            bytes?.pointee = object.bytes
            size?.pointee = object.header.size
            type?.pointee = object.header.type
        }
    }

    static func find(
        _ store: UnsafeMutablePointer<git_odb_backend>?, _ prefix: UnsafePointer<git_oid>?,
        _ digits: Int, _ found: UnsafeMutablePointer<git_oid>?
    ) -> Int32 {
        ask(store, prefix) { reader, prefix throws(ObjectFault) in
            found?.pointee = try reader.find(prefix, digits: digits)
        }
    }

    static func ask(
        _ store: UnsafeMutablePointer<git_odb_backend>?, _ id: UnsafePointer<git_oid>?,
        _ question: (any ObjectReader, git_oid) throws(ObjectFault) -> Void
    ) -> Int32 {
        guard let reader = reader(of: store), let id = id?.pointee else {
            return GIT_EINVALID.rawValue
        }
        do throws(ObjectFault) {
            try question(reader, id)
            return 0
        } catch {
            return report(error, of: id, reader)
        }
    }

    /// Tells libgit2 what is wrong, in the way it expects of its own parts.
    private static func report(
        _ fault: ObjectFault, of id: git_oid, _ reader: any ObjectReader
    ) -> Int32 {
        let object = "object \(hexadecimal(id))"
        switch fault {
        case .told(let code): return code
        case .absent:
            return GIT_ENOTFOUND.rawValue
        case .ambiguous:
            return say(GIT_ERROR_ODB, "several objects begin so", GIT_EAMBIGUOUS)
        case .damaged(let reason):
            return say(GIT_ERROR_ODB, "\(object) in \(reader.place(of: id)) \(reason)")
        case .system(let code):
            let reason = String(cString: strerror(code))
            return say(GIT_ERROR_OS, "\(reader.place(of: id)) cannot be read: \(reason)")
        case .unlisted(let folder, let code):
            let reason = String(cString: strerror(code))
            return say(GIT_ERROR_OS, "the objects in \(folder) cannot be listed: \(reason)")
        case .tooLarge(let size, let limit):
            let words = "\(object) has \(size) bytes, and the limit is \(limit)"
            let place = reader.place(of: id)
            return say(GIT_ERROR_INTERNAL, "\(LibraryFailure.overLimit)\(words), in \(place)")
        case .noMemory(let size):
            let words = "there is none for the \(size) bytes of \(object)"
            return say(GIT_ERROR_NOMEMORY, "\(words) in \(reader.place(of: id))")
        }
    }

    private static func say(
        _ kind: git_error_t, _ words: String, _ code: git_error_code = GIT_ERROR
    ) -> Int32 {
        git_error_set_str(Int32(bitPattern: kind.rawValue), words)
        return code.rawValue
    }
}
