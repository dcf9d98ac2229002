/// Tests on text.
enum TextTests {
    static let all: [StandardFunction] = [
        .init("startswith", [.text("str"), .text("prefix")], result: .bool) { call in
            .bool(call.text(0).utf8.starts(with: call.text(1).utf8))
        },
        .init("endswith", [.text("str"), .text("suffix")], result: .bool) { call in
            .bool(call.text(0).utf8.reversed().starts(with: call.text(1).utf8.reversed()))
        },
        .init("strcontains", [.text("str"), .text("substr")], result: .bool) { call in
            let (text, part) = (Array(call.text(0).utf8), Array(call.text(1).utf8))
            return .bool(part.isEmpty || !Pieces.occurrences(of: part, in: text).isEmpty)
        },
    ]
}
