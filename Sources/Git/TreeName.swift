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
    /// invisible characters (HFS+), or that has short names, streams and trims the end (NTFS).
    ///
    /// They are refused everywhere, as by Git itself: a checkout must not depend on its disk.
    static func meansGit(_ name: some Collection<UInt8>) -> Bool {
        let visible = String(decoding: name, as: UTF8.self).unicodeScalars.filter {
            !ignored.contains($0)
        }
        let stem = name.prefix { $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: "\\") }
        let end = stem.reversed().drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: ".") }
        let trimmed = String(decoding: Array(end.reversed()), as: UTF8.self).lowercased()
        return String(String.UnicodeScalarView(visible)).lowercased() == ".git"
            || trimmed == ".git" || trimmed == "git~1"
    }
}
