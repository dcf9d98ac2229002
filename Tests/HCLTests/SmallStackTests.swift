import Dispatch
import Foundation
import Testing

@testable import HCL

/// The limits must hold on the smallest thread that may evaluate something.
///
/// Threads of Swift's concurrency have 512 KiB on Apple's systems; on Linux they have what
/// `ulimit -s` says, usually 8 MiB. These tests also run in builds for debugging, which need the
/// most stack.
@Suite("A thread with a stack of 512 KiB")
struct SmallStackTests {
    /// Runs work on such a thread; it crashes the tests if the stack does not suffice.
    private func onSmallStack<Result: Sendable>(
        _ work: @escaping @Sendable () -> Result
    ) async -> Result {
        await withCheckedContinuation { continuation in
            let thread = Thread { continuation.resume(returning: work()) }
            thread.stackSize = 512 * 1_024
            thread.start()
        }
    }

    /// Some text inside others; each of these may take several of the levels that are allowed.
    private static func nested(
        _ open: String, _ inner: String, _ close: String, _ count: Int = 97
    ) -> String {
        String(repeating: open, count: count) + inner + String(repeating: close, count: count)
    }

    static let deep: [String] = [
        nested("[", "1", "]"), nested("{a=", "1", "}"), nested("(", "1", ")"),
        nested("-", "1", ""), nested("!", "true", ""), nested("upper(", "\"a\"", ")"),
        nested("try(", "x", ")"), nested("true ? 1 : ", "1", ""),
        nested("[for x in [1] : ", "1", "]"),
        nested("{for x in [1] : x => ", "1", "}"), nested("[for x in ", "[1]", ": x]"),
        nested("[0][1-", "1", "]"), nested("[1][", "0", "]"), nested("[1][*]", "", "[*]", 48),
        nested("(1||1&&1==1<1+1*", "1", ")", 25), nested("(1+1+1+1+", "1", "+1+1)"),
        nested("merge({a = 1}, ", "{}", ")"), nested("jsonencode([", "1", "])", 12),
        "\"" + nested("%{if true}", "a", "%{endif}") + "\"",
        "\"" + nested("%{for x in [1]}", "a", "%{endfor}", 50) + "\"",
        nested("\"a${", "1", "}\"", 48), nested("<<A\n${", "1", "}\nA\n", 48),
        nested("x[*][", "0", "]", 48),
        "1" + String(repeating: " + 1", count: 390), "x" + String(repeating: "[*]", count: 97),
        "x" + String(repeating: "[1-1]", count: 150), "x" + String(repeating: "[0]", count: 5_000),
        nested("[\n{\na = ", "'", "\n}\n]", 48),
    ]

    @Test("parses and evaluates what is nested as deeply as allowed", arguments: deep)
    func nesting(text: String) async {
        let problem = await onSmallStack { () -> String? in
            do {
                let expression = try Expression.parse(SourceFile(path: "test.hcl", text: text))
                let value = try expression.evaluate(in: StandardEnvironment())
                return value.json != nil || value.isUnknown ? nil : "no value"
            } catch let error as Diagnostics {
                return error.rendered()
            } catch {
                return (error as? Diagnostic)?.rendered() ?? "\(error)"
            }
        }
        #expect(problem?.contains("nested too deeply") != true)
        #expect(problem?.contains("Nested too deeply") != true)
        #expect(problem?.contains("No thread") != true)
        let mayFail = ["x", "(1||", "try(", "upper(", "[0][1-", "[1][", "{for", "[\n"]
        #expect(problem == nil || mayFail.contains { text.hasPrefix($0) }, "\(problem ?? "")")
    }

    @Test("parses blocks that are nested as deeply as allowed")
    func blocks() async throws {
        let text = Self.nested("b {\n", "a = [1]\n", "}\n")
        let count = await onSmallStack {
            (try? Body.parse(SourceFile(path: "test.hcl", text: text)))?.blocks.count
        }
        #expect(count == 1)
    }

    /// A variable whose elements need one another, as locals do.
    private final class Chain: EvaluationEnvironment {
        func resolve(_ reference: Reference) throws(Diagnostic) -> ResolvedReference? {
            let next = SourceFile(
                path: "test.hcl", text: "[for x in [upper(\"a\")] : {a = x + link}]")
            do {
                let expression = try Expression.parse(next)
                return ResolvedReference(
                    try expression.evaluate(in: self, budget: reference.budget))
            } catch let error as Diagnostic {
                throw error
            } catch {
                throw Diagnostic(summary: "Syntax", detail: "\(error)", range: nil)
            }
        }

        func function(named name: String) -> Function? { StandardFunctions.function(named: name) }
        var variableNames: [String] { [] }
        var functionNames: [String] { [] }
    }

    @Test("refuses an evaluation that needs another one without end")
    func chain() async throws {
        let summary = await onSmallStack {
            do {
                _ = try Expression.parse(SourceFile(path: "test.hcl", text: "link"))
                    .evaluate(in: Chain())
                return "none"
            } catch {
                return (error as? Diagnostic)?.summary ?? "\(error)"
            }
        }
        #expect(summary == "Evaluation is nested too deeply")
    }

    static let uses = [
        "x", "x == x", "jsonencode(x)", "yamlencode(x)", "tomap({a = x})",
        "jsondecode(jsonencode(x))", "[x, x]", "true ? x : [[]]",
        "true ? x : x", "toset([x, x])", "tolist([x, x])", "flatten(x)", "concat(x, x)",
        "length(x)",
        "distinct([x, x])", "contains([x], x)", "try(x, x)", "can(x)", "format(\"%v\", x)",
        "merge({a = x}, {a = x})", "keys({a = x})", "[for v in x : v]", "coalesce(x, x)",
        "\"${x}\"",
        "yamldecode(jsonencode(x))", "index([x], x)", "setunion([x], [x])",
        "lookup({a = x}, \"a\")",
    ]

    @Test("works with a value that is nested as deeply as allowed", arguments: uses)
    func values(text: String) async {
        let isDone = await onSmallStack {
            var value = Value.object(["a": .integer(1)])
            for _ in 0..<EvaluationBudget.deepestValue - 3 { value = .tuple(ValueList([value])) }
            do {
                let result = try evaluate(text, ["x": value])
                return (result.json != nil || result.isUnknown) && !"\(result.type)".isEmpty
            } catch {
                return !"\(error)".isEmpty
            }
        }
        #expect(isDone)
    }
}
