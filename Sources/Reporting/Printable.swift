/// Names, values and sentences come from commits, stages and servers, so that none may drive a
/// terminal, turn the writing around, or pass for a line of its own.
extension String {
    /// The text on one line, with everything else that is not for reading shown as escapes.
    public var onOneLine: String { escaped { _ in false } }

    /// The same for a text that may have several lines: those after the first are set in.
    var setIn: String { escaped { $0 == "\n" }.replacing("\n", with: "\n    ") }

    private func escaped(_ isKept: (Unicode.Scalar) -> Bool) -> String {
        guard unicodeScalars.contains(where: \.isHarmful) else { return self }
        var result = ""
        for scalar in unicodeScalars {
            if scalar.isHarmful, !isKept(scalar) {
                result += scalar.escaped(asASCII: true)
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

extension Unicode.Scalar {
    fileprivate var isHarmful: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        case .format: properties.isBidiControl
        default: false
        }
    }
}
