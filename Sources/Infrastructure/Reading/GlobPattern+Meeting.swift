extension GlobPattern {
    /// The pattern for the same paths seen from the top, when they count from a directory.
    func below(_ directory: String) -> GlobPattern {
        guard !directory.isEmpty else { return self }
        let prefix = "\(directory)/".unicodeScalars.map { Token.scalar($0) }
        return GlobPattern(alternatives: alternatives.map { prefix + $0 })
    }

    /// The pattern for everything in the directories that this one matches.
    var contents: GlobPattern {
        GlobPattern(alternatives: alternatives.map { $0 + [.scalar("/"), .anyText] })
    }

    /// Whether there may be a path that both patterns match.
    ///
    /// Says yes rather than no when two sets of characters are held against one another, and when
    /// the work exceeds `steps`, which goes down by what was done.
    func mayMeet(_ other: GlobPattern, steps: inout Int) -> Bool {
        let others = other.alternatives.map(Automaton.init)
        for own in alternatives.map(Automaton.init) {
            for other in others where own.mayMeet(other, steps: &steps) { return true }
        }
        return false
    }
}

/// A pattern as states between which signs lead; the last of ``count`` states is the end.
private struct Automaton {
    /// Where one gets without any sign, by state.
    private var silent: [[Int]] = []
    /// Where signs lead, by state; `anyText` is any sign at all.
    private var moves: [[(sign: GlobPattern.Token, next: Int)]] = []
    private let end: Int

    init(_ tokens: [GlobPattern.Token]) {
        end = tokens.count
        silent = Array(repeating: [], count: tokens.count + 1)
        moves = Array(repeating: [], count: tokens.count + 1)
        for (place, token) in tokens.enumerated() {
            switch token {
            case .scalar, .oneOf, .anyOne: moves[place] = [(token, place + 1)]
            case .anyInName:
                silent[place] = [place + 1]
                moves[place] = [(.anyOne, place)]
            case .anyText:
                silent[place] = [place + 1]
                moves[place] = [(.anyText, place)]
            case .anyDirectories:
                // One more state is inside the names, which a slash ends.
                silent[place] = [place + 1]
                moves[place] = [(.anyText, moves.count)]
                silent.append([])
                moves.append([(.anyText, moves.count), (.scalar("/"), place + 1)])
            }
        }
    }

    func mayMeet(_ other: Automaton, steps: inout Int) -> Bool {
        let width = other.moves.count
        var seen = [Bool](repeating: false, count: moves.count * width)
        steps -= seen.count / 64
        var pending = [(0, 0)]
        while let (own, others) = pending.popLast() {
            guard !seen[own * width + others] else { continue }
            seen[own * width + others] = true
            steps -= 1
            if own == end && others == other.end || steps < 0 { return true }
            pending += silent[own].map { ($0, others) }
            pending += other.silent[others].map { (own, $0) }
            for move in moves[own] {
                for another in other.moves[others] where move.sign.mayMeet(another.sign) {
                    pending.append((move.next, another.next))
                }
            }
        }
        return false
    }
}

extension GlobPattern.Token {
    /// Whether there may be a sign that both stand for.
    fileprivate func mayMeet(_ other: GlobPattern.Token) -> Bool {
        switch (self, other) {
        case (.anyText, _), (_, .anyText): true
        case (.scalar(let scalar), _): other.matches(scalar)
        case (_, .scalar(let scalar)): matches(scalar)
        default: true
        }
    }
}
