/// Changes of case scalar by scalar, as Go does it: a letter never becomes two.
enum Letters {
    static func uppercased(_ text: String) -> String {
        map(text) { single($0.properties.uppercaseMapping, otherwise: $0) }
    }

    static func lowercased(_ text: String) -> String {
        map(text) { scalar in
            // The capital I with a dot is the only letter with a longer full mapping than simple.
            scalar == "\u{130}"
                ? "i" : single(scalar.properties.lowercaseMapping, otherwise: scalar)
        }
    }

    /// Capitalises the letters that begin words.
    static func titlecased(_ text: String) -> String {
        var isAtStart = true
        return map(text) { scalar in
            defer { isAtStart = isSeparator(scalar) }
            return isAtStart
                ? single(scalar.properties.titlecaseMapping, otherwise: scalar) : scalar
        }
    }

    private static func map(_ text: String, _ change: (Unicode.Scalar) -> Unicode.Scalar) -> String
    {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { result.append(change(scalar)) }
        return String(result)
    }

    private static func single(_ mapping: String, otherwise scalar: Unicode.Scalar)
        -> Unicode.Scalar
    {
        let scalars = mapping.unicodeScalars
        guard let first = scalars.first, scalars.count == 1 else { return scalar }
        return first
    }

    private static func isSeparator(_ scalar: Unicode.Scalar) -> Bool {
        if scalar == "_" || scalar.properties.isAlphabetic { return false }
        if scalar.properties.numericType != nil { return false }
        return scalar.isASCII || scalar.isWhitespace
    }
}
