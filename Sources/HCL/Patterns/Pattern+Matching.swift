extension Pattern {
    /// Where a match and its groups are: pairs of offsets, negative for groups that took no part.
    typealias Match = [Int]

    /// Matches from left to right that do not overlap, and the number of steps it took.
    ///
    /// Empty matches right after another do not count. When the steps exceed the limit, the
    /// search has been given up and the matches are not complete.
    func matches(
        in text: [Unicode.Scalar], mostMatches: Int, mostSteps: Int
    ) -> (matches: [Match], steps: Int) {
        var matcher = PatternMatcher(pattern: self, text: text, mostSteps: mostSteps)
        var matches: [Match] = []
        var start = 0
        var lastEnd = -1
        while start <= text.count, matches.count < mostMatches,
            let match = matcher.firstMatch(from: start)
        {
            let isEmpty = match[0] == match[1]
            if !(isEmpty && match[0] == lastEnd) { matches.append(match) }
            lastEnd = match[1]
            start = isEmpty ? match[1] + 1 : match[1]
        }
        return (matches, matcher.steps)
    }
}

/// Follows all possibilities through a text in the order of their preference.
private struct PatternMatcher {
    private struct Thread {
        let place: Int
        let saved: [Int]
    }

    private let program: [Pattern.Instruction]
    private let text: [Unicode.Scalar]
    private let slots: Int
    /// For each instruction, the last step in which it was reached.
    private var reached: [Int]
    private let mostSteps: Int
    private(set) var steps = 0

    init(pattern: Pattern, text: [Unicode.Scalar], mostSteps: Int) {
        program = pattern.program
        self.mostSteps = mostSteps
        self.text = text
        slots = 2 * (pattern.groupNames.count + 1)
        reached = []
    }

    mutating func firstMatch(from start: Int) -> [Int]? {
        var threads: [Thread] = []
        var found: [Int]?
        var index = start
        reached = [Int](repeating: -1, count: program.count)
        steps += program.count
        while index <= text.count, steps <= mostSteps {
            if found == nil {
                let saved = [Int](repeating: -1, count: slots)
                add(Thread(place: 0, saved: saved), at: index, to: &threads)
            }
            if threads.isEmpty && found != nil { break }
            var next: [Thread] = []
            step: for thread in threads {
                switch program[thread.place] {
                case .match:
                    found = thread.saved
                    break step
                case .one(let scalars):
                    if index < text.count, scalars.contains(text[index]) {
                        let after = Thread(place: thread.place + 1, saved: thread.saved)
                        add(after, at: index + 1, to: &next)
                    }
                default: break
                }
            }
            threads = next
            index += 1
        }
        return found
    }

    /// Follows a thread to the instructions that take a scalar or end the match.
    private mutating func add(_ thread: Thread, at index: Int, to threads: inout [Thread]) {
        var pending = [thread]
        while let thread = pending.popLast() {
            guard reached[thread.place] != index else { continue }
            reached[thread.place] = index
            steps += 1
            switch program[thread.place] {
            case .jump(let place): pending.append(Thread(place: place, saved: thread.saved))
            case .split(let first, let second):
                pending.append(Thread(place: second, saved: thread.saved))
                pending.append(Thread(place: first, saved: thread.saved))
            case .save(let slot):
                var saved = thread.saved
                saved[slot] = index
                steps += slots / 16
                pending.append(Thread(place: thread.place + 1, saved: saved))
            case .place(let place):
                if holds(place, at: index) {
                    pending.append(Thread(place: thread.place + 1, saved: thread.saved))
                }
            case .one, .match: threads.append(thread)
            }
        }
    }

    private func holds(_ place: PatternNode.Place, at index: Int) -> Bool {
        switch place {
        case .textStart: index == 0
        case .textEnd: index == text.count
        case .lineStart: index == 0 || text[index - 1] == "\n"
        case .lineEnd: index == text.count || text[index] == "\n"
        case .wordBoundary: isWord(index - 1) != isWord(index)
        case .noWordBoundary: isWord(index - 1) == isWord(index)
        }
    }

    private func isWord(_ index: Int) -> Bool {
        guard text.indices.contains(index) else { return false }
        return ScalarClass.escape("w")?.contains(text[index]) ?? false
    }
}
