/// A history that a seed decides: files, links, modes and directories come, change and go, on a line
/// with merges.
enum GeneratedHistory {
    /// Names of two directory levels, some of which are files at one time and directories at another.
    private static let names = ["a", "a.b", "b", "c-", "c0"]

    /// What `git fast-import` makes the branch `main` of.
    static func stream(commits: Int, _ random: inout Seeded) -> String {
        var text = ""
        var mark = 0
        func commit(_ branch: String, from parents: [Int]) -> Int {
            mark += 1
            let time = Int.random(in: 0...2_000_000_000, using: &random)
            text += "commit refs/heads/\(branch)\nmark :\(mark)\n"
            text += "committer Cleo <cleo@example.com> \(time) +0000\ndata 1\nx\n"
            for (index, parent) in parents.enumerated() {
                text += "\(index == 0 ? "from" : "merge") :\(parent)\n"
            }
            for _ in 0..<Int.random(in: 0...2, using: &random) { text += change(&random) }
            text += "\n"
            return mark
        }
        var tip = commit("main", from: [])
        for _ in 1..<commits {
            guard Int.random(in: 0..<5, using: &random) == 0 else {
                tip = commit("main", from: [tip])
                continue
            }
            let side = commit("side", from: [tip])
            tip = commit("main", from: Bool.random(using: &random) ? [tip, side] : [side, tip])
        }
        return text
    }

    private static func change(_ random: inout Seeded) -> String {
        let path = path(&random)
        let content = "\(Int.random(in: 0..<4, using: &random))"
        let modes = ["100644", "100644", "100755", "120000"]
        let mode = modes.randomElement(using: &random) ?? "100644"
        return Int.random(in: 0..<4, using: &random) == 0
            ? "D \(path)\n" : "M \(mode) inline \(path)\ndata \(content.utf8.count)\n\(content)\n"
    }

    private static func path(_ random: inout Seeded) -> String {
        (0..<Int.random(in: 1...3, using: &random))
            .compactMap { _ in names.randomElement(using: &random) }.joined(separator: "/")
    }

    /// One to four of the paths that such a history has or could have.
    static func somePaths(_ random: inout Seeded) -> [String] {
        (0..<Int.random(in: 1...4, using: &random)).map { _ in path(&random) }
    }
}

/// Random numbers that are the same in every run.
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
