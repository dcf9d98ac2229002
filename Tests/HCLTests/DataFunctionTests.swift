import Testing

@testable import HCL

@Suite("Functions of data in other forms")
struct DataFunctionTests {
    static let tables = [
        Case(
            "csvdecode(\"a,b\\n1,\\\"x, \\\"\\\"y\\\"\\\"\\nz\\\"\\r\\n\\n,2\")",
            #"[{"a":"1","b":"x, \"y\"\nz"},{"a":"","b":"2"}] : list(object({a=string,b=string}))"#),
        Case("csvdecode(\"a\\n\")", "[] : list(object({a=string}))"),
        Case("csvdecode(\"\")", "! Error in function call 1:1-1:11"),
        Case("csvdecode(\"a,a\\n\")", "! Error in function call 1:1-1:11"),
        Case("csvdecode(\"a,b\\n1\\n\")", "! Error in function call 1:1-1:11"),
        Case("csvdecode(\"a\\n\\\"x\")", "! Error in function call 1:1-1:11"),
        Case("csvdecode(\"a\\nx\\\"y\")", "! Error in function call 1:1-1:11"),
        Case("csvdecode(\"a\\n\\\"x\\\"y\")", "! Error in function call 1:1-1:11"),
        Case("csvdecode(null)", "! Invalid function argument 1:11-1:15"),
    ]

    static let times = [
        Case(
            "timeadd(\"2020-02-28T23:30:00+01:00\", \"48h30m\")",
            #""2020-03-02T00:00:00+01:00" : string"#),
        Case("timeadd(\"2020-01-01T00:00:00.5Z\", \"-1.5s\")", #""2019-12-31T23:59:59Z" : string"#),
        Case("timeadd(\"2020-01-01T0:00:00Z\", \"0\")", #""2020-01-01T00:00:00Z" : string"#),
        Case("timeadd(\"9999-12-31T23:59:59Z\", \"1s\")", #""10000-01-01T00:00:00Z" : string"#),
        Case(
            "timeadd(\"2020-01-01T00:00:00Z\", \"1us1µs1ns\")", #""2020-01-01T00:00:00Z" : string"#),
        Case("timeadd(\"2020-01-01\", \"1h\")", "! Error in function call 1:1-1:9"),
        Case("timeadd(\"2020-01-01T00:00:00Z\", \"1d\")", "! Error in function call 1:1-1:9"),
        Case("timeadd(\"2020-01-01T00:00:00Z\", \"2562048h\")", "! Error in function call 1:1-1:9"),
        Case("timecmp(\"2020-01-01T01:00:00+01:00\", \"2020-01-01T00:00:00Z\")", "0 : number"),
        Case(
            "timecmp(\"2020-01-01T00:00:00Z\", \"2020-01-01T00:00:00.000000001Z\")", "-1 : number"),
        Case("timecmp(\"2020-01-01T00:00:01Z\", \"2020-01-01T00:00:00Z\")", "1 : number"),
        Case("timecmp(\"2020-01-01T00:00:01Z\")", "! Error in function call 1:1-1:9"),
        Case("timecmp(\"2020\", \"2020\")", "! Error in function call 1:1-1:9"),
        Case(
            "formatdate(\"''YYYY 'o''clock'' \", \"2020-01-02T03:04:05Z\")",
            "! Invalid function argument 1:13-1:32"),
        Case("formatdate(\"''YYYY'T''\", \"2020-01-02T03:04:05Z\")", #""'2020T'" : string"#),
        Case(
            "formatdate(\"EEE ZZZ ZZZZ\", \"0001-01-01T00:00:00-02:30\")",
            #""Mon -0230 -0230" : string"#),
    ]

    static let names = [
        Case(
            "uuidv5(\"dns\", \"www.example.com\")",
            #""2ed6657d-e927-568b-95e1-2665a8aea6a2" : string"#),
        Case("uuidv5(\"url\", \"\")", #""1b4db7eb-4057-5ddf-91e0-36dec72071f5" : string"#),
        Case("uuidv5(\"oid\", \"é\")", #""4c9d8941-1dcb-56d3-9fe5-b5aef28ef637" : string"#),
        Case("uuidv5(\"x500\", \"\")", #""b4bdf874-8c03-5bd8-8fd7-5e409dfd82c0" : string"#),
        Case(
            "uuidv5(\"urn:uuid:6BA7B810-9dad-11d1-80b4-00c04fd430c8\", \"www.example.com\")",
            #""2ed6657d-e927-568b-95e1-2665a8aea6a2" : string"#),
        Case(
            "uuidv5(\"{6ba7b810-9dad-11d1-80b4-00c04fd430c8}\", \"www.example.com\")",
            #""2ed6657d-e927-568b-95e1-2665a8aea6a2" : string"#),
        Case(
            "uuidv5(\"6ba7b8109dad11d180b400c04fd430c8\", \"www.example.com\")",
            #""2ed6657d-e927-568b-95e1-2665a8aea6a2" : string"#),
        Case("uuidv5(\"DNS\", \"\")", "! Error in function call 1:1-1:8"),
        Case(
            "uuidv5(\"6ba7b810x9dad-11d1-80b4-00c04fd430c8\", \"\")",
            "! Error in function call 1:1-1:8"),
    ]

    static let characters = [
        Case("textencodebase64(\"aé😀\", \"UTF-16LE\")", #""YQDpAD3YAN4=" : string"#),
        Case("textencodebase64(\"aé\", \"utf-16be\")", #""AGEA6Q==" : string"#),
        Case("textencodebase64(\"a\", \"UTF-16\")", #""/v8AYQ==" : string"#),
        Case("textencodebase64(\"é€\", \" Windows-1252 \")", #""6YA=" : string"#),
        Case("textencodebase64(\"Привет\", \"windows-1251\")", #""z/Do4uXy" : string"#),
        Case("textencodebase64(\"€\", \"latin-9\")", #""pA==" : string"#),
        Case("textencodebase64(\"Привет\", \"KOI8-R\")", #""8NLJ18XU" : string"#),
        Case("textencodebase64(\"€\", \"ISO-8859-1\")", "! Invalid function argument 1:19-1:20"),
        Case("textencodebase64(\"é\", \"US-ASCII\")", "! Invalid function argument 1:19-1:20"),
        Case("textencodebase64(\"a\", \"nope\")", "! Invalid function argument 1:24-1:28"),
        Case("textdecodebase64(\"YQDpAD3YAN4=\", \"UTF-16LE\")", #""aé😀" : string"#),
        Case("textdecodebase64(\"//5hAA==\", \"UTF-16\")", #""a" : string"#),
        Case("textdecodebase64(\"6YA=\", \"windows-1252\")", #""é€" : string"#),
        Case("textdecodebase64(\"pQ==\", \"ISO-8859-7\")", #""₯" : string"#),
        Case("textdecodebase64(\"AA==\", \"UTF-16LE\")", "! Invalid function argument 1:19-1:23"),
        Case("textdecodebase64(\"2AA=\", \"UTF-16BE\")", "! Invalid function argument 1:19-1:23"),
        Case("textdecodebase64(\"/w==\", \"UTF-8\")", "! Invalid function argument 1:19-1:23"),
        Case("textdecodebase64(\"77+9\", \"UTF-8\")", "! Invalid function argument 1:19-1:23"),
        Case("textdecodebase64(\"!\", \"UTF-8\")", "! Invalid function argument 1:19-1:20"),
    ]

    @Test("of tables", arguments: tables)
    func ofTables(example: Case) { #expect(outcome(example.input) == example.expected) }
    @Test("of times and spans", arguments: times)
    func ofTimes(example: Case) { #expect(outcome(example.input) == example.expected) }
    @Test("of names in namespaces", arguments: names)
    func ofNames(example: Case) { #expect(outcome(example.input) == example.expected) }
    @Test("of character sets", arguments: characters)
    func ofCharacters(example: Case) { #expect(outcome(example.input) == example.expected) }

    @Test("reverse each other in every character set that is kept whole")
    func roundTrips() throws {
        for (names, notation) in CharacterSets.iso + CharacterSets.codePages {
            let table = SingleByteTable(notation)
            let bytes = (0...255).map { UInt8($0) }.filter { table.decode([$0]) != nil }
            #expect(bytes.count > 170, "\(names)")
            let text = try #require(table.decode(bytes))
            #expect(table.encode(text) == bytes, "\(names)")
            for name in names.split(separator: " ") {
                #expect(CharacterSets.named(name.uppercased()) != nil, "\(name)")
            }
        }
    }

    @Test(
        "are unknown with unknown arguments or where the tables are too large",
        arguments: [
            "csvdecode(s)", "timeadd(s, \"1h\")", "timecmp(s, \"\")", "uuidv5(s, \"\")",
            "textencodebase64(s, \"UTF-8\")", "textdecodebase64(\"\", \"Big5\")",
            "textencodebase64(\"\", \"Shift_JIS\")", "formatdate(\"YYYY\", s)",
        ])
    func unknown(text: String) throws { #expect(try evaluate(text, unknowns).isUnknown) }

    @Test("say what was wrong")
    func messages() throws {
        #expect(message("csvdecode(\"a,b\\n1\\n\")").contains("1 fields instead of 2 on line 2"))
        #expect(message("timeadd(\"x\", \"1h\")").contains("timestamp is not a time such as"))
        #expect(
            message("timeadd(\"2020-01-01T00:00:00Z\", \"1d\")").contains(
                "the duration does not read as one"))
        #expect(message("uuidv5(\"a\", \"\")").contains("argument is not a namespace"))
        #expect(
            message("textencodebase64(\"€\", \"latin1\")").contains(
                "characters that the encoding cannot represent"))
        let value = try evaluate("textencodebase64(\"\", \"Big5\")")
        #expect(value.unknownReasons.first?.text.contains("Big5") == true)
    }
}

@Suite("Functions in double precision")
struct DoubleFunctionTests {
    static let values = [
        Case("pow(2, 10)", "1024 : number"), Case("pow(2, -1)", "0.5 : number"),
        Case("pow(2, 0.5)", "1.4142135623730951 : number"),
        Case("pow(3, -0.5)", "0.5773502691896258 : number"),
        Case("pow(447, 0.1)", "1.8409023508141917 : number"),
        Case("pow(362, 2.3803428925203427)", "1231980.2903783254 : number"),
        Case("pow(100, 23)", "10000000000000000000000000000000000000000000000 : number"),
        Case("pow(3, 40)", "12157665459056929000 : number"), Case("pow(-8, 3)", "-512 : number"),
        Case("pow(0, 0)", "1 : number"), Case("pow(0, -1)", "Inf : number"),
        Case("pow(10, 309)", "Inf : number"),
        Case("pow(2, -1080)", "0 : number"), Case("pow(1/0, -1)", "0 : number"),
        Case("pow(-1/0, 3)", "-Inf : number"),
        Case("pow(0.5, 1/0)", "0 : number"), Case("pow(-1, 1e20)", "1 : number"),
        Case("pow(-1, 0.5)", "! Error in function call 1:1-1:5"),
        Case("pow(1e400, 1)", "! Error in function call 1:1-1:5"),
        Case("pow(\"2\", 3)", "8 : number"),
        Case("pow(null, 1)", "! Invalid function argument 1:5-1:9"),
        Case("log(1000, 10)", "2.9999999999999996 : number"), Case("log(8, 2)", "3 : number"),
        Case("log(589, 2.718281828)", "6.378426184728733 : number"),
        Case("log(0, 10)", "-Inf : number"),
        Case("log(2, 1)", "Inf : number"), Case("log(-1, 2)", "! Error in function call 1:1-1:5"),
        Case("log(1, 1)", "! Error in function call 1:1-1:5"),
    ]

    @Test("give the very bits of the reference implementation", arguments: values)
    func computing(example: Case) { #expect(outcome(example.input) == example.expected) }

    @Test("are written as doubles but computed with as what they are")
    func precision() throws {
        #expect(try evaluate("tostring(pow(2, 0.5))") == .string("1.4142135623730951"))
        #expect(try evaluate("pow(100, 23) == 1e46") == .bool(false))
        #expect(
            try evaluate("pow(100, 23) == 9999999999999999931398190359470212947659194368")
                == .bool(true))
        #expect(try evaluate("pow(n, 2)", unknowns).type == .number)
        #expect(try evaluate("log(2, n)", unknowns).isUnknown)
    }
}

@Suite("Functions that cannot be known")
struct UnknowableFunctionTests {
    @Test(
        "give unknown values that say why",
        arguments: [
            ("base64gzip(\"a\")", "compressor"), ("rsadecrypt(\"a\", \"b\")", "private key"),
            ("uuid()", "differs"), ("bcrypt(\"a\")", "differs"), ("timestamp()", "differs"),
            ("file(\"a\")", "files"), ("pathexpand(\"~\")", "machine"),
        ])
    func unknown(text: String, reason: String) throws {
        let value = try evaluate(text)
        #expect(value.isUnknown && value.unknownReasons.first?.text.contains(reason) == true)
    }

    @Test("or errors where the reference implementation has one")
    func errors() {
        #expect(outcome("defaults({}, {})") == "! Error in function call 1:1-1:10")
        #expect(message("defaults({}, {})").contains("experimental"))
        #expect(message("list(1)").contains("removed"))
        #expect(message("map(\"a\", 1)").contains("removed"))
    }

    @Test("are few: the table has all names of the reference implementation")
    func table() {
        let names = """
            abs abspath alltrue anytrue base64decode base64encode base64gzip base64sha256 \
            base64sha512 basename bcrypt can ceil chomp chunklist cidrhost cidrnetmask cidrsubnet \
            cidrsubnets coalesce coalescelist compact concat contains csvdecode defaults dirname \
            distinct element endswith file filebase64 filebase64sha256 filebase64sha512 fileexists \
            filemd5 fileset filesha1 filesha256 filesha512 flatten floor format formatdate \
            formatlist indent index join jsondecode jsonencode keys length list log lookup lower \
            map matchkeys max md5 merge min nonsensitive one parseint pathexpand pow range regex \
            regexall replace reverse rsadecrypt sensitive setintersection setproduct setsubtract \
            setunion sha1 sha256 sha512 signum slice sort split startswith strcontains strrev \
            substr sum templatefile textdecodebase64 textencodebase64 timeadd timecmp timestamp \
            title tobool tolist tomap tonumber toset tostring transpose trim trimprefix trimspace \
            trimsuffix try upper urlencode uuid uuidv5 values yamldecode yamlencode zipmap
            """
        #expect(StandardFunctions.names == names.split(separator: " ").map(String.init))
    }
}
