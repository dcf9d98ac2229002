import HCL

/// Wording of why a value is unknown.
enum UnknownText {
    /// The reasons with their places, such as `run_cmd, which is never executed (a.hcl:3:9)`.
    static func reasons(of value: Value) -> String {
        let texts = value.unknownReasons.map { reason in
            reason.range.map { "\(reason.text) (\($0))" } ?? reason.text
        }
        return texts.isEmpty ? "something that is not known" : texts.joined(separator: "; ")
    }
}
