import Foundation
import HCL

/// The `eval --batch` contract: one JSON object in, one out (behaviour page, section 10).
struct EvalBatch {
    /// One request.
    private struct Request: Decodable {
        enum Kind: String, Decodable { case expr, template, file }
        enum CodingKeys: String, CodingKey {
            case kind, expr, template, src
            case encoded = "src_base64"
        }

        let kind: Kind
        let expr: String?
        let template: String?
        let src: String?
        let encoded: String?
    }

    let showsTree: Bool

    /// The answer to one line; a line that is no request gets an answer that says so.
    func answer(_ line: String) -> String {
        do {
            let request = try JSONDecoder().decode(Request.self, from: Data(line.utf8))
            switch request.kind {
            case .file: return try file(request)
            case .expr: return try expression(request.expr, isTemplate: false, in: line)
            case .template:
                return try expression(request.template ?? request.expr, isTemplate: true, in: line)
            }
        } catch let error as Diagnostics {
            return failure(error.items)
        } catch let error as Diagnostic {
            return failure([error])
        } catch {
            return failure([
                Diagnostic(summary: "Invalid request", detail: "\(error)", range: nil)
            ])
        }
    }

    private func file(_ request: Request) throws -> String {
        var bytes = Array((request.src ?? "").utf8)
        if let encoded = request.encoded, let data = Data(base64Encoded: encoded) {
            bytes = Array(data)
        }
        let body = try Body.parse(SourceFile(path: "input.hcl", bytes: bytes))
        return showsTree ? "{\"ok\":true,\"ast\":\(body.syntaxJSON)}" : "{\"ok\":true}"
    }

    private func expression(
        _ text: String?, isTemplate: Bool, in line: String
    ) throws -> String {
        let source = SourceFile(path: "input", text: text ?? "")
        let expression =
            isTemplate
            ? try HCL.Expression.parseTemplate(source) : try HCL.Expression.parse(source)
        // Variables are taken from the line by HCL's own reader, which keeps every digit of a number.
        let variables = try Value(json: line).attributes?["vars"]?.attributes ?? [:]
        let value = try expression.evaluate(in: StandardEnvironment(variables: variables))
        let type = quoted(value.type.friendlyName)
        guard let json = value.json else {
            let reasons = value.unknownReasons.map { quoted($0.text) }.joined(separator: ",")
            return "{\"ok\":true,\"type\":\(type),\"value\":null,\"unknown\":[\(reasons)]}"
        }
        return "{\"ok\":true,\"type\":\(type),\"value\":\(json)}"
    }

    private func failure(_ diagnostics: [Diagnostic]) -> String {
        let errors = diagnostics.map { diagnostic in
            let start = place(diagnostic.range?.start)
            let end = place(diagnostic.range?.end)
            return "{\"summary\":\(quoted(diagnostic.summary)),"
                + "\"detail\":\(quoted(diagnostic.detail)),\"start\":\(start),\"end\":\(end)}"
        }
        return "{\"ok\":false,\"errors\":[\(errors.joined(separator: ","))]}"
    }

    private func place(_ position: SourcePosition?) -> String {
        position.map { "[\($0.line),\($0.column),\($0.byte)]" } ?? "[1,1,0]"
    }

    private func quoted(_ text: String) -> String { Value.text(text).json ?? "\"\"" }
}
