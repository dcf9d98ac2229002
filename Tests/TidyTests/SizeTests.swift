import Testing

/// Limits on size, and words that do not belong into the project.
@Suite("Size and wording")
struct SizeTests {
    static let folders = ["Sources", "Tests"]

    @Test("A file stays under 300 lines", arguments: folders)
    func files(folder: String) throws {
        for file in try SourceTree.files(below: folder) where file.lines.count > 300 {
            Issue.record("\(file.path) has \(file.lines.count) lines")
        }
    }

    @Test("A function stays under 40 lines", arguments: folders)
    func functions(folder: String) throws {
        for file in try SourceTree.files(below: folder) {
            for function in file.functions where function.length > 40 {
                Issue.record("\(file.path):\(function.line) is \(function.length) lines long")
            }
        }
    }

    @Test("No source postpones work or silences the compiler", arguments: folders)
    func wording(folder: String) throws {
        let banned = ["TO" + "DO", "FIX" + "ME", "fatal" + "Error(", "nonisolated(un" + "safe)"]
        for file in try SourceTree.files(below: folder) {
            for (number, line) in file.lines.enumerated() {
                for word in banned where line.contains(word) {
                    Issue.record("\(file.path):\(number + 1) says \(word)")
                }
            }
        }
    }
}

extension SourceTree.File {
    /// A function by the line of its first word, and its length to the closing brace.
    struct Function {
        let line: Int
        let length: Int
    }

    /// The functions and initialisers of the file: a brace at the indent of the signature ends one.
    var functions: [Function] {
        var found: [Function] = []
        for (start, line) in lines.enumerated() where line.isSignature {
            let indent = line.prefix { $0 == " " }
            guard hasBody(from: start),
                let end = lines[(start + 1)...].firstIndex(where: { $0.closes(at: indent) })
            else { continue }
            found.append(Function(line: start + 1, length: end - start + 1))
        }
        return found
    }

    /// Whether the signature that begins on a line goes on to a body of several lines; a
    /// requirement of a protocol has none.
    private func hasBody(from start: Int) -> Bool {
        for line in lines[start...] {
            if line.hasSuffix("{") { return true }
            if line.hasSuffix("}") || line.allSatisfy({ $0 == " " }) { return false }
        }
        return false
    }
}

extension Substring {
    private static let modifiers: Set<Substring> = [
        "public", "private", "fileprivate", "static", "mutating", "override", "nonisolated",
        "convenience", "consuming", "required",
    ]

    fileprivate var isSignature: Bool {
        for word in split(separator: " ") {
            if word == "func" || word.hasPrefix("init(") || word.hasPrefix("init?(")
                || word.hasPrefix("init<")
            {
                return true
            }
            guard Self.modifiers.contains(word) || word.hasPrefix("@") else { return false }
        }
        return false
    }

    /// Whether the line closes what a line with this indent has opened.
    fileprivate func closes(at indent: Substring) -> Bool {
        hasPrefix(indent + "}") && !hasPrefix(indent + "} ")
    }
}
