import Testing

@testable import HCL

@Suite("Regular expressions match as RE2 does")
struct PatternTests {
    static let matches = [
        Case("regex(\"[0-9]+\", \"a12b3\")", #""12" : string"#),
        Case(
            "regex(\"(\\\\d+)\\\\.(\\\\d+)(-rc)?\", \"v1.12\")",
            #"["1","12",null] : tuple([string,string,string])"#),
        Case(
            "regex(\"(?P<major>\\\\d+)\\\\.(?<minor>\\\\d+)\", \"v1.12\")",
            #"{"major":"1","minor":"12"} : object({major=string,minor=string})"#),
        Case("regex(\"a|ab\", \"ab\")", #""a" : string"#),
        Case("regex(\"a*?b\", \"aab\")", #""aab" : string"#),
        Case("regex(\"a+?\", \"aaa\")", #""a" : string"#),
        Case("regex(\"a{2,3}\", \"aaaa\")", #""aaa" : string"#),
        Case("regex(\"(?i)É\", \"xé\")", #""é" : string"#),
        Case("regex(\"^b$\", \"a\\nb\")", "! Error in function call 1:1-1:7"),
        Case("regex(\"(?m)^b$\", \"a\\nb\\nc\")", #""b" : string"#),
        Case("regex(\"(?s)a.b\", \"a\\nb\")", #""a\nb" : string"#),
        Case("regex(\"\\\\bb\\\\B\", \"ab bc\")", #""b" : string"#),
        Case("regex(\"[^a-c[:digit:]]\", \"a1d\")", #""d" : string"#),
        Case("regex(\"\\\\p{Lu}\", \"aÜ\")", #""Ü" : string"#),
        Case("regex(\"\\\\Qa.b\\\\E\", \"a.b\")", #""a.b" : string"#),
        Case("regex(\"\\\\x41\\\\x{42}\", \"AB\")", #""AB" : string"#),
        Case("regex(\"[]a]\", \"]\")", #""]" : string"#),
        Case("regexall(\"[a-z]\", \"a1b\")", #"["a","b"] : list(string)"#),
        Case("regexall(\"a*\", \"baac\")", #"["","aa",""] : list(string)"#),
        Case("regexall(\"x\", \"a\")", "[] : list(string)"),
        Case(
            "replace(\"a1b2\", \"/(?P<n>[0-9])/\", \"[${n}]$$\")".replacing("${", with: "$${"),
            #""a[1]$b[2]$" : string"#),
        Case("regex(\"(\", \"\")", "! Invalid function argument 1:8-1:9"),
        Case("regex(\"a**\", \"\")", "! Invalid function argument 1:8-1:11"),
        Case("regex(\"\\\\1\", \"\")", "! Invalid function argument 1:8-1:11"),
        Case("regex(\"a{1001}\", \"\")", "! Invalid function argument 1:8-1:15"),
        Case("regex(\"[b-a]\", \"\")", "! Invalid function argument 1:8-1:13"),
        Case("regex(\"((a{99}){99}){99}\", \"\")", "! Invalid function argument 1:8-1:25"),
    ]

    @Test("leftmost, and of those the one found first", arguments: matches)
    func matching(example: Case) { #expect(outcome(example.input) == example.expected) }

    @Test("in a time that no pattern can make explode")
    func linearTime() throws {
        let pattern = try Pattern("(a*)*b")
        let text = Array(String(repeating: "a", count: 2_000).unicodeScalars)
        let (matches, steps) = pattern.matches(in: text, mostMatches: 1, mostSteps: .max)
        #expect(matches.isEmpty)
        #expect(steps < 100 * text.count)
    }
}
