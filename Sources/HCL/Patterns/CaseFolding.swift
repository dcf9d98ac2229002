/// Scalars that are the same but for case.
enum CaseFolding {
    /// Scalars beside the usual pair of a small letter and its capital.
    private static let extras: [Unicode.Scalar: [Unicode.Scalar]] = {
        let groups: [[Unicode.Scalar]] = [
            ["k", "\u{212A}"], ["s", "\u{17F}"], ["\u{E5}", "\u{212B}"], ["\u{3C9}", "\u{2126}"],
            ["\u{3BC}", "\u{B5}"], ["\u{3B2}", "\u{3D0}"], ["\u{3B5}", "\u{3F5}"],
            ["\u{3B8}", "\u{3D1}", "\u{3F4}"], ["\u{3B9}", "\u{1FBE}", "\u{345}"],
            ["\u{3BA}", "\u{3F0}"], ["\u{3C0}", "\u{3D6}"], ["\u{3C1}", "\u{3F1}"],
            ["\u{3C3}", "\u{3C2}"], ["\u{3C6}", "\u{3D5}"], ["\u{DF}", "\u{1E9E}"],
            ["\u{1E61}", "\u{1E9B}"], ["\u{1C6}", "\u{1C5}"], ["\u{1C9}", "\u{1C8}"],
            ["\u{1CC}", "\u{1CB}"], ["\u{1F3}", "\u{1F2}"], ["\u{432}", "\u{1C80}"],
            ["\u{434}", "\u{1C81}"], ["\u{43E}", "\u{1C82}"], ["\u{441}", "\u{1C83}"],
            ["\u{442}", "\u{1C84}", "\u{1C85}"], ["\u{44A}", "\u{1C86}"],
            ["\u{463}", "\u{1C87}"], ["\u{A64B}", "\u{1C88}"],
        ]
        var extras: [Unicode.Scalar: [Unicode.Scalar]] = [:]
        for group in groups {
            let capitals = group.compactMap { single($0.properties.uppercaseMapping) }
            for scalar in group + capitals { extras[scalar] = group + capitals }
        }
        return extras
    }()

    /// The other scalars that a scalar matches when case is ignored.
    static func others(of scalar: Unicode.Scalar) -> [Unicode.Scalar] {
        if let known = extras[scalar] { return known }
        let properties = scalar.properties
        return [properties.lowercaseMapping, properties.uppercaseMapping].compactMap(single)
    }

    private static func single(_ mapping: String) -> Unicode.Scalar? {
        let scalars = mapping.unicodeScalars
        return scalars.count == 1 ? scalars.first : nil
    }
}
