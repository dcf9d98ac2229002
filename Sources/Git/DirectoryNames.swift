import Glibc

/// The names of what is in a directory.
enum DirectoryNames {
    /// Lists a directory, without `.` and `..`, in no order; throws `system`.
    static func read(_ directory: String) throws(ObjectFault) -> [String] {
        guard let stream = opendir(directory) else { throw .system(errno) }
        defer { closedir(stream) }
        var names: [String] = []
        errno = 0
        while let entry = readdir(stream) {
            // The entry ends behind its name, so the declared 256 bytes must not be copied.
            let offset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
            let start = UnsafeRawPointer(entry).advanced(by: offset)
            let name = String(cString: start.assumingMemoryBound(to: CChar.self))
            if name != ".", name != ".." { names.append(name) }
            errno = 0
        }
        guard errno == 0 else { throw .system(errno) }
        return names
    }
}
