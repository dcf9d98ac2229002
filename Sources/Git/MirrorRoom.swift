/// Ends a fetch before it fills the disk, which the agent's journal needs too.
///
/// No server says how large a pack will be, so the disk is asked while the pack comes in.
struct MirrorRoom {
    /// What is left free of a disk: less than a checkout leaves, so that a commit can be seen that
    /// mends something.
    static func reserve(of space: DiskSpace) -> Int { min(16 << 20, space.total / 20) }

    /// A directory on the disk.
    let directory: String

    /// Why the fetch has to end; `nil` while there is room.
    func problem() -> GitError? {
        guard let space = DiskSpace(at: directory) else { return nil }
        guard space.free < Self.reserve(of: space) else { return nil }
        return .diskFull("Writing was ended: only \(space.free.inMebibytes) are free", directory)
    }
}

extension GitError {
    static func diskFull(_ what: String, _ place: String) -> GitError {
        GitError(
            .diskFull,
            "\(what), at \(place).",
            hint: "Free space on that disk; it is tried again, and nothing was left there."
        )
    }

    /// Whether the operating system said that a disk, or what a user may have of it, is full.
    static func meansFullDisk(_ reason: String) -> Bool {
        ["No space left on device", "Disk quota exceeded"].contains(where: reason.contains)
    }
}
