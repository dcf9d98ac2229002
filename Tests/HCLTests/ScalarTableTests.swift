import Testing

@testable import HCL

@Suite("Functions of plain values answer as the reference implementation does")
struct ScalarTableTests {
    static let numbers = [
        Case(#"abs(-0.0)"#, #"0 : number"#),
        Case(#"ceil(-0.5)"#, #"0 : number"#),
        Case(#"floor(-0.5)"#, #"-1 : number"#),
        Case(#"ceil(1/0)"#, #"Inf : number"#),
        Case(#"floor(-1/0)"#, #"-Inf : number"#),
        Case(#"signum(-0.5)"#, #"! Error in function call 1:1-1:8"#),
        Case(#"signum(-3)"#, #"-1 : number"#),
        Case(#"signum(1e30)"#, #"! Error in function call 1:1-1:8"#),
        Case(#"max(1, "x")"#, #"! Invalid function argument 1:9-1:10"#),
        Case(#"max()"#, #"! Error in function call 1:1-1:5"#),
        Case(#"min("3", 1/0)"#, #"3 : number"#),
        Case(#"parseint("-0", 10)"#, #"0 : number"#),
        Case(#"parseint("Zz", 62)"#, #"3817 : number"#),
        Case(#"parseint("1_0", 10)"#, #"! Invalid function argument 1:11-1:14"#),
        Case(#"parseint("12", 1)"#, #"! Invalid function argument 1:16-1:17"#),
        Case(#"parseint("12", 2)"#, #"! Invalid function argument 1:11-1:13"#),
        Case(#"parseint(12, 10)"#, #"! Invalid function argument 1:10-1:12"#),
        Case(#"parseint("", 10)"#, #"! Invalid function argument 1:12-1:12"#),
        Case(#"parseint("+7f", 16)"#, #"127 : number"#),
        Case(
            #"parseint("123456789012345678901234567890", 10)"#,
            #"123456789012345678901234567890 : number"#),
        Case(#"parseint("1", 10.5)"#, #"! Invalid function argument 1:15-1:19"#),
        Case(#"parseint(s, 10)"#, #"unknown : number"#),
    ]

    static let conversions = [
        Case(#"tostring(1/0)"#, #""+Inf" : string"#),
        Case(#"tostring(-1/0)"#, #""-Inf" : string"#),
        Case(#"tostring(null)"#, #"null : string"#),
        Case(#"tostring([])"#, #"! Invalid function argument 1:10-1:11"#),
        Case(#"tostring(1.10)"#, #""1.1" : string"#),
        Case(#"tonumber("0x10")"#, #"! Invalid function argument 1:11-1:15"#),
        Case(
            #"tonumber("1e400")"#,
            #"10000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000 : number"#
        ),
        Case(#"tonumber(true)"#, #"! Invalid function argument 1:10-1:14"#),
        Case(#"tonumber("")"#, #"! Invalid function argument 1:12-1:12"#),
        Case(#"tobool("TRUE")"#, #"! Invalid function argument 1:9-1:13"#),
        Case(#"tobool(1)"#, #"! Invalid function argument 1:8-1:9"#),
        Case(#"tobool("1")"#, #"true : bool"#),
        Case(#"tolist(toset(["b", "a"]))"#, #"["a","b"] : list(string)"#),
        Case(#"tolist({})"#, #"! Invalid function argument 1:8-1:9"#),
        Case(#"tolist([1, null, "a"])"#, #"["1",null,"a"] : list(string)"#),
        Case(#"tolist([[1], ["a"]])"#, #"[["1"],["a"]] : list(tuple([string]))"#),
        Case(#"tolist([1, [1]])"#, #"! Invalid function argument 1:8-1:9"#),
        Case(#"tolist("a")"#, #"! Invalid function argument 1:9-1:10"#),
        Case(#"toset([1, "1", true])"#, #"["1","true"] : set(string)"#),
        Case(#"toset([null, null])"#, #"[null] : set(dynamic)"#),
        Case(#"tomap([])"#, #"! Invalid function argument 1:7-1:8"#),
        Case(#"tomap({a = 1, b = [1]})"#, #"! Invalid function argument 1:7-1:8"#),
        Case(#"tomap({a = 1, b = null})"#, #"{"a":1,"b":null} : map(number)"#),
        Case(#"tolist(s)"#, #"! Invalid function argument 1:8-1:9"#),
        Case(#"tomap(u)"#, #"unknown : dynamic"#),
        Case(#"try(s, 1)"#, #"unknown : dynamic"#),
        Case(#"try(tonumber("x"), [][0], "ok")"#, #""ok" : string"#),
        Case(#"try(1 / 0, 2)"#, #"Inf : number"#),
        Case(#"can(tonumber("x"))"#, #"false : bool"#),
        Case(#"can(s.x)"#, #"false : bool"#),
        Case(#"can()"#, #"! Not enough function arguments 1:5-1:6"#),
        Case(#"can(1, 2)"#, #"! Too many function arguments 1:8-1:9"#),
        Case(#"try()"#, #"! Error in function call 1:1-1:5"#),
    ]

    static let texts = [
        Case(#"chomp("a\r\n\n\r")"#, #""a" : string"#),
        Case(#"chomp("\n a")"#, #""\n a" : string"#),
        Case(#"indent(2, "a\n\nb\n")"#, #""a\n  \n  b\n  " : string"#),
        Case(#"indent(-1, "a")"#, #"! Error in function call 1:1-1:8"#),
        Case(#"indent(1.5, "a")"#, #"! Error in function call 1:1-1:8"#),
        Case(#"join("-", ["a"], [], ["b", 1])"#, #""a-b-1" : string"#),
        Case(#"join("-")"#, #"! Error in function call 1:1-1:6"#),
        Case(#"join("-", [null])"#, #"! Invalid function argument 1:11-1:12"#),
        Case(#"join(",", "a")"#, #"! Invalid function argument 1:12-1:13"#),
        Case(#"lower("ÀÇΣ")"#, #""àçσ" : string"#),
        Case(#"upper("ßﬁǆ")"#, #""ßﬁǄ" : string"#),
        Case(#"title("a_b c-d É'x 1a")"#, #""A_b C-D É'X 1a" : string"#),
        Case(#"split("", "a👍🏽")"#, #"["a","👍","🏽"] : list(string)"#),
        Case(#"split("ab", "xabyab")"#, #"["x","y",""] : list(string)"#),
        Case(#"strrev("a👍🏽é")"#, #""é👍🏽a" : string"#),
        Case(#"substr("a👍🏽é", 1, 1)"#, #""👍🏽" : string"#),
        Case(#"substr("hello", -3, 0)"#, #""llo" : string"#),
        Case(#"substr("hello", 2, 0)"#, #""" : string"#),
        Case(#"substr("hello", -9, 2)"#, #""he" : string"#),
        Case(#"substr("hello", 9, 1)"#, #""" : string"#),
        Case(#"substr("hello", 1, -5)"#, #""ello" : string"#),
        Case(#"substr("hello", 0.5, 1)"#, #"! Error in function call 1:1-1:8"#),
        Case(#"substr("", 0, -1)"#, #""" : string"#),
        Case(#"trim("  x--", " -")"#, #""x" : string"#),
        Case(#"trim("x", "")"#, #""x" : string"#),
        Case(#"trimprefix("aab", "a")"#, #""ab" : string"#),
        Case(#"trimsuffix("baa", "a")"#, #""ba" : string"#),
        Case(#"trimspace("\u00a0\u2003a\u200b ")"#, #""a​" : string"#),
        Case(#"replace("a.b", ".", "")"#, #""ab" : string"#),
        Case(#"replace("abc", "", "-")"#, #""-a-b-c-" : string"#),
        Case(
            #"replace("a1b22", "/[0-9]+/", "<$0>")"#, #""a\u003c1\u003eb\u003c22\u003e" : string"#),
        Case(#"replace("a/b", "/", "-")"#, #""a-b" : string"#),
        Case(#"replace("ab", "/(a)(?P<x>b)/", "$x$1")"#, #""ba" : string"#),
        Case(#"replace("a", "/(/", "")"#, #"! Error in function call 1:1-1:9"#),
        Case(#"startswith("a", "")"#, #"true : bool"#),
        Case(#"endswith("", "a")"#, #"false : bool"#),
        Case(#"strcontains("ab", "b")"#, #"true : bool"#),
        Case(#"basename("")"#, #""." : string"#),
        Case(#"basename("a//")"#, #""a" : string"#),
        Case(#"dirname("/a/b/")"#, #""/a/b" : string"#),
        Case(#"dirname("a")"#, #""." : string"#),
        Case(#"dirname("")"#, #""." : string"#),
        Case(#"urlencode("a/b?c=d&é +")"#, #""a%2Fb%3Fc%3Dd%26%C3%A9+%2B" : string"#),
        Case(#"base64decode("YQ")"#, #"! Error in function call 1:1-1:14"#),
        Case(#"base64decode("gA==")"#, #"! Error in function call 1:1-1:14"#),
        Case(#"base64decode("YWI=\n")"#, #""ab" : string"#),
        Case(#"md5("")"#, #""d41d8cd98f00b204e9800998ecf8427e" : string"#),
        Case(#"sha1("é")"#, #""bf15be717ac1b080b4f1c456692825891ff5073d" : string"#),
        Case(
            #"jsonencode({b = [1, "é<>&", null], a = 1e30})"#,
            #""{\"a\":1000000000000000000000000000000,\"b\":[1,\"é\\u003c\\u003e\\u0026\",null]}" : string"#
        ),
        Case(#"jsonencode(1/0)"#, #"! Error in function call 1:1-1:12"#),
        Case(#"jsonencode(toset(["b", "a"]))"#, #""[\"a\",\"b\"]" : string"#),
        Case(
            #"jsondecode("{\"a\": [1, 1.0, 1e2], \"a\": 2}")"#,
            #"! Error in function call 1:1-1:12"#),
        Case(#"jsondecode("1 2")"#, #"! Error in function call 1:1-1:12"#),
        Case(#"jsondecode("")"#, #"! Error in function call 1:1-1:12"#),
        Case(#"jsondecode("[\"\\ud800\", \"\\u0041\"]")"#, #"["�","A"] : tuple([string,string])"#),
        Case(#"jsondecode("[,]")"#, #"! Error in function call 1:1-1:12"#),
        Case(#"jsondecode("01")"#, #"! Error in function call 1:1-1:12"#),
        Case(#"jsondecode(s)"#, #"unknown : dynamic"#),
        Case(#"formatlist("%s-%d", ["a", "b"], 1)"#, #"["a-1","b-1"] : list(string)"#),
        Case(#"formatlist("%s", [], "a")"#, #"[] : list(string)"#),
        Case(#"formatlist("%s", [1], [1, 2])"#, #"! Invalid function argument 1:23-1:24"#),
        Case(#"formatlist("x", ["a"])"#, #"! Error in function call 1:1-1:12"#),
        Case(#"formatlist("%d", "x")"#, #"! Error in function call 1:1-1:12"#),
        Case(#"format("%s %d", "a")"#, #"! Error in function call 1:1-1:8"#),
        Case(#"format("%d", "x")"#, #"! Error in function call 1:1-1:8"#),
        Case(#"format("%[3]s", 1)"#, #"! Error in function call 1:1-1:8"#),
        Case(#"format("%z", 1)"#, #"! Error in function call 1:1-1:8"#),
        Case(#"format("%5q|%-5q|%05s", "a", "b", "c")"#, #""  \"a\"|\"b\"  |0000c" : string"#),
        Case(#"format("%v %#v %+v", {a = 1}, "x", null)"#, #""{\"a\":1} \"x\" null" : string"#),
        Case(#"format("%t", "x")"#, #"! Error in function call 1:1-1:8"#),
        Case(
            #"format("%.3s|%.10f|%e", "abcdé", 1.5, 12345.678)"#,
            #""abc|1.5000000000|1.234568e+04" : string"#),
        Case(#"format("%x %X %#x %b %o", 255, 255, 255, 5, 8)"#, #""ff FF 0xff 101 10" : string"#),
        Case(#"format("%x", "hi")"#, #"! Error in function call 1:1-1:8"#),
        Case(#"format("%s", null)"#, #"! Error in function call 1:1-1:8"#),
        Case(#"format("%%")"#, #""%" : string"#),
        Case(#"format("%")"#, #"! Error in function call 1:1-1:8"#),
        Case(#"format("%d %d", 1)"#, #"! Error in function call 1:1-1:8"#),
    ]

    @Test("of numbers", arguments: numbers)
    func ofNumbers(example: Case) {
        #expect(outcome(example.input, openValues) == example.expected)
    }
    @Test("of conversions", arguments: conversions)
    func ofConversions(example: Case) {
        #expect(outcome(example.input, openValues) == example.expected)
    }
    @Test("of texts", arguments: texts)
    func ofTexts(example: Case) { #expect(outcome(example.input, openValues) == example.expected) }
}
