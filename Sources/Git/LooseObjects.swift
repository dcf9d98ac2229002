import CLibgit2
import Glibc

/// The objects of one directory that are in files of their own.
///
/// It takes the place of libgit2's own reader of these, so that no way leads past it.
final class LooseObjects: ObjectReader {
    private let directory: String
    private let packs: PackList

    /// Reads what is in a directory, and leaves to `packs` what is in them, too.
    init(in directory: String, besides packs: PackList) {
        self.directory = directory
        self.packs = packs
    }

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
        // What cannot be looked at is not absent: reading it tells why.
        return lstat(place(of: id), &status) == 0 || ![ENOENT, ENOTDIR].contains(errno)
    }

    /// The one object whose name begins with these digits and that no pack has.
    ///
    /// libgit2 asks everybody for such a name and takes no answer when one of them fails; so a copy
    /// that is broken here would hide the one in a pack, which is read first by its whole name.
    func find(_ prefix: git_oid, digits count: Int) throws(ObjectFault) -> git_oid {
        let wanted = hexadecimal(prefix).prefix(count)
        let folder = wanted.prefix(2)
        guard wanted.utf8.count > 2 else { throw .absent }
        var found: git_oid?
        for name in try ObjectFolders.names(in: "\(directory)/\(folder)")
        where name.utf8.count == 38 && name.hasPrefix(wanted.dropFirst(2)) {
            var id = git_oid()
            guard git_oid_fromstr(&id, folder + name) == 0, !packs.contain(id) else { continue }
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
