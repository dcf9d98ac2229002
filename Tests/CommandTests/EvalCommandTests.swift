import Foundation
import TestSupport
import Testing

/// What a person sees of `uprev eval`, and what a program gets from it.
@Suite("uprev eval")
struct EvalCommandTests {
    private static let files: [String: String] = [
        "a.hcl": """
        locals {
          version = "v1.2.3"
          next    = "${local.version}+1"
          list    = [1, 2]
          token   = run_cmd("secret")
          note    = "is ${local.token}"
        }
        """,
        "b.hcl": """
        locals {
          first  = upper(nope)
          second = [missing, 1, { c = absent }]
          third  = local.first
          fourth = 4
        }
        """,
        "c.hcl": "locals {\n  a = [1 2]\n  b = 'x'\n  c = 3\n}\n",
    ]

    private func eval(
        _ repository: InfraRepository, _ arguments: String..., input: String = ""
    ) throws -> Program.Result {
        try Program.uprev().run(
            ["eval", "--repository", repository.path] + arguments, input: input)
    }

    private func batch(_ input: String, _ arguments: String...) throws -> [[String: Any]] {
        let result = try Program.uprev().run(["eval", "--batch"] + arguments, input: input)
        #expect(result.status == 0 && result.errors.isEmpty)
        return try result.output.split(separator: "\n").map { line in
            let value = try JSONSerialization.jsonObject(with: Data(line.utf8))
            return try #require(value as? [String: Any])
        }
    }

    @Test("A file shows its locals with type, and why something is unknown and where")
    func file() throws {
        let repository = try InfraRepository(Self.files)
        let result = try eval(repository, "a.hcl")
        let lines = result.output.split(separator: "\n").map(String.init)
        #expect(result.status == 0 && result.errors.isEmpty)
        #expect(lines.contains("version = \"v1.2.3\"  # string"))
        #expect(lines.contains("list = [1,2]  # tuple"))
        #expect(lines.filter { $0.contains("run_cmd") && $0.contains("a.hcl:5:") }.count >= 2)
        #expect(!result.output.contains("secret"))
    }

