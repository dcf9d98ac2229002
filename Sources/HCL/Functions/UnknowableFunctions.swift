/// Functions whose results depend on more than their arguments, or are not computed here.
enum UnknowableFunctions {
    static let all: [StandardFunction] =
        ["timestamp", "uuid", "bcrypt"].map { unknown($0, "differs from call to call") }
        + [
            "file", "filebase64", "filebase64sha256", "filebase64sha512", "fileexists", "filemd5",
            "fileset", "filesha1", "filesha256", "filesha512", "templatefile",
        ].map { unknown($0, "depends on files") }
        + ["abspath", "pathexpand"].map { unknown($0, "depends on the machine") }
        + [
            "base64gzip", "cidrhost", "cidrnetmask", "cidrsubnet", "cidrsubnets", "csvdecode",
            "defaults", "log", "rsadecrypt", "textdecodebase64", "textencodebase64", "timeadd",
            "timecmp", "uuidv5", "yamlencode",
        ].map { unknown($0, "is not computed by this evaluator") }
        + ["list", "map"].map(removed)

    private static func unknown(_ name: String, _ why: String) -> StandardFunction {
        let parameter = Function.Parameter("args", .dynamic, allowsNull: true, unknowns: .all)
        return StandardFunction(name, [], variadic: parameter) { call in
            call.unknown("\(name), which \(why)")
        }
    }

    /// The reference implementation still has the names, but only to say what to write instead.
    private static func removed(_ name: String) -> StandardFunction {
        let parameter = Function.Parameter("args", .dynamic, allowsNull: true, unknowns: .all)
        return StandardFunction(name, [], variadic: parameter) { call throws(Diagnostic) in
            throw call.failure(
                "the function has been removed",
                hint: name == "list" ? "Write tolist([…])." : "Write tomap({…}).")
        }
    }
}
