/// Names in a tree that must not reach a file system.
enum TreeName {
    /// Characters that HFS+ leaves out when it compares names.
    private static let ignored: Set<Unicode.Scalar> = Set(
        [0x200C...0x200F, 0x202A...0x202E, 0x206A...0x206F, 0xFEFF...0xFEFF]
            .joined().compactMap { Unicode.Scalar($0 as Int) })

    /// Whether a name could lead out of its directory.
    static func isUnsafe(_ name: some Collection<UInt8>) -> Bool {
        name.isEmpty || name.contains(0) || name.contains(UInt8(ascii: "/"))
            || name.elementsEqual(".".utf8) || name.elementsEqual("..".utf8) || meansGit(name)
    }

    /// Whether some file system takes a name for `.git`: one that ignores case, that leaves out
    /// invisible characters (HFS+), or that has short names, streams, a separator of its own and
    /// trims the end (NTFS).
    ///
    /// They are refused everywhere, as by Git itself: a checkout must not depend on its disk.
    static func meansGit(_ name: some Collection<UInt8>) -> Bool {
        means(name) { $0 == ".git" || $0 == "git~1" }
    }

    /// Whether some file system takes a name for `.gitmodules`.
    static func meansGitModules(_ name: some Collection<UInt8>) -> Bool {
        means(name) { $0 == ".gitmodules" || isShortForGitModules($0) }
    }

    /// Whether a part of a name is one of those that are looked for, as HFS+ or NTFS reads it.
    private static func means(
        _ name: some Collection<UInt8>, _ isWanted: (String) -> Bool
    ) -> Bool {
        name.split(separator: UInt8(ascii: "\\")).contains { part in
            let visible = String(decoding: part, as: UTF8.self).unicodeScalars.filter {
                !ignored.contains($0)
            }
            let stem = part.prefix { $0 != UInt8(ascii: ":") }
            let end = stem.reversed().drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: ".") }
            let trimmed = String(decoding: Array(end.reversed()), as: UTF8.self)
            return isWanted(String(String.UnicodeScalarView(visible)).lowercased())
                || isWanted(trimmed.lowercased())
        }
    }

    /// NTFS makes short names of the first six letters and a number, and of a hash, of which it
    /// keeps fewer letters for a longer number, when those are taken.
    private static func isShortForGitModules(_ name: String) -> Bool {
        let parts = name.split(separator: "~", omittingEmptySubsequences: false)
        guard parts.count == 2, let first = parts[1].first, ("1"..."9").contains(first),
            parts[1].allSatisfy({ ("0"..."9").contains($0) })
        else { return false }
        if parts[0] == "gitmod" { return parts[1].count == 1 && first <= "4" }
        return name.utf8.count == 8 && "gi7eba".hasPrefix(parts[0])
    }
}
