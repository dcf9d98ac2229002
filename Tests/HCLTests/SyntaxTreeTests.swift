import Testing

@testable import HCL

@Suite("The syntax tree")
struct SyntaxTreeTests {
    private func body(_ text: String) throws -> Body {
        try Body.parse(SourceFile(path: "test.hcl", text: text))
    }

    @Test("keeps attributes and blocks in order, with labels decoded")
    func structure() throws {
        let text = """
            include "root" {
              path = 1
            }
            a = 1
            include "ü\\n" bare {}
            b = 2

            """
        let body = try body(text)
        #expect(body.attributes.map(\.name) == ["a", "b"])
        #expect(body.blocks(ofType: "include").map(\.labels) == [["root"], ["ü\n", "bare"]])
        #expect(body.blocks[0].body.attribute(named: "path") != nil)
        #expect(body.blocks[0].headerLocation.text == "include \"root\"")
        #expect(body.blocks[1].headerLocation.start.line == 5)
        #expect(body.attribute(named: "b")?.expression.location.text == "2")
    }

    static let trees = [
        Case(
            "a = x.y[0].z\n",
            #"ScopeTraversalExpr[4,12]{"traversal":["root:x","attr:y","index:0","attr:z"]}"#),
        Case("a = -x.y\n", "UnaryOpExpr[4,8]"),
        Case("a = 1 - 2 - 3\n", "BinaryOpExpr[4,13](BinaryOpExpr[4,9]"),
        Case("a = 1 + 2 * 3\n", "BinaryOpExpr[4,13](LiteralValueExpr[4,5]"),
        Case("a = b ? c : d ? e : f\n", "ConditionalExpr[4,21](ScopeTraversalExpr[4,5]"),
        Case("a = f(x)[0].b\n", "RelativeTraversalExpr[4,13]"),
        Case("a = x[y][0]\n", "RelativeTraversalExpr[4,11]"),
        Case("a = x[*].b.c\n", "SplatExpr[4,12](ScopeTraversalExpr[4,5]"),
        Case("a = \"${x}\"\n", "TemplateWrapExpr[4,10](ScopeTraversalExpr[7,8]"),
        Case("a = \"b${x}\"\n", "TemplateExpr[4,11](LiteralValueExpr[5,6]"),
        Case("a = <<-E\n  b\n  E\n", "TemplateExpr[4,16](LiteralValueExpr[11,13]"),
        Case("a = [for x in y : x if x]\n", "ForExpr[4,25]"),
        Case(
            "a = \"%{ for x in y }z%{ endfor }\"\n",
            "TemplateExpr[4,33](TemplateJoinExpr[5,32](ForExpr[5,32]"),
    ]

    @Test("has the kinds and the byte ranges of the reference implementation", arguments: trees)
    func kinds(example: Case) throws {
        let body = try body(example.input)
        let dump = SyntaxDump(source: body.source).node(of: body.attributes[0].expression.root)
        #expect(describe(dump).hasPrefix(example.expected))
    }

    private func describe(_ node: DumpNode) -> String {
        var text = "\(node.kind)[\(node.range.start),\(node.range.end)]"
        if node.kind == "ScopeTraversalExpr", node.attributes[0].1.contains(",") {
            text += "{\"\(node.attributes[0].0)\":\(node.attributes[0].1)}"
        }
        guard !node.children.isEmpty else { return text }
        return text + "(" + node.children.map(describe).joined(separator: ", ") + ")"
    }

    @Test("can be written as JSON")
    func json() throws {
        let tree = try Value(json: body("b \"l\" {\n  a = true\n}\n").syntaxJSON)
        let block = try tree.attribute("kids").element(at: .integer(1)).attribute("kids")
            .element(at: .integer(0))
        #expect(try block.attribute("attr").json == #"{"labels":["l"],"type":"b"}"#)
        #expect(try block.attribute("range").json == "[0,20]")
    }

    @Test("tells which variables and functions an expression uses, without those of a for")
    func references() throws {
        let text =
            "a = merge(local.x, {for k, v in local.y.z : k => \"${v}${w}${f(u)}\" if k != t})\n"
        let expression = try #require(body(text).attribute(named: "a")).expression
        #expect(expression.references.map(\.name) == ["local", "local", "w", "u", "t"])
        #expect(expression.references[1].steps.compactMap(\.name) == ["y", "z"])
        #expect(expression.calls.map(\.name) == ["merge", "f"])
    }
}
