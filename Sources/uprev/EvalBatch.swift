import Foundation
import HCL

/// The `eval --batch` contract: one JSON object in, one out.
struct EvalBatch {
    /// What stands in the way of a request, before anything of it is evaluated.
    private struct InvalidRequest: Error {
        let problem: String
        let hint: String
    }

    let showsTree: Bool

    /// Answers every line of standard input, each as soon as it is read.
    func run() {
        while let line = readLine() {
            print(answer(line))
            fflush(nil)
        }
    }

    /// The answer to one line; a line that is no request gets an answer that says so.
    func answer(_ line: String) -> String {
        do {
            return try answer(request(line))
        } catch let error as Diagnostics {
            return failure(error.items)
        } catch let error as Diagnostic {
            return failure(error.all)
        } catch let error as InvalidRequest {
            return failure([
                Diagnostic(
                    summary: "Invalid request", detail: error.problem, range: nil, hint: error.hint)
            ])
        } catch {
            return failure([
                Diagnostic(summary: "Invalid request", detail: "\(error)", range: nil)
            ])
        }
    }

    /// The fields of a request, read by HCL's own reader, which keeps every digit of a number and
    /// every byte of a source.
    private func request(_ line: String) throws -> ValueMap {
        do throws(JSONFailure) {
            if let fields = try Value(json: line, normalizes: false).attributes { return fields }
        } catch {
            throw InvalidRequest(
                problem: "The line is not JSON: \(error).",
                hint: "Write one JSON object a line, with its line breaks escaped.")
        }
        throw InvalidRequest(
            problem: "The line is JSON, but not an object.",
            hint: "Write one JSON object a line, such as {\"kind\": \"expr\", \"expr\": \"1 + 2\"}."
        )
    }

    private func answer(_ fields: ValueMap) throws -> String {
        let source = fields["template"] ?? fields["expr"]
        switch fields["kind"]?.stringValue {
        case "file": return try file(fields)
        case "expr": return try expression(text(fields["expr"], "expr"), false, fields)
        case "template": return try expression(text(source, "template"), true, fields)
        default:
            throw InvalidRequest(
                problem: "The field \"kind\" does not say what is to be done.",
                hint: "Write \"expr\", \"template\" or \"file\".")
        }
    }

    private func text(_ value: Value?, _ name: String) throws -> String {
        guard let text = value?.stringValue else {
            throw InvalidRequest(
                problem: "The field \"\(name)\" is missing or is not text.",
                hint: "Give what is to be evaluated as text.")
        }
        return text
    }

    private func file(_ fields: ValueMap) throws -> String {
        let bytes: [UInt8]
        if let encoded = fields["src_base64"] {
            guard let data = Data(base64Encoded: try text(encoded, "src_base64")) else {
                throw InvalidRequest(
                    problem: "The field \"src_base64\" is not base64.",
                    hint: "Use the standard alphabet with padding, or \"src\" for plain text.")
            }
            bytes = Array(data)
        } else {
            bytes = Array(try text(fields["src"], "src").utf8)
        }
        let body = try Body.parse(SourceFile(path: "input.hcl", bytes: bytes))
        return showsTree ? "{\"ok\":true,\"ast\":\(body.syntaxJSON)}" : "{\"ok\":true}"
    }

    private func expression(
        _ text: String, _ isTemplate: Bool, _ fields: ValueMap
    ) throws -> String {
        let source = SourceFile(path: "input", text: text)
        let expression =
            isTemplate
            ? try HCL.Expression.parseTemplate(source) : try HCL.Expression.parse(source)
        // Unlike sources, variables are values of the language, whose text is in normal form.
        let given = try fields["vars"]?.json.map { json in try Value(json: json) }
        let environment = StandardEnvironment(variables: given?.attributes ?? [:])
        let value = try expression.evaluate(in: environment)
        let type = EvalText.quoted(value.type.friendlyName)
        guard let json = value.jsonWithInfinities else {
            let reasons = value.unknownReasons.map { EvalText.quoted($0.text) }
            let unknown = reasons.joined(separator: ",")
            return "{\"ok\":true,\"type\":\(type),\"value\":null,\"unknown\":[\(unknown)]}"
        }
        return "{\"ok\":true,\"type\":\(type),\"value\":\(json)}"
    }

    private func failure(_ diagnostics: [Diagnostic]) -> String {
        let errors = diagnostics.map { diagnostic in
            let hint = diagnostic.hint.map(EvalText.quoted) ?? "null"
            return "{\"summary\":\(EvalText.quoted(diagnostic.summary)),"
                + "\"detail\":\(EvalText.quoted(diagnostic.detail)),\"hint\":\(hint),"
                + "\"start\":\(place(diagnostic.range?.start)),"
                + "\"end\":\(place(diagnostic.range?.end))}"
        }
        return "{\"ok\":false,\"errors\":[\(errors.joined(separator: ","))]}"
    }

    private func place(_ position: SourcePosition?) -> String {
        position.map { "[\($0.line),\($0.column),\($0.byte)]" } ?? "[1,1,0]"
    }
}
