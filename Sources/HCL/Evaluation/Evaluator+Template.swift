extension Evaluator {
    func template(
        _ parts: TemplateParts, _ range: ByteRange, _ scope: Scope?
    ) throws(Diagnostic) -> Value {
        if let text = parts.text { return .string(text) }
        var text = ""
        var reasons: [UnknownReason]?
        var failures = Failures()
        for part in parts {
            if case .literal(.string(let piece), let range) = part {
                try budget.charge(1, at: location(range))
                try append(piece, to: &text, at: range)
                continue
            }
            do {
                let piece = try templatePiece(part, scope)
                if piece.isUnknown {
                    reasons.note(piece.unknownReasons)
                } else {
                    try append(piece.stringValue ?? "", to: &text, at: part.range)
                }
            } catch {
                try failures.add(error, budget)
            }
        }
        try failures.check()
        return finish(text, reasons)
    }

    private static let summary = "Invalid template interpolation value"

    private func templatePiece(
        _ part: ExpressionNode, _ scope: Scope?
    ) throws(Diagnostic) -> Value {
        let value = try evaluate(part, scope)
        if value.isUnknown { return value }
        if value.isNull {
            throw failure(
                Self.summary, "This value is null, and null cannot be a part of text.",
                at: part.range, hint: "Give a replacement, as in coalesce(VALUE, \"\").")
        }
        return try convert(value, to: .string, summary: Self.summary, at: part.range)
    }

    private func append(
        _ more: String, to text: inout String, at range: ByteRange
    ) throws(Diagnostic) {
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
                reasons.note(unknown.reasons)
                continue
            }
            try append(element.stringValue ?? "", to: &text, at: inner.range)
        }
        return finish(text, reasons)
    }
}
