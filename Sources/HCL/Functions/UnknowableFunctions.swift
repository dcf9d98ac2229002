/// Functions whose results depend on more than their arguments, or are not computed here.
enum UnknowableFunctions {
    static let all: [StandardFunction] =
        ["timestamp", "uuid", "bcrypt"].map { unknown($0, .string, "differs from call to call") }
        + [
            "file", "filebase64", "filebase64sha256", "filebase64sha512", "filemd5", "filesha1",
            "filesha256", "filesha512",
        ].map { unknown($0, .string, "depends on files") }
        + [
            unknown("fileexists", .bool, "depends on files"),
            unknown("fileset", .set(.string), "depends on files"),
            unknown("templatefile", .dynamic, "depends on files"),
        ] + ["abspath", "pathexpand"].map { unknown($0, .string, "depends on the machine") }
        + [
            unknown(
                "base64gzip", .string,
                "gives bytes that depend on the version of the compressor that makes them"),
            unknown("rsadecrypt", .string, "gives a secret that only a private key reveals"),
            experimental,
        ] + ["list", "map"].map(removed)

    private static let anything = Function.Parameter(
        "args", .dynamic, allowsNull: true, unknowns: .all)

    private static func unknown(
        _ name: String, _ type: ValueType, _ why: String
    ) -> StandardFunction {
        StandardFunction(name, [], variadic: anything, result: type) { call in
            call.unknown("\(name), which \(why)", type: type)
        }
    }

    /// A function that is there only for modules that take part in an experiment, which is
    /// impossible outside of modules.
    private static let experimental = StandardFunction(
        "defaults", [anything, .init("defaults", .dynamic, unknowns: .all)]
    ) { call throws(Diagnostic) in
        throw call.failure(
            "the function is experimental and only modules can take part in the experiment")
    }

    /// The reference implementation still has the names, but only to say what to write instead.
    private static func removed(_ name: String) -> StandardFunction {
        StandardFunction(name, [], variadic: anything) { call throws(Diagnostic) in
            throw call.failure(
                "the function has been removed",
                hint: name == "list" ? "Write tolist([…])." : "Write tomap({…}).")
        }
    }
}
