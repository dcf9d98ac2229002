extension GitError.Kind {
    /// The kind as a word for machines, such as `branch_missing`; it stays the same from version to
    /// version.
    public var rule: String {
        let letters = Array(rawValue)
        var word = ""
        for (index, letter) in letters.enumerated() {
            let next = index + 1 < letters.count ? letters[index + 1] : letter
            let beginsWord =
                letter.isUppercase && index > 0
                && (!letters[index - 1].isUppercase || next.isLowercase)
            if beginsWord { word += "_" }
            word += letter.lowercased()
        }
        return word
    }
}
