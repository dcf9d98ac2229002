extension Shape {
    /// Forms of source text.
    static let syntax: [Shape] = nesting + lines + definitions + heredocs + templates + errors

    private static func nest(_ open: String, _ close: String, _ depth: Int) -> String {
        String(repeating: open, count: depth) + String(repeating: close, count: depth)
    }

    private static let brackets: [(open: String, close: String)] = [
        ("[", "]"), ("(", ")"), ("{ a = ", "}"), ("\"${", "}\""), ("<<A\n${", "}\nA\n"),
        ("f(", ")"), ("[for x in ", ":x]"), ("x[", "]"),
    ]

    private static let nesting: [Shape] =
        brackets.flatMap { (open, close) -> [Shape] in
            let name = open.split(separator: "\n").joined(separator: " ")
            return [
                // As deep as is allowed, in many places, and much deeper in one.
                .file("nested \(name)") {
                    "a\($0) = \(nest(open, "", 40))1\(nest("", close, 40))\n"
                },
                .file("endless \(name)", begin: "a = ") { _ in open },
            ]
        } + [
            .file("nested %{ if true }") {
                "a\($0) = \"\(nest("%{ if true }", "%{ endif }", 40))\"\n"
            },
            .file("endless %{ if true }", begin: "a = \"") { _ in "%{ if true }" },
            .file("nested blocks") { _ in nest("b {\n", "}\n", 40) },
            .file("endless -", begin: "a = ", end: "1\n") { _ in "-" },
        ]

    private static let lines: [Shape] = [
        .file("a long string", begin: "a = \"", end: "\"\n") { _ in "text " },
        .file("a long string of escapes", begin: "a = \"", end: "\"\n") { _ in "\\n\\u00e9" },
        .file("a string of $", begin: "a = \"", end: "\"\n") { _ in "$$ %%" },
        .file("a string of combining marks", begin: "a = \"e", end: "\"\n") { _ in "\u{301}" },
        .file("marks in another order", begin: "a = \"e", end: "\"\n") { _ in "\u{301}\u{323}" },
        .file("a string of emoji", begin: "a = \"", end: "\"\n") { _ in "\u{1F600}\u{200D}" },
        .file("a long identifier", end: " = 1\n") { _ in "name" },
        .file("a long identifier of letters", end: " = 1\n") { _ in "\u{E9}" },
        .file("a long comment", begin: "# ", end: "\n") { _ in "text " },
        .file("a long block comment", begin: "/* ", end: "*/\n") { _ in "text * " },
        .file("many comments") { "# text \($0)\n" },
        .file("many unclosed comments", begin: "a = 1 ") { _ in "/* text " },
        .file("a long tuple", begin: "a = [", end: "]\n") { "\($0), " },
        .file("a long sum", begin: "a = 1", end: "\n") { _ in " + 1" },
        .file("many sums", begin: "a = [", end: "]\n") { "\($0) + 1 * 2, " },
        .file("a long traversal", begin: "a = x", end: "\n") { _ in ".a" },
        .file("a long traversal of indexes", begin: "a = x", end: "\n") { _ in "[0]" },
        .file("a call with many arguments", begin: "a = max(", end: "1)\n") { "\($0), " },
        .file("a long number", begin: "a = 1", end: "\n") { _ in "0" },
        .file("many numbers", begin: "a = [", end: "]\n") { "\($0).5, 1e\($0 % 300), " },
        .file("many empty lines", end: "a = 1\n") { _ in "\n" },
        .file("many opening signs", begin: "a = ") { _ in "<<" },
    ]

    private static let definitions: [Shape] = [
        .file("many locals") { "a\($0) = \"text\"\n" },
        .file("locals that need one another", begin: "a0 = 1\n") {
            "a\($0 + 1) = local.a\($0)\n"
        },
        .file("locals in an object", begin: "a = {\n", end: "}\n") { "a\($0) = \"text\"\n" },
        .file("an object with one key", begin: "a = {\n", end: "}\n") { _ in "a = 1\n" },
        .file("an object in disorder", begin: "a = {", end: "}\n") {
            "\"\($0 &* 7_919 % 65_537)\" = 1, "
        },
        .file("many blocks") { "b \"x\($0)\" {\n  a = 1\n}\n" },
        .file("a block with many labels", begin: "b ", end: " {}\n") { "\"x\($0)\" " },
        .file("many for") { "a\($0) = [for x in [1, 2] : x + 1 if x > 1]\n" },
        .file("many conditionals") { "a\($0) = true ? [1, 2] : []\n" },
    ]

    private static let heredocs: [Shape] = [
        .file("many heredocs") { "a\($0) = <<A\ntext\nA\n" },
        .file("a long heredoc", begin: "a = <<A\n", end: "A\n") { _ in "text\n" },
        .file("a heredoc of empty lines", begin: "a = <<A\n", end: "A\n") { _ in "\n" },
        .file("a flush heredoc", begin: "a = <<-A\n", end: "A\n") { _ in "    text\n" },
        .file("a flush heredoc with one line", begin: "a = <<-A\n", end: "x\nA\n") { _ in " " },
        .file("a heredoc with almost its marker", begin: "a = <<A\n", end: "A\n") { _ in " A .\n" },
        .file("a heredoc of spaces", begin: "a = <<A\n", end: "\nA\n") { _ in "        " },
        .file("an unclosed heredoc", begin: "a = <<A\n") { _ in "text\n" },
        .file("many unclosed heredocs") { "a\($0) = <<A\($0)\n${" },
        .file("a heredoc with a long marker", begin: "a = <<") { _ in "A" },
        .file("a heredoc with interpolations", begin: "a = <<-A\n", end: "A\n") {
            "  x = ${\($0)}\n"
        },
    ]

    private static let templates: [Shape] = [
        .file("many interpolations", begin: "a = \"", end: "\"\n") { "${\($0)} " },
        .file("many strings with one", begin: "a = [", end: "]\n") { "\"x${\($0)}\", " },
        .file("many strip markers", begin: "a = \"", end: "\"\n") { _ in "  ${~ 1 ~}  " },
        .file("a strip marker after spaces", begin: "a = \"x", end: "${~ 1 }\"\n") { _ in " " },
        .file("many directives", begin: "a = \"", end: "\"\n") { _ in
            "%{ if true ~} a %{ else } b %{~ endif }"
        },
        .file("many loops in text", begin: "a = \"", end: "\"\n") { _ in
            "%{ for x in [1, 2] }${x}%{ endfor }"
        },
    ]

    private static let errors: [Shape] = [
        .file("many errors") { "a\($0) = \n" },
        .file("many errors on a line") { _ in "a = ' " },
        .file("many invalid characters", begin: "a = ") { _ in "\u{2603}" },
        .file("many repeated attributes") { _ in "a = 1\n" },
        .file("attributes given twice") { "a\($0 / 2) = 1\n" },
        .file("unclosed directives") { "a\($0) = \"%{ if true }\"\n" },
        .file("unclosed directives on a line", begin: "a = [", end: "]\n") { _ in
            "\"%{ if true }\", "
        },
        .file("unclosed interpolations", begin: "a = [", end: "]\n") { _ in "\"${1 2}\", \"${\" " },
        .file("wrong items on a line", begin: "a = 1 ") { _ in "} b = ? " },
        .file("wrong blocks on a line") { _ in "b { c = ' } " },
        .file("conflict markers") { _ in "<<<<<<< a\n" },
        .file("a byte of no character") { _ in "a = \"\0\"" },
        .file("wrong escapes") { "a\($0) = \"\\q\"\n" },
        .file("a line of wrong escapes", begin: "a = \"", end: "\"\n") { _ in "\\q" },
        .file("closing brackets", begin: "a = ") { _ in "]})" },
        .file("mixed brackets", begin: "a = ") { _ in "[{(" },
        .file("quotes", begin: "a = ") { _ in "\" " },
        .file("blocks without a body") { _ in "b {\n" },
    ]
}
