extension Diagnostic {
    /// The message for a terminal: place and text, the source line with a caret, and the hint.
    ///
    ///     common/versions.hcl:3:18: Invalid expression: A value must begin here, not a comma.
    ///       3 |   talos_version = ,
    ///         |                   ^
    ///       hint: …
    ///
    /// Tabs are widened, the mark allows for wide and combining characters, long lines are cut
    /// around it, and nothing from the source can control the terminal.
    public func rendered() -> String {
        var lines = [description]
        if let range { lines += Excerpt(range).lines }
        if let hint { lines.append("  hint: \(hint)") }
        return lines.joined(separator: "\n")
    }
}

extension Diagnostics {
    /// The rendered diagnostics, separated by an empty line.
    public func rendered() -> String {
        inFileOrder.map { $0.rendered() }.joined(separator: "\n\n")
    }
}
