import Testing

@testable import HCL

@Suite("The syntax of regular expressions")
struct PatternSyntaxTests {
    static let classes = [
        Case(#"regex("\\p{Lu}\\pN\\P{L}", "É5-")"#, #""É5-" : string"#),
        Case(#"regex("\\p{^L}", "a1")"#, #""1" : string"#),
        Case(#"regex("\\p{letter}\\p{Decimal Number}", "é7")"#, #""é7" : string"#),
        Case(#"regex("[\\p{Sc}\\p{Any}]+", "€x")"#, #""€x" : string"#),
        Case(#"regex("\\p{ASCII}\\p{Assigned}\\p{LC}", "a日É")"#, #""a日É" : string"#),
        Case(#"regex("(?i)k[s]", "Kſ")"#, #""Kſ" : string"#),
        Case(#"regex("(?i)σ", "ς")"#, #""ς" : string"#),
        Case(#"regexall("(?i)[^k]", "kKKx")"#, #"["x"] : list(string)"#),
        Case(#"regex("\\101\\07?\\060", "A0")"#, #""A0" : string"#),
        Case(#"regex("\\Qa.\\E*", "a..")"#, #""a.." : string"#),
        Case(#"regex("a(?i)*b", "aaB")"#, #""aaB" : string"#),
        Case(#"regex("(?i)k*(|a)*", "a")"#, #"[""] : tuple([string])"#),
        Case(#"regex("(a|b)*?c", "abc")"#, #"["b"] : tuple([string])"#),
        Case(#"regex("(?:a*)+", "aab")"#, #""aa" : string"#),
        Case(#"regex("(?P<x>a)(?P<x>b)", "ab")"#, #"{"x":"b"} : object({x=string})"#),
        Case(#"replace("ab", "/(?P<x>z)?(?P<x>b)/", "<$x>")"#, #""a\u003cb\u003e" : string"#),
        Case(#"regex("a{,2}", "a{,2}")"#, #""a{,2}" : string"#),
    ]

    static let mistakes = [
        "a**", "a*{2}", "a{2}{3}", "{2}", "*", "(*)", "a|*", "a{1001}", "a{2,1}", "\\\\1", "\\\\8",
        "\\\\p{Nope}", "\\\\p{L", "[[:nope:]]", "(?P<é>a)", "(?P<>a)", "(?=a)", "(?<!a)", "\\\\C",
        "\\\\", "[a", "(a", "a)", "[b-a]", "\\\\é",
    ]

    @Test("has the classes of Unicode, folding of case and repetition of RE2", arguments: classes)
    func matching(example: Case) { #expect(outcome(example.input) == example.expected) }

    @Test("has mistakes at the argument, also while the text is unknown", arguments: mistakes)
    func mistake(pattern: String) {
        let prefix = "! Invalid function argument 1:8-"
        #expect(outcome("regex(\"\(pattern)\", \"a\")").hasPrefix(prefix))
        #expect(outcome("regexall(\"\(pattern)\", s)", openValues).hasPrefix("! Invalid function"))
        #expect(
            outcome("replace(\"a\", \"/\(pattern)/\", \"\")") == "! Error in function call 1:1-1:9")
    }

    @Test("is not decided where scripts are asked for", arguments: ["Greek", "han", "Old Italic"])
    func scripts(name: String) throws {
        for text in [
            "regex(\"\\\\p{\(name)}\", \"a\")", "replace(\"a\", \"/\\\\p{\(name)}/\", \"\")",
        ] {
            let value = try evaluate(text)
            #expect(value.isUnknown)
            #expect(value.unknownReasons.first?.text.contains("script") == true)
        }
    }

    @Test("decides the type of matches that are unknown")
    func types() throws {
        #expect(try evaluate("regex(\"a\", s)", openValues).type == .string)
        #expect(
            try evaluate("regexall(\"(a)(b)\", s)", openValues).type
                == .list(.tuple([.string, .string])))
        #expect(try evaluate("regex(\"(?P<x>a)\", s)", openValues).type == .object(["x": .string]))
        #expect(try evaluate("regex(s, \"a\")", openValues).type == .dynamic)
    }

    @Test("costs work for every compilation")
    func work() {
        let expression =
            "[for i in range(1000) : [for j in range(1000) : regexall(\"(a{900}){20}\", \"\")]]"
        #expect(outcome(expression).hasPrefix("! Evaluation takes too much work"))
    }
}
