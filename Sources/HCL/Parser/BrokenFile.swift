/// Causes that make a whole file unreadable, in place of the many errors that follow from them.
struct BrokenFile {
    /// How much of the beginning of a file is looked at.
    private static let window = 8_000

    private let source: SourceFile
    private let head: ArraySlice<UInt8>

    init(_ source: SourceFile) {
        self.source = source
        head = source.bytes.prefix(Self.window)
    }

    /// The diagnostics to show for those that the parser made.
    func explained(_ diagnostics: [Diagnostic]) -> Diagnostics {
        guard let first = diagnostics.first else { return Diagnostics(diagnostics) }
        if let (summary, detail, hint) = cause, first.summary != "File too large" {
            let cause = Diagnostic(summary: summary, detail: detail, range: first.range, hint: hint)
            return Diagnostics([cause])
        }
        for (index, diagnostic) in diagnostics.enumerated() {
            guard let range = diagnostic.range, let marker = conflict(range) else { continue }
            return Diagnostics(diagnostics.prefix(index) + [marker])
        }
        return Diagnostics(diagnostics)
    }

    private var cause: (summary: String, detail: String, hint: String)? {
        if head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) {
            return (
                "File in UTF-16", "The file is stored in UTF-16, and only UTF-8 can be read.",
                "Save the file as UTF-8."
            )
        }
        if head.starts(with: [0] + Array("GITCRYPT".utf8)) {
            return (
                "Encrypted file",
                "The file is encrypted by git-crypt, so its content is not known.",
                "Keep what decides an upgrade in files that are not encrypted."
            )
        }
        if head.contains(0) {
            return (
                "Binary file", "The file contains null bytes, so it is not text.",
                "Name another file, or commit the text in its place."
            )
        }
        if head.starts(with: Array("version https://git-lfs".utf8)) {
            return (
                "Git LFS pointer",
                "The file is a pointer to content in Git LFS, which is never fetched.",
                "Store the file in Git itself: git lfs untrack it, and commit it again."
            )
        }
        return isJSON
            ? (
                "JSON instead of HCL", "The file holds JSON, and HCL's own syntax is expected.",
                "Write NAME = VALUE lines without the outer braces, or name the file .json."
            ) : nil
    }

    private var isJSON: Bool {
        let marks = head.lazy.filter { ![0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) }
        let first = Array(marks.prefix(2))
        return [Array("{\"".utf8), Array("[{".utf8), Array("[\"".utf8)].contains(first)
    }

    /// The error of a conflict marker that a merge left on the line of another error.
    private func conflict(_ range: SourceRange) -> Diagnostic? {
        let start = source.lineStart(before: range.bytes.start, within: .max)
        let marker = source.bytes[start...].prefix(7)
        guard marker.count == 7, let first = marker.first, marker.allSatisfy({ $0 == first }),
            "<=>|".utf8.contains(first)
        else { return nil }
        return Diagnostic(
            summary: "Unresolved merge conflict",
            detail: "This line is a marker that Git leaves where two changes are in conflict.",
            range: SourceRange(source: source, bytes: ByteRange(start, start + 7)),
            hint: "Choose what is to stay, and remove the lines <<<<<<<, ======= and >>>>>>>.")
    }
}
