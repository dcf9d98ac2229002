/// What the file `.gitmodules` of a commit says of its submodules.
///
/// Names, paths and URLs are read and nothing else: an `update` that is a command, say, is nobody's
/// here. Unlike Git, nothing is guessed: what is said twice is an error.
struct GitModules {
    /// The entry of one submodule.
    struct Module: Hashable {
        let name: String
        var path: String?
        var url: String?
    }

    /// In the order of the file.
    private(set) var modules: [Module] = []

    private let commit: CommitID
    private var text: ArraySlice<UInt8>
    private var line = 1

    /// Reads the file in Git's own format; throws `malformed` for what Git would refuse.
    init(_ bytes: [UInt8], of commit: CommitID) throws(GitError) {
        self.commit = commit
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        text = bytes.starts(with: mark) ? bytes.dropFirst(mark.count) : bytes[...]
        var current: Int?
        while let byte = next() {
            switch byte {
            case .newline, .blank, .tab: continue
            case .hash, .semicolon: skipLine()
            case .bracket: current = try section()
            case _ where byte.isLetter: try entry(beginning: byte, of: current)
            default: throw problem("it begins as no line does")
            }
        }
    }

    /// The module of `[submodule "name"]`; `nil` for another section.
    private mutating func section() throws(GitError) -> Int? {
        var kind: [UInt8] = []
        while let byte = next() {
            if byte == .closing { return nil }
            if byte == .blank || byte == .tab { break }
            guard byte.isWord || byte == .dot else { throw problem("its section has no name") }
            kind.append(byte)
        }
        var byte = next()
        while byte == .blank || byte == .tab { byte = next() }
        guard byte == .quote else { throw problem("the name of its section is not in quotes") }
        var name: [UInt8] = []
        while let byte = next(), byte != .quote {
            guard byte != .newline, let plain = byte == .backslash ? next() : byte else {
                throw problem("the name of its section does not end")
            }
            name.append(plain)
        }
        guard next() == .closing else { throw problem("its section does not end") }
        guard String(decoding: kind, as: UTF8.self).lowercased() == "submodule" else { return nil }
        let text = try string(name)
        if let known = modules.firstIndex(where: { $0.name == text }) { return known }
        modules.append(Module(name: text))
        return modules.count - 1
    }

    private mutating func entry(beginning first: UInt8, of module: Int?) throws(GitError) {
        var key = [first]
        while let byte = text.first, byte.isWord {
            key.append(byte)
            text.removeFirst()
        }
        while text.first == .blank || text.first == .tab { text.removeFirst() }
        guard text.first == .equals else {
            // A key alone says yes, which is nothing that is read here.
            guard [nil, .newline, .hash, .semicolon].contains(text.first) else {
                throw problem("its key is no key")
            }
            return skipLine()
        }
        text.removeFirst()
        let value = try string(try value())
        guard let module else { return }
        switch String(decoding: key, as: UTF8.self).lowercased() {
        case "path": try set(\.path, of: module, to: value)
        case "url": try set(\.url, of: module, to: value)
        default: break
        }
    }

    private mutating func set(
        _ part: WritableKeyPath<Module, String?>, of module: Int, to value: String
    ) throws(GitError) {
        guard modules[module][keyPath: part] == nil else { throw problem("it says it twice") }
        modules[module][keyPath: part] = value
    }

    private mutating func value() throws(GitError) -> [UInt8] {
        var value: [UInt8] = []
        var blanks: [UInt8] = []
        var isQuoted = false
        while let byte = next(), byte != .newline {
            switch byte {
            case .hash where !isQuoted, .semicolon where !isQuoted:
                skipLine()
                return value
            case .blank where !isQuoted, .tab where !isQuoted:
                if !value.isEmpty { blanks.append(byte) }
                continue
            case .quote: isQuoted.toggle()
            case .backslash:
                guard let meant = try escaped() else { continue }
                value += blanks + [meant]
            default: value += blanks + [byte]
            }
            blanks = []
        }
        guard !isQuoted else { throw problem("its quotes do not end") }
        return value
    }

    /// What stands behind a backslash; `nil` for the end of a line that goes on in the next.
    private mutating func escaped() throws(GitError) -> UInt8? {
        switch next() {
        case .newline: return nil
        case UInt8(ascii: "n"): return .newline
        case UInt8(ascii: "t"): return .tab
        case .quote: return .quote
        case .backslash: return .backslash
        default: throw problem("it has a backslash that means nothing")
        }
    }

    private mutating func next() -> UInt8? {
        guard let byte = text.popFirst() else { return nil }
        if byte == 0x0D, text.first == .newline { return next() }
        if byte == .newline { line += 1 }
        return byte
    }

    private mutating func skipLine() { while let byte = next(), byte != .newline {} }

    private func string(_ bytes: [UInt8]) throws(GitError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
            throw problem("it is no text")
        }
        return text
    }

    private func problem(_ what: String) -> GitError {
        GitError(
            .malformed,
            "The file .gitmodules of commit \(commit.short) cannot be read near line \(line): "
                + "\(what).",
            hint: "Correct it; `git config --file .gitmodules --list` shows what Git reads."
        )
    }
}

extension UInt8 {
    fileprivate static let newline = UInt8(ascii: "\n")
    fileprivate static let blank = UInt8(ascii: " ")
    fileprivate static let tab = UInt8(ascii: "\t")
    fileprivate static let hash = UInt8(ascii: "#")
    fileprivate static let semicolon = UInt8(ascii: ";")
    fileprivate static let bracket = UInt8(ascii: "[")
    fileprivate static let closing = UInt8(ascii: "]")
    fileprivate static let quote = UInt8(ascii: "\"")
    fileprivate static let backslash = UInt8(ascii: "\\")
    fileprivate static let equals = UInt8(ascii: "=")
    fileprivate static let dot = UInt8(ascii: ".")

    fileprivate var isLetter: Bool { (0x61...0x7A).contains(self | 0x20) }

    /// Whether it can stand in a key.
    fileprivate var isWord: Bool {
        isLetter || (0x30...0x39).contains(self) || self == UInt8(ascii: "-")
    }
}
