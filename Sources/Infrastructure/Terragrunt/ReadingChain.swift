import HCL

/// The files that are being evaluated on behalf of one another, outermost first.
struct ReadingChain {
    /// How many files may read one another in a row, which bounds the depth of the work.
    static let longest = 40

    /// A file and the place that wanted it.
    struct Link {
        let path: String
        let range: SourceRange?
    }

    fileprivate var links: [Link] = []

    /// A ring that was found; no `try` can make it unhappen, since Terragrunt would never end.
    fileprivate(set) var ring: Diagnostic?
}

extension CommitLoader {
    /// Does work on behalf of a file; throws when that file is being worked on already.
    func inChain<Result>(
        _ path: String, at range: SourceRange?, _ work: () throws(Diagnostic) -> Result
    ) throws(Diagnostic) -> Result {
        if let start = chain.links.firstIndex(where: { $0.path == path }) {
            let ring = self.ring(from: start, to: path, at: range)
            chain.ring = ring
            throw ring
        }
        guard chain.links.count < ReadingChain.longest else {
            let deep = Diagnostic(
                summary: "Files read each other too deeply",
                detail: "More than \(ReadingChain.longest) files read one another in a row.",
                range: range)
            chain.ring = deep
            throw deep
        }
        chain.links.append(ReadingChain.Link(path: path, range: range))
        defer {
            chain.links.removeLast()
            if chain.links.isEmpty { chain.ring = nil }
        }
        let result = try work()
        if let ring = chain.ring { throw ring }
        return result
    }

    private func ring(from start: Int, to path: String, at range: SourceRange?) -> Diagnostic {
        let members = chain.links[start...]
        let names = (members.map(\.path) + [path]).joined(separator: " → ")
        let places = (members.dropFirst().map(\.range) + [range]).compactMap(\.self)
        let at =
            places.isEmpty ? "" : " (read at \(places.map(\.description).joined(separator: ", ")))"
        return Diagnostic(
            summary: "Files read each other in a ring",
            detail: "Evaluating this file needs the file itself: \(names)\(at).", range: range,
            hint: "Move what both need into a file that reads neither.")
    }
}
