import Testing

@testable import HCL

@Suite("Templates")
struct TemplateTests {
    static let quoted = [
        Case(#""${[1]}""#, "[1] : tuple([number])"), Case(#""${null}""#, "null : dynamic"),
        Case(#""a${1.50}${true}""#, #""a1.5true" : string"#),
        Case(#""a${null}""#, "! Invalid template interpolation value 1:5-1:9"),
        Case(#""a${[]}""#, "! Invalid template interpolation value 1:5-1:7"),
        Case(#""$${a} %%{b} $$$${c} $ %""#, #""${a} %{b} $$${c} $ %" : string"#),
        Case(#""\t\"\\\u00e9\U0001F600""#, #""\t\"\\é😀" : string"#),
        Case(#""a ${~ "b" ~} c""#, #""abc" : string"#),
        Case(#""${1 ~}\n  x""#, #""1x" : string"#),
        Case(#""a $ %  ${~ 1 ~}  $$ %% x""#, #""a $ %1$$ %% x" : string"#),
        Case("<<-A\n  $x\n    $$ % y\n  % $\n  A\n", #""$x\n  $$ % y\n% $\n" : string"#),
        Case(#""%{ if x == 1 }a%{ else }b%{ endif }c""#, #""ac" : string"#),
        Case(#""%{ if x == 2 }a%{ endif }""#, #""" : string"#),
        Case(#""%{ for i, v in ["a", "b"] }${i}${v},%{ endfor }""#, #""0a,1b," : string"#),
        Case(#""%{ if true ~} a %{~ endif }""#, #""a" : string"#),
        Case(#""${"${"nested"}"}""#, #""nested" : string"#),
        Case("\"e\u{301}\" == \"é\"", "true : bool"),
    ]

    static let heredocs = [
        Case("<<E\na\n b\nE\n", #""a\n b\n" : string"#), Case("<<E\nE\n", #""" : string"#),
        Case("<<-E\n    a\n      b\n\n    c\n  E\n", #""a\n  b\n\nc\n" : string"#),
        Case("<<-E\n\ta\n\t\tb\n\tE\n", #""a\n\tb\n" : string"#),
        Case("<<-E\n    a\n  ${1}\n    E\n", #""  a\n1\n" : string"#),
        Case("<<E\n\\n $${x}\nE\n", #""\\n ${x}\n" : string"#),
        Case("<<E\r\na\r\nE\r\n", #""a\r\n" : string"#),
        Case("<<E\n%{ for v in [1, 2] ~}\n${v}\n%{ endfor ~}\nE\n", #""1\n2\n" : string"#),
        Case("<<E\n${<<F\nx\nF\n}y\nE\n", #""x\ny\n" : string"#),
        Case("[<<E\na\nE\n, 1]", #"["a\n",1] : tuple([string,number])"#),
        Case("<<E\nx E\n E\n", #""x E\n" : string"#),
    ]

    @Test("in quotes", arguments: quoted)
    func evaluatesQuoted(example: Case) {
        #expect(outcome(example.input, ["x": .integer(1)]) == example.expected)
    }

    @Test("as heredocs", arguments: heredocs)
    func evaluatesHeredocs(example: Case) { #expect(outcome(example.input) == example.expected) }

    @Test(
        "that stand alone",
        arguments: [
            ("${1}", "1 : number"), ("a\nb ${\"c\"}", "\"a\\nb c\" : string"),
            ("", "\"\" : string"),
            ("$${x} $", "\"${x} $\" : string"), ("\\n", "\"\\\\n\" : string"),
        ])
    func bare(text: String, expected: String) throws {
        let template = try Expression.parseTemplate(SourceFile(path: "test.tpl", text: text))
        let value = try template.evaluate(in: StandardEnvironment())
        #expect("\(value.json ?? "") : \(value.type)" == expected)
    }
}
