import CLibgit2
import Glibc

/// The objects of one directory that are in files of their own.
///
/// It takes the place of libgit2's own reader of these, so that no way leads past it.
final class LooseObjects: ObjectReader {
    private let directory: String

    init(in directory: String) { self.directory = directory }

    func read(
        _ id: git_oid, for store: UnsafeMutablePointer<git_odb_backend>
    ) throws(ObjectFault) -> (header: ObjectHeader, bytes: UnsafeMutableRawPointer) {
        var file = try LooseFile.open(place(of: id))
        return try file.content(
            allocate: { git_odb_backend_data_alloc(store, $0) },
            release: { git_odb_backend_data_free(store, $0) })
    }

    func header(_ id: git_oid) throws(ObjectFault) -> ObjectHeader {
        var file = try LooseFile.open(place(of: id))
        return try file.header()
    }

    func contains(_ id: git_oid) -> Bool {
        var status = stat()
        return lstat(place(of: id), &status) == 0
    }

    func find(_ prefix: git_oid, digits count: Int) throws(ObjectFault) -> git_oid {
        let wanted = hexadecimal(prefix).prefix(count)
        guard wanted.utf8.count > 2, let stream = opendir("\(directory)/\(wanted.prefix(2))") else {
            throw .absent
        }
        defer { closedir(stream) }
        var found: git_oid?
        while let entry = readdir(stream) {
            let offset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
            let start = UnsafeRawPointer(entry).advanced(by: offset)
            let name = String(cString: start.assumingMemoryBound(to: CChar.self))
            guard name.utf8.count == 38, name.hasPrefix(wanted.dropFirst(2)) else { continue }
            var id = git_oid()
            guard git_oid_fromstr(&id, wanted.prefix(2) + name) == 0 else { continue }
            guard found == nil else { throw .ambiguous }
            found = id
        }
        guard let found else { throw .absent }
        return found
    }

    /// Nothing is held in memory.
    func refresh() {}

    func place(of id: git_oid) -> String {
        let digits = hexadecimal(id)
        return "\(directory)/\(digits.prefix(2))/\(digits.dropFirst(2))"
    }
}
