import CLibgit2
import Glibc

/// The objects of one directory that are in files of their own.
///
/// It takes the place of libgit2's own reader of these, so that no way leads past it.
final class LooseObjects: Sendable {
    private let directory: String

    init(in directory: String) { self.directory = directory }

    /// Opens the file of an object.
    func file(of id: git_oid) throws(LooseFault) -> LooseFile { try LooseFile.open(path(of: id)) }

    /// Whether something has the object's name; what it is shows when it is read.
    func contains(_ id: git_oid) -> Bool {
        var status = stat()
        return lstat(path(of: id), &status) == 0
    }

    /// The one object whose name begins with these digits.
    func find(_ prefix: git_oid, digits count: Int) throws(LooseFault) -> git_oid {
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

    /// Tells libgit2 what is wrong, in the way it expects of its own parts.
    func report(_ fault: LooseFault, of id: git_oid) -> Int32 {
        let object = "object \(hexadecimal(id))"
        let (kind, words): (git_error_t, String) =
            switch fault {
            case .absent: (GIT_ERROR_ODB, "\(object) is not there")
            case .ambiguous: (GIT_ERROR_ODB, "several objects begin so")
            case .damaged(let reason): (GIT_ERROR_ODB, "\(object) in \(path(of: id)) \(reason)")
            case .system(let code):
                (GIT_ERROR_OS, "\(path(of: id)) cannot be read: \(String(cString: strerror(code)))")
            case .tooLarge(let size): (GIT_ERROR_NOMEMORY, "\(object) has \(size) bytes")
            }
        git_error_set_str(Int32(bitPattern: kind.rawValue), words)
        return switch fault {
        case .absent: GIT_ENOTFOUND.rawValue
        case .ambiguous: GIT_EAMBIGUOUS.rawValue
        default: GIT_ERROR.rawValue
        }
    }

    private func path(of id: git_oid) -> String {
        let digits = hexadecimal(id)
        return "\(directory)/\(digits.prefix(2))/\(digits.dropFirst(2))"
    }
}
