/// A compiled regular expression.
///
/// Matching follows all possibilities at once, so its time is at most the size of the program
/// times the length of the text, whatever the pattern. Of several matches at the leftmost place
/// the one that a backtracking engine would find first is chosen, as RE2 and Go do.
struct Pattern: Sendable {
    enum Instruction: Sendable {
        case one(ScalarClass)
        case place(PatternNode.Place)
        case save(Int)
        /// Goes on at two places; the first is preferred.
        case split(Int, Int)
        case jump(Int)
        case match
    }

    /// The most instructions that a pattern may need.
    private static let largestProgram = 20_000

    private(set) var program: [Instruction] = []
    /// The names of the groups, in order; nothing for a group without a name.
    let groupNames: [String?]

    init(_ text: String) throws(PatternFailure) {
        var parser = PatternParser(text)
        let node = try parser.parse()
        groupNames = parser.groupNames
        try emit(.capture(node, index: 0))
        try add(.match)
    }

    private mutating func add(_ instruction: Instruction) throws(PatternFailure) {
        guard program.count < Self.largestProgram else {
            throw PatternFailure(description: "the pattern is too large")
        }
        program.append(instruction)
    }

    private mutating func emit(_ node: PatternNode) throws(PatternFailure) {
        switch node {
        case .empty: break
        case .one(let scalars): try add(.one(scalars))
        case .place(let place): try add(.place(place))
        case .capture(let inner, let index):
            try add(.save(2 * index))
            try emit(inner)
            try add(.save(2 * index + 1))
        case .sequence(let nodes):
            for node in nodes { try emit(node) }
        case .choice(let branches): try emitChoice(branches)
        case .repetition(let inner, let least, let most, let isGreedy):
            for _ in 0..<(most == nil ? max(0, least - 1) : least) { try emit(inner) }
            if let most {
                try emitOptional(inner, count: most - least, isGreedy: isGreedy)
            } else if least > 0 {
                try emitLoop(inner, isGreedy: isGreedy)
            } else if inner.isNullable {
                // Only as something optional that repeats does an empty match come in its turn.
                let split = program.count
                try add(.match)
                try emitLoop(inner, isGreedy: isGreedy)
                setSplit(split, to: program.count, isGreedy: isGreedy)
            } else {
                try emitStar(inner, isGreedy: isGreedy)
            }
        }
    }

    private mutating func emitChoice(_ branches: [PatternNode]) throws(PatternFailure) {
        var jumps: [Int] = []
        for (index, branch) in branches.enumerated() {
            let isLast = index == branches.count - 1
            let split = program.count
            if !isLast { try add(.split(split + 1, 0)) }
            try emit(branch)
            if !isLast {
                jumps.append(program.count)
                try add(.jump(0))
                program[split] = .split(split + 1, program.count)
            }
        }
        for jump in jumps { program[jump] = .jump(program.count) }
    }

    private mutating func emitOptional(
        _ node: PatternNode, count: Int, isGreedy: Bool
    ) throws(PatternFailure) {
        var splits: [Int] = []
        for _ in 0..<count {
            splits.append(program.count)
            try add(.match)
            try emit(node)
        }
        for split in splits { setSplit(split, to: program.count, isGreedy: isGreedy) }
    }

    /// A node one or more times.
    private mutating func emitLoop(_ node: PatternNode, isGreedy: Bool) throws(PatternFailure) {
        let start = program.count
        try emit(node)
        let exit = program.count + 1
        try add(isGreedy ? .split(start, exit) : .split(exit, start))
    }

    /// A node any number of times.
    private mutating func emitStar(_ node: PatternNode, isGreedy: Bool) throws(PatternFailure) {
        let split = program.count
        try add(.match)
        try emit(node)
        try add(.jump(split))
        setSplit(split, to: program.count, isGreedy: isGreedy)
    }

    private mutating func setSplit(_ split: Int, to exit: Int, isGreedy: Bool) {
        program[split] = isGreedy ? .split(split + 1, exit) : .split(exit, split + 1)
    }
}
