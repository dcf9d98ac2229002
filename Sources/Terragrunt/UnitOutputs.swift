import Execution
import Foundation

/// The outputs of a unit, as `output -json` prints them.
///
/// The values may be secret: none of them enters an error.
struct UnitOutputs: Sendable {
    private struct Output: Decodable {
        var value: String?
        var kind: String

        private enum CodingKeys: String, CodingKey {
            case value
            case type
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            // A collection's type is an array such as `["list", "string"]`.
            kind = (try? container.decode(String.self, forKey: .type)) ?? "collection"
            value = try? container.decode(String.self, forKey: .value)
        }
    }

    private let unit: String
    private let outputs: [String: Output]

    /// Reads the document of a unit; throws ``Execution/StageError`` when it is none.
    init(_ bytes: [UInt8], unit: String) throws {
        guard let json = jsonObject(in: bytes),
            let outputs = try? JSONDecoder().decode([String: Output].self, from: json)
        else {
            throw StageError(
                "The outputs of \(unit) cannot be read as JSON.",
                hint: "Run `terragrunt output -json` in the unit by hand.")
        }
        self.unit = unit
        self.outputs = outputs
    }

    /// The text of a string output that is not empty.
    func string(_ name: String) throws -> String {
        guard let output = outputs[name] else {
            let known =
                outputs.isEmpty
                ? "it has no outputs at all"
                : "it has \(outputs.keys.sorted().joined(separator: ", "))"
            throw StageError(
                "The unit \(unit) has no output \(name); \(known).",
                hint: outputs.isEmpty
                    ? "Apply the unit, and make sure that its state is found from a clean checkout."
                    : "Name one of these outputs in `uprev.hcl`, or add the output to the unit.")
        }
        guard let value = output.value, output.kind == "string" || output.kind == "dynamic" else {
            throw StageError(
                "The output \(name) of the unit \(unit) is a \(output.kind) and not a string.",
                hint: "Make the output a string, such as an image reference.")
        }
        guard !value.isEmpty else {
            throw StageError(
                "The output \(name) of the unit \(unit) is empty.",
                hint: "Make the unit set it, and commit that.")
        }
        return value
    }
}
