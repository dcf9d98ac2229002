import Testing

@testable import HCL

@Suite("Standard functions")
struct FunctionTests {
    static let numbers = [
        Case("abs(-1.5)", "1.5 : number"), Case("ceil(1.2)", "2 : number"),
        Case("floor(-1.2)", "-2 : number"), Case("max(1, \"3\", 2)", "3 : number"),
        Case("min([3, 2]...)", "2 : number"), Case("max()", "! Error in function call 1:1-1:5"),
        Case("pow(2, 10)", "1024 : number"), Case("pow(2, -1)", "0.5 : number"),
        Case("pow(3, 20)", "3486784401 : number"), Case("signum(-4)", "-1 : number"),
        Case("parseint(\"ff\", 16)", "255 : number"), Case("parseint(\"-z\", 36)", "-35 : number"),
        Case("parseint(\"9\", 8)", "! Invalid function argument 1:11-1:12"),
        Case("sum([1, \"2\"])", "3 : number"),
        Case("sum([])", "! Invalid function argument 1:5-1:6"),
        Case("range(3)", "[0,1,2] : list(number)"),
        Case("range(5, 0)", "[5,4,3,2,1] : list(number)"),
        Case("range(0, 1, 0.5)", "[0,0.5] : list(number)"), Case("range(0)", "[] : list(number)"),
        Case("range(0, 5, -1)", "! Invalid function argument 1:10-1:11"),
        Case("range(1025)", "! Error in function call 1:1-1:7"),
    ]

