extension Evaluator {
    func template(
        _ parts: [ExpressionNode], _ range: ByteRange, _ scope: Scope?
    ) throws(Diagnostic) -> Value {
        if parts.count == 1, case .literal(let value, _) = parts[0] { return value }
        var text = ""
        var reasons: [UnknownReason]?
        for part in parts {
            let value = try evaluate(part, scope)
            if value.isNull {
                throw failure(
                    Self.summary, "The value is null and cannot be part of text.", at: part.range)
            }
            if value.isUnknown {
                reasons = (reasons ?? []) + value.unknownReasons
                continue
            }
            let piece = try convert(value, to: .string, summary: Self.summary, at: part.range)
            try append(piece, to: &text, at: part.range)
        }
        return finish(text, reasons)
    }

    private static let summary = "Invalid template interpolation value"

    private func append(
        _ piece: Value, to text: inout String, at range: ByteRange
    ) throws(Diagnostic) {
        let more = piece.stringValue ?? ""
        try budget.charge(more.utf8.count, at: location(range))
        text += more
    }

    private func finish(_ text: String, _ reasons: [UnknownReason]?) -> Value {
        if let reasons { return .unknown(Unknown(type: .string, reasons: reasons)) }
        return .text(text)
    }

    /// Joins the texts that a `for` directive made.
    func templateJoin(_ inner: ExpressionNode, _ scope: Scope?) throws(Diagnostic) -> Value {
        let value = try evaluate(inner, scope)
        var text = ""
        var reasons: [UnknownReason]?
        if case .unknown(let unknown) = value { reasons = unknown.reasons }
        for element in value.elements ?? [] {
            if case .unknown(let unknown) = element {
                reasons = (reasons ?? []) + unknown.reasons
                continue
            }
            try append(element, to: &text, at: inner.range)
        }
        return finish(text, reasons)
    }
}
