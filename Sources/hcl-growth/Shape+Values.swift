import HCL

extension Shape {
    /// Evaluation, functions and other formats.
    static let values: [Shape] = loops + lists + texts + patterns + formats

    private static let loops: [Shape] = [
        Shape(description: "a loop in a loop") { size in
            let count = Int(Double(size).squareRoot())
            let text = "[for a in range(\(count)) : [for b in range(\(count)) : a + b]]"
            return Sample(.expression, text, size: count * count)
        },
        Shape(description: "a loop over a loop") { size in
            let count = Int(Double(size).squareRoot())
            let text = "sum(flatten([for a in range(\(count)) : [for b in range(\(count)) : b]]))"
            return Sample(.expression, text, size: count * count)
        },
    ]

    private static let lists: [Shape] = [
        .list("{ for i, v in x : v => i }"), .list("{ for v in x : length(v) => v... }"),
        .list("[for v in x : v if u]"), .list("join(\"\", [for v in x : v])"),
        .list("{ for v in x : u => v }"),
        .list("\"%{ for v in x }${v}%{ if u }%{ endif }%{ endfor }\""),
        .list("[for v in x : u][*].a"), .list("x[*]"), .list("x == x"), .list("true ? x : []"),
        .list("[for v in x : try(x[n], v)]"), .list("join(\",\", x)"), .list("sort(x)"),
        .list("distinct(x)"), .list("reverse(x)"), .list("toset(x)"), .list("setunion(x, x)"),
        .list("setintersection(x, x)"), .list("setsubtract(x, x)"), .list("contains(x, \"no\")"),
        .list("index(x, \"e0\")"), .list("concat(x, x)"), .list("flatten([x, [x]])"),
        .list("zipmap(x, x)"), .list("keys(zipmap(x, x))"), .list("compact(x)"),
        .list("chunklist(x, 3)"), .list("slice(x, 1, n)"), .list("matchkeys(x, x, [\"e1\"])"),
        .list("merge([for v in x : { (v) = 1 }]...)"), .list("coalesce(x...)"),
        .list("formatlist(\"%s-%s\", x, x)"), .list("transpose(zipmap(x, [for v in x : [v]]))"),
        .list("max([for i, v in x : i]...)"), .list("sum([for i, v in x : i])"),
        .list("tomap({ for v in x : v => 1 })"), .list("tolist(x)"), .list("length(x)"),
        .list("lookup(zipmap(x, x), \"no\", 1)"),
        .list("setproduct(x, [1, 2])"), .list("alltrue([for v in x : true])"),
    ]

    private static let texts: [Shape] = [
        .text("split(\",\", x)", of: "words") { "w\($0)," },
        .text("replace(x, \",\", \";\")", of: "words") { "w\($0)," },
        .text("upper(x)", of: "words") { "w\($0)\u{E9} " },
        .text("title(x)", of: "words") { "w\($0) " },
        .text("strrev(x)", of: "letters") { _ in "e\u{301}" },
        .text("length(x)", of: "marks", begin: "e") { _ in "\u{301}" },
        .text("substr(x, 5, -1)", of: "letters") { _ in "e\u{301}" },
        .text("indent(2, x)", of: "lines") { "w\($0)\n" },
        .text("trimspace(x)", of: "spaces", begin: " ", end: " x ") { _ in " " },
        .text("trim(x, \" \")", of: "spaces", end: "x") { _ in " " },
        .text("trimsuffix(x, \"x\")", of: "words") { _ in "x" },
        .text("chomp(x)", of: "newlines") { _ in "\n" },
        .text("format(\"%s %q\", x, x)", of: "words") { "w\($0)\n" },
        .text("format(x)", of: "words") { "w\($0) %%" },
        .text("urlencode(x)", of: "words") { "w\($0) \u{E9}" },
        .text("base64decode(base64encode(x))", of: "words") { "w\($0) \u{E9}" },
        .text("sha512(sha256(sha1(md5(x))))", of: "words") { "w\($0) " },
        .text("[sha512(x), sha256(x), sha1(x), md5(x)]", of: "words") { "w\($0) " },
        .text("csvdecode(x)", of: "records", begin: "a,b\n") { "\($0),\"x\"\n" },
        .text("csvdecode(x)", of: "a field", begin: "a\n\"", end: "\"\n") { _ in "\"\"" },
        .text("csvdecode(x)", of: "columns") { "a\($0)," },
        .text("startswith(x, \"no\")", of: "words") { "w\($0) " },
        .text("strcontains(x, \"aab\")", of: "letters") { _ in "a" },
        .text("dirname(x)", of: "folders") { "w\($0)/" },
    ]

    private static let patterns: [Shape] = [
        .text("regexall(\"[a-z]+[0-9]*\", x)", of: "words") { "w\($0) " },
        .text("regexall(\"(?i)\\\\w+\", x)", of: "words") { "w\($0) " },
        .text("replace(x, \"/w([0-9])/\", \"$1\")", of: "words") { "w\($0) " },
        .text("can(regex(\"(a*)*b\", x))", of: "letters") { _ in "a" },
        .text("can(regex(x, \"text\"))", of: "alternatives", end: "z") { "w\($0)|" },
        .text("can(regex(x, \"text\"))", of: "classes") { _ in "[a-z]" },
        .text("can(regex(x, \"text\"))", of: "groups") { _ in "(a)" },
        .text("can(regex(x, \"text\"))", of: "brackets") { _ in "(" },
    ]

    private static let formats: [Shape] = [
        .json("numbers", begin: "[", end: "0]") { "\($0)," },
        .json("names", begin: "{", end: "\"\":0}") { "\"a\($0)\":0," },
        .json("one name", begin: "{", end: "\"\":0}") { _ in "\"a\":0," },
        .json("a text", begin: "\"", end: "\"") { _ in "text\\n\\u00e9" },
        .json("brackets") { _ in "[" },
        .text("yamldecode(x)", of: "lines") { "a\($0): text\n" },
        .text("yamldecode(x)", of: "items") { "- \($0)\n" },
        .text("yamldecode(x)", of: "nested items") { "a\($0):\n  - b:\n      - c: 1\n" },
        .text("yamldecode(x)", of: "a flow of items", begin: "[", end: "0]") { "\($0), " },
        .text("yamldecode(x)", of: "a flow of names", begin: "{", end: "z: 0}") { "a\($0): 1, " },
        .text("yamldecode(x)", of: "flows") { "a\($0): {b: [1, 2], c: \"d\"}\n" },
        .text("yamldecode(x)", of: "block text", begin: "a: |\n") { _ in "  text\n\n" },
        .text("yamldecode(x)", of: "quoted text", begin: "\"", end: "\"") { _ in "text\\n" },
        .text("yamldecode(x)", of: "plain text") { _ in "text " },
        .text("yamldecode(x)", of: "comments") { _ in "# text\n" },
        .text("yamldecode(x)", of: "dashes") { _ in "- " },
        .text("yamldecode(x)", of: "spaces") { _ in "    " },
        .text("yamldecode(x)", of: "colons") { _ in "a: " },
        .text("yamlencode(jsondecode(x))", of: "numbers", begin: "[", end: "0]") { "\($0)," },
    ]

    private static func json(
        _ description: String, begin: String = "", end: String = "",
        _ piece: @escaping @Sendable (Int) -> String
    ) -> Shape {
        Shape(description: "JSON of \(description)") { size in
            Sample(.json, begin + repeated(size, piece) + end)
        }
    }
}
