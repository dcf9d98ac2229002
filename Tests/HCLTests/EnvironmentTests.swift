import Testing

@testable import HCL

/// Resolves `local` one attribute at a time, as a reader of Terragrunt files does.
private final class Locals: EvaluationEnvironment {
    private let body: Body
    private var known: [String: Value] = [:]
    private var open: [String] = []
    private(set) var evaluated: [String] = []
    var functions: [String: Function] = [:]

    init(_ text: String) throws {
        let file = try Body.parse(SourceFile(path: "cluster.hcl", text: text))
        body = try #require(file.blocks(ofType: "locals").first).body
    }

    var variableNames: [String] { ["local"] }
    var functionNames: [String] { StandardFunctions.names + functions.keys }

    func function(named name: String) -> Function? {
        functions[name] ?? StandardFunctions.function(named: name)
    }

    func resolve(_ reference: Reference) throws(Diagnostic) -> ResolvedReference? {
        guard reference.name == "local", let name = reference.steps.first?.name else { return nil }
        return ResolvedReference(
            try value(name, reference.range, reference.budget), consumedSteps: 1)
    }

    func value(_ name: String, _ range: SourceRange, _ budget: EvaluationBudget) throws(Diagnostic)
        -> Value
    {
        if let value = known[name] { return value }
        guard let attribute = body.attribute(named: name), !open.contains(name) else {
            throw Diagnostic(summary: "No such local", detail: "\(name), \(open)", range: range)
        }
        open.append(name)
        defer { open.removeLast() }
        evaluated.append(name)
        let value = try attribute.expression.evaluate(in: self, budget: budget)
        known[name] = value
        return value
    }

    func value(_ name: String) throws(Diagnostic) -> Value {
        let start = SourceRange(source: body.source, bytes: body.range)
        return try value(name, start, EvaluationBudget())
    }
}

@Suite("Environments")
struct EnvironmentTests {
    @Test("resolve variables only when they are needed, with the steps after them")
    func laziness() throws {
        let locals = try Locals(
            """
            locals {
              unused  = nope()
              version = "v${local.parts.major}.${local.parts["minor"]}"
              parts   = { major = 1, minor = local.minor }
              minor   = 12
            }

            """)
        #expect(try locals.value("version") == .string("v1.12"))
        #expect(locals.evaluated == ["version", "parts", "minor"])
    }

    @Test("can refuse rings, at the place of the reference that closes them")
    func rings() throws {
        let locals = try Locals("locals {\n  a = local.b\n  b = [local.a]\n}\n")
        let error = #expect(throws: Diagnostic.self) { _ = try locals.value("a") }
        #expect(error.map(describe) == "! No such local 3:8-3:15")
    }

    @Test("limit how deep values may need one another")
    func depth() throws {
        let chain = (0..<2_000).map { "  a\($0) = local.a\($0 + 1)\n" }.joined()
        let locals = try Locals("locals {\n\(chain)  a2000 = 1\n}\n")
        let error = #expect(throws: Diagnostic.self) { _ = try locals.value("a0") }
        #expect(error?.summary == "Evaluation is nested too deeply")
    }

    @Test("limit how large values made of repeated parts may become")
    func doubling() throws {
        let doubled = (1...60).map { "  a\($0) = [local.a\($0 - 1), local.a\($0 - 1)]\n" }.joined()
        let locals = try Locals("locals {\n  a0 = \"text\"\n\(doubled)}\n")
        var failure: Diagnostic?
        for index in 0...60 where failure == nil {
            do throws(Diagnostic) { _ = try locals.value("a\(index)") } catch { failure = error }
        }
        #expect(failure?.summary == "Value is too large")
    }

    @Test("bring their own functions, which fail or know nothing at the place of the call")
    func functions() throws {
        let locals = try Locals(
            "locals {\n  a = read(\"x.hcl\").locals.v\n  b = run(1)\n  c = \"${local.b}\"\n}\n")
        locals.functions["read"] = Function("read", [.init("path", .string)]) {
            call throws(Diagnostic) in
            throw call.failure(
                "no file \"\(call.arguments[0].stringValue ?? "")\"", hint: "Add it.")
        }
        locals.functions["run"] = Function("run", [], variadic: .init("args", .dynamic)) {
            $0.unknown("run, which is never executed")
        }
        let error = #expect(throws: Diagnostic.self) { _ = try locals.value("a") }
        #expect(error?.hint == "Add it." && error?.range?.start.column == 7)
        let reason = try #require(try locals.value("c").unknownReasons.first)
        #expect(reason.text == "run, which is never executed")
        #expect(reason.range?.description == "cluster.hcl:3:7")
    }

    @Test("A file in the style of a cluster definition evaluates wholly")
    func cluster() throws {
        let locals = try Locals(
            """
            locals {
              # three control planes and as many workers as are asked for
              sites   = ["north", "south"]
              counts  = { north = 2, south = 1 }
              base    = { cores = 4, memory = 8 }
              workers = merge([
                for site in local.sites : {
                  for i in range(1, local.counts[site] + 1) :
                  format("%swk%02d", site, i) => merge(local.base, {
                    index = i
                    gpu   = try(local.extra[site].gpu, can(local.counts[site].gpu) ? true : null)
                  }) if i > 0
                }
              ]...)
              extra     = { south = { gpu = true } }
              first     = [for k, v in local.workers : k if v.gpu == true][0]
              total     = length(local.workers)
              is_single = local.total == 1 && !false
              script    = <<-EOT
                #!/bin/sh
                echo ${local.first} $${HOME}
              EOT
            }

            """)
        #expect(
            try locals.value("workers").attributes?.keys == ["northwk01", "northwk02", "southwk01"])
        #expect(try locals.value("first") == .string("southwk01"))
        #expect(try locals.value("total") == .integer(3))
        #expect(try locals.value("is_single") == .bool(false))
        #expect(try locals.value("script") == .string("#!/bin/sh\necho southwk01 ${HOME}\n"))
        #expect(
            try locals.value("workers").attribute("northwk02").json
                == #"{"cores":4,"gpu":null,"index":2,"memory":8}"#)
    }
}
