/// A piece of a template before its directives have been matched with one another.
enum TemplatePart {
    /// What ends or divides a directive.
    enum Closer: String {
        case otherwise = "else"
        case endIf = "endif"
        case endFor = "endfor"
    }

    /// Bytes of the source that stand for themselves.
    case raw(ByteRange)
    /// Text that is not what the source has at the place: escapes or white space are gone.
    case text(String, ByteRange)
    case interpolation(ExpressionNode, height: Int)
    case ifStart(ExpressionNode, height: Int, ByteRange)
    case forStart(Parser.ForNames, ExpressionNode, height: Int, ByteRange)
    case closer(Closer, ByteRange)
    case end(ByteRange)
}

extension TemplatePart {
    /// Removes white space before or after a strip marker.
    static func trimmingStart(_ text: String) -> String {
        text.trimmingStart { $0.isWhitespace }
    }

    static func trimmingEnd(_ text: String) -> String {
        text.trimmingEnd { $0.isWhitespace }
    }
}
