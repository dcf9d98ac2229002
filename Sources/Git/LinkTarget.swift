/// Where a symbolic link of a tree leads.
struct LinkTarget {
    let bytes: [UInt8]

    /// Whether a link in a directory `depth` levels down can only lead to places in the tree.
    ///
    /// The target may go up first, at most to the top, and then down. Up again is refused, because
    /// what stands before it may itself be a link, and then up leads elsewhere than it seems. With
    /// this rule no chain of links leaves: each starts in a directory that really is in the tree.
    /// Git's own directory does not belong to the tree.
    func staysInside(depth: Int) -> Bool {
        guard let first = bytes.first, first != UInt8(ascii: "/"), !bytes.contains(0) else {
            return false
        }
        var up = 0
        var down = 0
        for name in bytes.split(separator: UInt8(ascii: "/")) where !name.elementsEqual(".".utf8) {
            if name.elementsEqual("..".utf8) {
                guard down == 0, up < depth else { return false }
                up += 1
            } else {
                guard !TreeName.meansGit(name) else { return false }
                down += 1
            }
        }
        return true
    }
}