    static let texts = [
        Case("chomp(\"a\\r\\n\\n\")", #""a" : string"#), Case("lower(\"AÉİ\")", #""aéi" : string"#),
        Case("upper(\"éß\")", #""Éß" : string"#),
        Case("title(\"a-b c_d é\")", #""A-B C_d É" : string"#),
        Case("indent(2, \"a\\nb\")", #""a\n  b" : string"#),
        Case("join(\",\", [\"a\", 1], [true])", #""a,1,true" : string"#),
        Case("join(\",\", [null])", "! Invalid function argument 1:11-1:12"),
        Case("split(\",\", \"a,,b\")", #"["a","","b"] : list(string)"#),
        Case("split(\",\", \"\")", #"[""] : list(string)"#),
        Case("split(\"\", \"aé\")", #"["a","é"] : list(string)"#),
        Case("replace(\"a.b.c\", \".\", \"-\")", #""a-b-c" : string"#),
        Case("replace(\"v1.2\", \"/v([0-9]+)/\", \"<$1>\")", #""\u003c1\u003e.2" : string"#),
        Case("replace(\"ab\", \"\", \"-\")", #""-a-b-" : string"#),
        Case("strrev(\"ae\u{301}👩‍👩‍👧\")", "\"👩‍👩‍👧éa\" : string"),
        Case("substr(\"hello\", -3, 2)", #""ll" : string"#),
        Case("substr(\"hello\", 1, -1)", #""ello" : string"#),
        Case("substr(\"he\", 5, 2)", #""" : string"#),
        Case("trim(\"?!a?!\", \"!?\")", #""a" : string"#),
        Case("trimprefix(\"v1.2\", \"v\")", #""1.2" : string"#),
        Case("trimsuffix(\"a.tar.gz\", \".gz\")", #""a.tar" : string"#),
        Case("trimspace(\"\\t a \\n\")", #""a" : string"#),
        Case("startswith(\"abc\", \"ab\")", "true : bool"),
        Case("endswith(\"abc\", \"ab\")", "false : bool"),
        Case("strcontains(\"abc\", \"bc\")", "true : bool"),
        Case("strcontains(\"\", \"\")", "true : bool"),
        Case("basename(\"a/b/c.hcl\")", #""c.hcl" : string"#),
        Case("dirname(\"a/../b/c\")", #""b" : string"#),
    ]

    static let formats = [
        Case("format(\"%swk%02d\", \"a\", 7)", #""awk07" : string"#),
        Case("format(\"%5s|%-5s|\", \"é\", true)", #""    é|true |" : string"#),
        Case("format(\"%x %X %o %b %#x\", 255, 255, 8, 5, 255)", #""ff FF 10 101 0xff" : string"#),
        Case("format(\"%+d % d %05d\", 1, 1, -1)", #""+1  1 -0001" : string"#),
        Case(
            "format(\"%f %.2f %e\", 1.5, 2.346, 1234.5)", #""1.500000 2.35 1.234500e+03" : string"#),
        Case("format(\"%.0f %.1f\", 0.5, 0.25)", #""0 0.2" : string"#),
        Case(
            "format(\"%g %g %v\", 100000, 0.00001, 1234567)",
            #""100000 1e-05 1.234567e+06" : string"#),
        Case("format(\"%v %#v %q\", [1], \"a\", \"b\")", #""[1] \"a\" \"b\"" : string"#),
        Case("format(\"%[2]s %[1]s%%\", \"a\", \"b\")", #""b a%" : string"#),
        Case("format(\"%t\", \"true\")", #""true" : string"#),
        Case("format(\"%.2s\", \"añb\")", #""añ" : string"#),
        Case("format(\"%d\", 1.5)", "! Error in function call 1:1-1:8"),
        Case("format(\"%d\")", "! Error in function call 1:1-1:8"),
        Case("format(\"%\")", "! Error in function call 1:1-1:8"),
        Case("format(\"%s\", 1, 2)", "! Invalid function argument 1:17-1:18"),
        Case("format(\"%s\", null)", "! Error in function call 1:1-1:8"),
        Case("formatlist(\"%s-%s\", \"a\", [\"b\", \"c\"])", #"["a-b","a-c"] : list(string)"#),
        Case("formatlist(\"%s%s\", [1], [1, 2])", "! Invalid function argument 1:25-1:26"),
        Case("format(\"%#010x|%+.2d|%.d|\", -1, 5, 0)", #""-0x0000001|+05||" : string"#),
        Case("format(\"%5.v|%v|% f\", 1.5, 1/0, 1/0)", #""  1.5|+Inf| Inf" : string"#),
        Case("format(\"%5%\")", "! Error in function call 1:1-1:8"),
        Case("format(\"%#v\", 1/0)", "! Error in function call 1:1-1:8"),
    ]

    static let collections = [
        Case("length(\"e\u{301}👩‍👩‍👧\")", "2 : number"), Case("length({a = 1})", "1 : number"),
        Case("length(1)", "! Invalid function argument 1:8-1:9"),
        Case("concat([1], [\"a\"])", #"[1,"a"] : tuple([number,string])"#),
        Case("concat(tolist([1]), tolist([\"a\"]))", #"["1","a"] : list(string)"#),
        Case("concat()", "! Error in function call 1:1-1:8"),
        Case(
            "merge({a = 1}, null, {a = 2, b = \"c\"})",
            #"{"a":2,"b":"c"} : object({a=number,b=string})"#),
        Case("merge(tomap({a = 1}), tomap({b = 2}))", #"{"a":1,"b":2} : map(number)"#),
        Case("merge()", "{} : object({})"),
        Case("merge([])", "! Error in function call 1:1-1:7"),
        Case("keys({b = 1, a = 2})", #"["a","b"] : tuple([string,string])"#),
        Case("values({b = 1, a = \"x\"})", #"["x",1] : tuple([string,number])"#),
        Case("lookup({a = 1}, \"b\", 2)", "2 : number"),
        Case("lookup({a = 1}, \"b\")", "! Error in function call 1:1-1:8"),
        Case("element([\"a\", \"b\"], 3)", #""b" : string"#),
        Case("element([\"a\", \"b\"], -1)", #""b" : string"#),
        Case("element([], 0)", "! Error in function call 1:1-1:9"),
        Case("slice([1, 2, 3], 1, 3)", "[2,3] : tuple([number,number])"),
        Case("distinct([1, \"1\", 2])", #"["1","2"] : list(string)"#),
        Case("chunklist([1, 2, 3], 2)", "[[1,2],[3]] : list(list(number))"),
        Case(
            "flatten([[1, [2]], tolist([3]), \"a\"])",
            #"[1,2,3,"a"] : tuple([number,number,number,string])"#),
        Case("contains([\"a\", \"b\"], \"b\")", "true : bool"),
        Case("contains([1], \"1\")", "false : bool"),
        Case("index([\"a\", \"b\"], \"b\")", "1 : number"),
        Case("coalesce(null, \"\", \"a\")", #""a" : string"#),
        Case("coalesce(null, 1, \"a\")", #""1" : string"#),
        Case("coalesce(null)", "! Error in function call 1:1-1:10"),
        Case("coalescelist([], [1])", "[1] : tuple([number])"),
        Case("compact([\"a\", \"\", null])", #"["a"] : list(string)"#),
        Case("alltrue([true, \"false\"])", "false : bool"),
        Case("anytrue([false, true])", "true : bool"),
        Case("matchkeys([1, 2], [\"a\", \"b\"], [\"b\"])", "[2] : list(number)"),
        Case("one([])", "null : dynamic"),
        Case("one([1, 2])", "! Error in function call 1:1-1:5"),
        Case("reverse([1, \"a\"])", #"["a",1] : tuple([string,number])"#),
        Case("setunion([\"b\"], [\"a\", \"b\"])", #"["a","b"] : set(string)"#),
        Case("setintersection([1, 2], [2, 3])", "[2] : set(number)"),
        Case("setsubtract([1, 2], [2])", "[1] : set(number)"),
        Case(
            "setproduct([\"a\", \"b\"], [1])", #"[["a",1],["b",1]] : list(tuple([string,number]))"#),
        Case(
            "sort([\"10\", \"9\", \"B\", \"a\", \"é\"])", #"["10","9","B","a","é"] : list(string)"#),
        Case(
            "transpose({a = [\"x\", \"y\"], b = [\"x\"]})",
            #"{"x":["a","b"],"y":["a"]} : map(list(string))"#),
        Case(
            "zipmap([\"a\", \"b\"], [1, \"x\"])", #"{"a":1,"b":"x"} : object({a=number,b=string})"#),
        Case("zipmap([\"a\"], [])", "! Error in function call 1:1-1:8"),
    ]

    static let conversions = [
        Case("tobool(\"1\")", "true : bool"),
        Case("tobool(\"yes\")", "! Invalid function argument 1:9-1:12"),
        Case("tonumber(\"1e3\")", "1000 : number"),
        Case("tonumber(\" 1\")", "! Invalid function argument 1:11-1:13"),
        Case("tostring(1.10)", #""1.1" : string"#),
        Case("tostring([])", "! Invalid function argument 1:10-1:11"),
        Case("tolist([1, \"a\"])", #"["1","a"] : list(string)"#),
        Case("tolist(null)", "null : list(dynamic)"),
        Case("tolist([1, true])", "! Invalid function argument 1:8-1:9"),
        Case("tolist([null, 1])", "[null,1] : list(number)"),
        Case("toset([\"b\", \"a\", \"b\"])", #"["a","b"] : set(string)"#),
        Case("tomap({a = 1, b = \"x\"})", #"{"a":"1","b":"x"} : map(string)"#),
        Case("try(nope, [][0], 1)", "1 : number"), Case("try(null, 1)", "null : dynamic"),
        Case("try(nope)", "! Error in function call 1:1-1:5"),
        Case("try()", "! Error in function call 1:1-1:5"),
        Case("can({}.a)", "false : bool"), Case("can(1)", "true : bool"),
        Case("upper()", "! Not enough function arguments 1:7-1:8"),
        Case("upper(\"a\", \"b\")", "! Too many function arguments 1:13-1:14"),
        Case("upper(null)", "! Invalid function argument 1:7-1:11"),
        Case("max(null...)", "! Invalid expanding argument value 1:5-1:9"),
        Case("nope(1)", "! Call to unknown function 1:1-1:5"),
        Case("list(1)", "! Error in function call 1:1-1:6"),
    ]

    static let encodings = [
        Case("base64encode(\"héllo\")", #""aMOpbGxv" : string"#),
        Case("base64encode(\"\")", #""" : string"#),
        Case("base64decode(\"aMOpbGxv\")", #""héllo" : string"#),
        Case("base64decode(\"a\")", "! Error in function call 1:1-1:14"),
        Case(
            "jsonencode({b = [1, null, \"<\"], a = 1.50})",
            #""{\"a\":1.5,\"b\":[1,null,\"\\u003c\"]}" : string"#),
        Case(
            "jsondecode(\"{\\\"a\\\": [1e2, \\\"\\\\ud83d\\\\ude00\\\"]}\")",
            #"{"a":[100,"😀"]} : object({a=tuple([number,string])})"#),
        Case("jsondecode(\"[1,]\")", "! Error in function call 1:1-1:12"),
        Case("urlencode(\"a b&ü~\")", #""a+b%26%C3%BC~" : string"#),
        Case("md5(\"hello\")", #""5d41402abc4b2a76b9719d911017c592" : string"#),
        Case("sha1(\"abc\")", #""a9993e364706816aba3e25717850c26c9cd0d89d" : string"#),
        Case(
            "sha256(\"abc\")",
            #""ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" : string"#),
        Case("substr(sha512(\"abc\"), 0, 32)", #""ddaf35a193617abacc417349ae204131" : string"#),
        Case("base64sha256(\"\")", #""47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" : string"#),
        Case("length(sha256(join(\"\", [for x in range(200) : \"x\"])))", "64 : number"),
    ]

    static let times = [
        Case(
            "formatdate(\"YYYY-MM-DD'T''x'hh:mm:ssZ\", \"2020-02-29T03:04:05Z\")",
            #""2020-02-29T'x03:04:05Z" : string"#),
        Case(
            "formatdate(\"EEE, D MMM YY H:m AA ZZZZZ\", \"2024-12-01T15:04:05.5+02:00\")",
            #""Sun, 1 Dec 24 3:4 PM +02:00" : string"#),
        Case(
            "formatdate(\"QQ\", \"2020-01-02T03:04:05Z\")", "! Invalid function argument 1:13-1:15"),
        Case(
            "formatdate(\"YYYY\", \"2023-02-29T00:00:00Z\")",
            "! Invalid function argument 1:21-1:41"),
    ]

    @Test("of time", arguments: times)
    func ofTime(example: Case) { #expect(outcome(example.input) == example.expected) }

    @Test("of numbers", arguments: numbers)
    func ofNumbers(example: Case) { #expect(outcome(example.input) == example.expected) }
    @Test("of text", arguments: texts)
    func ofText(example: Case) { #expect(outcome(example.input) == example.expected) }
    @Test("that format", arguments: formats)
    func thatFormat(example: Case) { #expect(outcome(example.input) == example.expected) }
    @Test("of collections", arguments: collections)
    func ofCollections(example: Case) { #expect(outcome(example.input) == example.expected) }
    @Test("that convert, try and fail", arguments: conversions)
    func thatConvert(example: Case) { #expect(outcome(example.input) == example.expected) }
    @Test("that encode and hash", arguments: encodings)
    func thatEncode(example: Case) { #expect(outcome(example.input) == example.expected) }
}
