import Testing

@testable import HCL

/// Where the parser keeps what it has read, which has short cuts for the frequent cases.
@Suite("What the parser collects")
struct ParserStorageTests {
    @Test("stays apart by list, however lists are inside one another")
    func lists() throws {
        var stack = NodeStack<String>()
        for number in 0..<100 { stack.push("outer \(number)") }
        let inner = stack.count
        stack.push("inner")
        #expect(stack.last == "inner" && stack[inner] == "inner")
        #expect(stack.pop(from: inner) == ["inner"])
        #expect(stack.pop(from: inner).isEmpty)
        #expect(stack.pop(from: 0) == (0..<100).map { "outer \($0)" })
        #expect(stack.count == 0 && stack.last == nil)
        stack.push("left behind, and freed with the stack")
    }

    @Test("finds a name twice among few and among many", arguments: [2, 8, 9, 50])
    func duplicates(count: Int) {
        let names = (0..<count).map { "name\($0)" }
        let lines = names.map { "\($0) = { name0 = 1 }\n" }
        #expect(problems(lines.joined()).isEmpty)
        for (line, name) in names.enumerated() {
            let text = lines.joined() + "b {\n\(name) = 1\n}\n\(name) = 2\n"
            let place = "\(count + 4):1-\(count + 4):\(name.count + 1)"
            #expect(problems(text) == ["! Attribute redefined \(place)"], "line \(line + 1)")
        }
    }

    @Test("tells names apart by bytes, not by what they look like")
    func spellings() {
        #expect(problems("e\u{301} = 1\n\u{E9} = 2\n").isEmpty)
        #expect(problems("\u{E9} = 1\n\u{E9} = 2\n").count == 1)
    }

    @Test(
        "removes indentation by characters, also where a mark joins a space",
        arguments: [
            Case("<<-E\n  a\n \u{301} b\n  E\n", "\" a\\n b\\n\" : string"),
            Case("<<-E\n  a\n  \u{301}b\n  E\n", "\"a\\nb\\n\" : string"),
            Case("<<-E\n  é\n   ü\n  E\n", "\"é\\n ü\\n\" : string"),
            Case("<<-E\n\u{2003} a\n  b\n  E\n", "\"a\\nb\\n\" : string"),
            Case("<<-E\n   \n  b\r\n\r\n  E\n", "\"   \\nb\\r\\n\\r\\n\" : string"),
        ])
    func indentation(example: Case) {
        #expect(outcome(example.input) == example.expected)
    }

    @Test("keeps the places of texts with and without escapes")
    func places() throws {
        let body = try Body.parse(
            SourceFile(path: "a.hcl", text: "a = \"bc\"\nb = \"\"\nc = \"x\\ty\"\nd = x.y[0]\n"))
        let found = body.attributes.map { attribute -> [ByteRange] in
            switch attribute.expression.root {
            case .template(let parts, let range): [range] + parts.map(\.range)
            case .reference(let node): [node.range, node.nameRange] + node.steps.map(\.range)
            default: []
            }
        }
        let expected = [
            [(4, 8), (5, 7)], [(13, 15), (15, 15)], [(20, 26), (21, 25)],
            [(31, 37), (31, 32), (32, 34), (34, 37)],
        ]
        #expect(found == expected.map { $0.map { ByteRange($0, $1) } })
    }
}
