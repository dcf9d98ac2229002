@testable import HCL

extension InputCheck {
    /// JSON is read the same way always, by the reader and by the function of the language.
    static func checkJSON(_ text: String) throws(Finding) {
        let read = { () throws(JSONFailure) in try Value(json: text) }
        let (one, two) = (attempt(read), attempt(read))
        try require(one == two, "JSON is read in two ways")
        if case .failure(let failure) = one {
            try require(!failure.description.isEmpty, "an error has no description")
        }
        let decoded = try evaluate("jsondecode(x)", ["x": .text(text)])
        guard let value = try? one.get() else {
            return try require(decoded == nil, "jsondecode reads what is no JSON")
        }
        try checkValue(value)
        try checkYAMLRoundTrip(value)
    }

    /// What is read from YAML can be written and read again.
    static func checkYAML(_ text: String) throws(Finding) {
        guard let value = try evaluate("yamldecode(x)", ["x": .text(text)]) else { return }
        if value.isUnknown { return }
        try checkValue(value)
        try checkYAMLRoundTrip(value)
    }

    private static func checkYAMLRoundTrip(_ value: Value) throws(Finding) {
        guard let again = try evaluate("yamldecode(yamlencode(x))", ["x": value]) else { return }
        // What the reader of YAML is in doubt about is unknown, which is never wrong.
        if again.isUnknown { return }
        try require(
            again.plain == value.plain,
            "\(value.json ?? "") is not read from YAML as it was written")
    }

    /// A pattern finds the same whichever function asks, and replacing what it finds by itself
    /// changes nothing.
    static func checkPattern(_ bytes: [UInt8]) throws(Finding) {
        let lines = bytes.split(separator: 0x0A, maxSplits: 1, omittingEmptySubsequences: false)
        let pattern = String(decoding: lines[0], as: UTF8.self)
        let text = Value.text(
            lines.count > 1 ? String(decoding: lines[1], as: UTF8.self) : "some text, 1.2.3")
        let variables: ValueMap = [
            "p": .text(pattern), "x": text, "r": .text("/" + pattern + "/"),
            "dollar": .text("$0"),
        ]
        guard let matches = try evaluate("regexall(p, x)", variables)?.elements else { return }
        let first = try evaluate("regex(p, x)", variables)
        try require(
            (first == nil) == matches.isEmpty, "regex and regexall differ in whether they match")
        if let first { try require(first == matches.first, "regex and regexall differ") }
        if let replaced = try evaluate("replace(x, r, dollar)", variables) {
            try require(replaced == text, "replacing matches by themselves changes the text")
        }
    }
}