    @Test("JSON has the same, with the revision")
    func json() throws {
        let repository = try InfraRepository(Self.files)
        let result = try eval(repository, "a.hcl", "--output", "json")
        let value = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
        let report = try #require(value as? [String: Any])
        #expect(report["file"] as? String == "a.hcl")
        #expect((report["revision"] as? String)?.count == 40)
        let locals = try #require(report["locals"] as? [[String: Any]])
        #expect(
            locals.map { $0["name"] as? String } == ["version", "next", "list", "token", "note"])
        #expect(locals[0]["type"] as? String == "string")
        #expect(locals[1]["value"] as? String == "v1.2.3+1")
        let unknown = try #require(locals[4]["unknown"] as? [[String: Any]])
        #expect(unknown[0]["file"] as? String == "a.hcl" && unknown[0]["line"] as? Int == 5)
    }

    @Test("All errors of a file are shown, each once, and the exit code is 1")
    func errors() throws {
        let repository = try InfraRepository(Self.files)
        let result = try eval(repository, "b.hcl")
        #expect(result.status == 1)
        for place in ["b.hcl:2:18: ", "b.hcl:3:13: ", "b.hcl:3:31: "] {
            #expect(result.errors.components(separatedBy: place).count == 2, "\(place)")
        }
        #expect(result.errors.components(separatedBy: "hint: ").count == 4)
        let syntax = try eval(repository, "c.hcl")
        #expect(syntax.errors.contains("c.hcl:2:10: ") && syntax.errors.contains("c.hcl:3:7: "))
        let json = try eval(repository, "c.hcl", "--output", "json")
        #expect(json.status == 1 && json.output.contains("\"line\" : 2"))
        #expect(json.output.contains("\"errors\""))
    }

    @Test("An expression sees the locals of a file, or the standard functions only")
    func expression() throws {
        let repository = try InfraRepository(Self.files)
        let local = try eval(repository, "a.hcl", "--expression", "[local.next, local.list[1]]")
        #expect(local.output == "[\"v1.2.3+1\",2]  # tuple\n")
        let path = try eval(repository, "a.hcl", "--expression", "get_terragrunt_dir()")
        #expect(path.status == 0)
        let alone = try eval(repository, "--expression", "format(\"%02d\", 7)")
        #expect(alone.output == "\"07\"  # string\n")
        let typo = try eval(repository, "a.hcl", "--expression", "local.verison + nope")
        #expect(typo.status == 1 && typo.errors.contains("Did you mean \"version\"?"))
        #expect(typo.errors.contains("expression:1:17: "))
        let json = try eval(repository, "--expression", "1e30", "--output", "json")
        #expect(json.output.contains("\"value\":1000000000000000000000000000000,"))
    }

    @Test("The console evaluates line by line, and goes on after an error")
    func console() throws {
        let repository = try InfraRepository(Self.files)
        let result = try eval(
            repository, "a.hcl", "--console", input: "local.version\n\nnope(\nlocal.list[0]\n")
        #expect(result.output == "\"v1.2.3\"  # string\n1  # number\n")
        #expect(result.errors.contains("expression:1:6: ") && result.status == 1)
    }

    @Test("Wrong usage is told apart from wrong input")
    func usage() throws {
        let repository = try InfraRepository(Self.files)
        #expect(try eval(repository).status == 64)
        #expect(try eval(repository, "--batch", "--console").status == 64)
        #expect(try eval(repository, "a.hcl", "--batch").status == 64)
        #expect(try eval(repository, "a.hcl", "--ast").status == 64)
        let missing = try eval(repository, "none.hcl")
        #expect(missing.status == 1 && missing.errors.contains("none.hcl"))
    }

    @Test("A batch answers every line, whatever is in it, with all digits and bytes")
    func batchLines() throws {
        let long = String(repeating: "x", count: 300_000)
        let answers = try batch(
            """
            {"kind": "expr", "expr": "n + 1", "vars": {"n": 123456789012345678901234567890}}
            not json

            [1]
            {"kind": "what"}
            {"kind": "expr"}
            {"kind": "file", "src": "a = 1\\nb = [1 2]\\nc = 'x'\\n"}
            {"kind": "expr", "expr": "[x1, y1]"}
            {"kind": "template", "template": "\(long)${1}"}
            {"kind": "file", "src_base64": "*"}
            {"kind": "expr", "expr": "v == \\"e\u{301}\\"", "vars": {"v": "e\u{301}"}}
            {"kind": "expr", "expr": "\(String(repeating: "[", count: 5_000))"}
            {"kind": "expr", "expr": "timestamp()"}
            {"kind": "expr", "expr": "2"}

            """)
        #expect(answers.count == 14)
        #expect(
            answers.map { $0["ok"] as? Bool } == [
                true, false, false, false, false, false, false, false, true, false, true, false,
                true,
                true,
            ])
        #expect("\(try #require(answers[0]["value"]))" == "123456789012345678901234567891")
        let places = try #require(answers[6]["errors"] as? [[String: Any]])
        #expect(places.map { $0["start"] as? [Int] } == [[3, 5, 20], [2, 8, 13]])
        #expect((answers[7]["errors"] as? [Any])?.count == 2)
        #expect((answers[8]["value"] as? String)?.count == 300_001)
    }

    @Test("A batch survives bytes that are no text")
    func invalidText() throws {
        let folder = try TemporaryDirectory()
        let path = "\(folder.path)/input"
        var bytes: [UInt8] = [0xFF, 0xFE, 0x00, 0x0A]
        bytes +=
            Array("{\"kind\": \"expr\", \"expr\": \"\\\"".utf8) + [0xC3] + Array("\\\"\"}\n".utf8)
        bytes += Array("{\"kind\": \"expr\", \"expr\": \"1\"}".utf8)
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        let uprev = try Program.uprev().path
        let result = try Program("/bin/sh").run(["-c", "'\(uprev)' eval --batch < '\(path)'"])
        let lines = result.output.split(separator: "\n")
        #expect(result.status == 0 && lines.count == 3)
        #expect(lines[0].contains("\"ok\":false"))
        #expect(lines[2] == "{\"ok\":true,\"type\":\"number\",\"value\":1}")
    }
}
