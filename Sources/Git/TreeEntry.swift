import CLibgit2
import Glibc

/// What a tree has under a name.
struct TreeEntry: Equatable {
    /// The type and, of a file, whether it may be executed; written as Git writes it today.
    let mode: mode_t
    let id: git_oid

    static func == (left: TreeEntry, right: TreeEntry) -> Bool {
        left.mode == right.mode && left.id.isSame(as: right.id)
    }
}

extension git_oid {
    /// Whether it is the name of the same object.
    func isSame(as other: git_oid) -> Bool {
        withUnsafePointer(to: self) { own in
            withUnsafePointer(to: other) { memcmp(own, $0, MemoryLayout<git_oid>.size) == 0 }
        }
    }
}

extension Slice<UnsafeRawBufferPointer> {
    /// Takes the first entry of a tree off: the mode in octal digits, a space, the name, a zero byte
    /// and the twenty bytes of the object's name; `nil` when that is not what is there.
    mutating func popTreeEntry() -> (name: UnsafeRawBufferPointer, entry: TreeEntry)? {
        var mode: mode_t = 0
        var index = startIndex
        while index < endIndex, case let digit = self[index], digit != UInt8(ascii: " ") {
            guard digit & 0xF8 == 0x30, mode < 0o100_0000 else { return nil }
            mode = mode << 3 | mode_t(digit & 7)
            index += 1
        }
        let start = index + 1
        guard start < endIndex, let bytes = base.baseAddress,
            let zero = memchr(bytes + start, 0, endIndex - start)
        else { return nil }
        let end = UnsafeRawPointer(zero) - bytes
        guard end > start, endIndex - end > 20 else { return nil }
        var id = git_oid()
        git_oid_fromraw(&id, (bytes + end + 1).assumingMemoryBound(to: UInt8.self))
        let name = UnsafeRawBufferPointer(start: bytes + start, count: end - start)
        self = self[(end + 21)...]
        return (name, TreeEntry(mode: mode.asGitWritesIt, id: id))
    }
}

extension mode_t {
    /// The mode with only what Git tells apart; old repositories hold others.
    fileprivate var asGitWritesIt: mode_t {
        switch self & S_IFMT {
        case S_IFREG: S_IFREG | (self & 0o100 == 0 ? 0o644 : 0o755)
        case S_IFDIR, S_IFLNK: self & S_IFMT
        default: 0o160_000
        }
    }
}
