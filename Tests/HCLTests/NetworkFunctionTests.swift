import Testing

@testable import HCL

@Suite("Functions of network addresses")
struct NetworkFunctionTests {
    private static let unfit = "! Error in function call"

    static let hosts = [
        Case("cidrhost(\"10.12.112.7/20\", 16)", #""10.12.112.16" : string"#),
        Case("cidrhost(\"10.12.112.0/20\", -1)", #""10.12.127.255" : string"#),
        Case("cidrhost(\"10.0.0.1/32\", 0)", #""10.0.0.1" : string"#),
        Case(
            "cidrhost(\"fd00:fd12:3456:7890:00a2::/72\", 34)",
            #""fd00:fd12:3456:7890::22" : string"#),
        Case("cidrhost(\"fd00::/8\", -2)", #""fdff:ffff:ffff:ffff:ffff:ffff:ffff:fffe" : string"#),
        Case(
            "cidrhost(\"2001:db8::/64\", \"18446744073709551615\")",
            #""2001:db8::ffff:ffff:ffff:ffff" : string"#),
        Case("cidrhost(\"1:0:0:2::/64\", 0)", #""1:0:0:2::" : string"#),
        Case("cidrhost(\"10.0.0.0/24\", 256)", "\(unfit) 1:1-1:10"),
        Case("cidrhost(\"10.0.0.0/24\", -257)", "\(unfit) 1:1-1:10"),
        Case("cidrhost(\"10.0.0.0/24\", 1.5)", "\(unfit) 1:1-1:10"),
        Case("cidrhost(\"010.0.0.0/24\", 1)", "\(unfit) 1:1-1:10"),
        Case("cidrhost(\"10.0.0.0/33\", 1)", "\(unfit) 1:1-1:10"),
        Case("cidrhost(\"fe80::1%eth0/64\", 1)", "\(unfit) 1:1-1:10"),
        Case("cidrhost(null, 1)", "! Invalid function argument 1:10-1:14"),
        Case("cidrnetmask(\"172.16.0.0/12\")", #""255.240.0.0" : string"#),
        Case("cidrnetmask(\"fd00::/20\")", #""ffff:f000::" : string"#),
        Case("cidrnetmask(\"10.0.0.0\")", "\(unfit) 1:1-1:13"),
    ]

    static let subnets = [
        Case("cidrsubnet(\"172.16.0.0/12\", 4, 2)", #""172.18.0.0/16" : string"#),
        Case("cidrsubnet(\"10.1.2.0/24\", 4, 15)", #""10.1.2.240/28" : string"#),
        Case(
            "cidrsubnet(\"fd00:fd12:3456:7890::/56\", 16, 162)",
            #""fd00:fd12:3456:7800:a200::/72" : string"#),
        Case("cidrsubnet(\"::/0\", 1, 1)", #""8000::/1" : string"#),
        Case("cidrsubnet(\"10.0.0.0/8\", 0, 0)", #""10.0.0.0/8" : string"#),
        Case("cidrsubnet(\"10.1.2.0/24\", 4, 16)", "\(unfit) 1:1-1:12"),
        Case("cidrsubnet(\"10.1.2.0/24\", 9, 0)", "\(unfit) 1:1-1:12"),
        Case("cidrsubnet(\"x\", 1, 0)", "\(unfit) 1:1-1:12"),
        Case("cidrsubnet(\"10.0.0.0/8\", 9223372036854775807, 0)", "\(unfit) 1:1-1:12"),
        Case("cidrsubnet(\"10.0.0.0/8\", -9223372036854775808, 0)", "\(unfit) 1:1-1:12"),
        Case(
            "cidrsubnets(\"10.1.0.0/16\", 4, 4, 8, 4)",
            #"["10.1.0.0/20","10.1.16.0/20","10.1.32.0/24","10.1.48.0/20"] : list(string)"#),
        Case(
            "cidrsubnets(\"fd00:fd12:3456:7890::/56\", 16, 32)",
            #"["fd00:fd12:3456:7800::/72","fd00:fd12:3456:7800:100::/88"] : list(string)"#),
        Case("cidrsubnets(\"10.0.0.0/8\")", "[] : list(string)"),
        Case("cidrsubnets(\"10.0.0.0/8\", 1, 1, 1)", "! Invalid function argument 1:33-1:34"),
        Case("cidrsubnets(\"10.0.0.0/8\", 33)", "! Invalid function argument 1:27-1:29"),
        Case("cidrsubnets(\"10.0.0.0/8\", 0)", "! Invalid function argument 1:27-1:28"),
        Case("cidrsubnets(\"10.0.0.0/8\", 25)", "! Invalid function argument 1:27-1:29"),
        Case("cidrsubnets(\"0.0.0.0/0\", 1)", "! Invalid function argument 1:26-1:27"),
        Case("cidrsubnets(\"10.0.0.0\", 1)", "! Invalid function argument 1:14-1:22"),
    ]

    @Test("that name hosts", arguments: hosts)
    func ofHosts(example: Case) { #expect(outcome(example.input) == example.expected) }
    @Test("that divide ranges", arguments: subnets)
    func ofSubnets(example: Case) { #expect(outcome(example.input) == example.expected) }

    @Test(
        "are unknown with unknown arguments",
        arguments: [
            ("cidrhost(s, 1)", "string"), ("cidrhost(\"10.0.0.0/8\", n)", "string"),
            ("cidrnetmask(s)", "string"), ("cidrsubnet(s, 1, 1)", "string"),
            ("cidrsubnets(\"10.0.0.0/8\", 1, n)", "list(string)"),
        ])
    func unknown(text: String, type: String) throws {
        let value = try evaluate(text, unknowns)
        #expect(value.isUnknown && value.type.description == type)
    }

    @Test("say what was wrong")
    func messages() {
        #expect(
            message("cidrsubnet(\"10.1.2.0/24\", 4, 16)")
                == "Call to function \"cidrsubnet\" failed: the extension has no room for a subnet of that number."
        )
        #expect(
            message("cidrhost(\"10.0.0.0\", 1)").contains(
                "the prefix is not one of addresses"))
    }
}

/// An unknown text and an unknown number.
let unknowns: ValueMap = [
    "s": .unknown("a file", at: nil, type: .string),
    "n": .unknown("a file", at: nil, type: .number),
]

/// The detail of the error of an expression.
func message(_ text: String) -> String {
    do {
        return "no error but \(try evaluate(text))"
    } catch let diagnostic as Diagnostic {
        return diagnostic.detail
    } catch {
        return "\(error)"
    }
}
