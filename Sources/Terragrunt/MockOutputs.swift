import Execution
import Foundation

/// Finds out whether a plan was made with outputs that a unit only pretends to have.
///
/// Terragrunt says so in a warning when it takes mocks for a dependency without any outputs. It says
/// nothing when it fills the gaps of a state with mocks, so a unit that asks for that is refused.
struct MockOutputs: Sendable {
    /// Any of these gives it away; a mask may hide one of them, but hardly all.
    private static let phrases = [
        "mock outputs", "mock_outputs", "returning those in dependency output",
        "that has no outputs",
    ]

    private(set) var warning: String?

    /// Takes a line that Terragrunt wrote while it made a plan.
    mutating func watch(_ line: OutputLine) {
        guard warning == nil, line.stream == .error else { return }
        let text = line.text.lowercased()
        if MockOutputs.phrases.contains(where: { text.contains($0) }) { warning = line.text }
    }

    /// Throws ``Execution/StageError`` when a plan was made with mocks.
    func requireNone(unit: String) throws {
        guard let warning else { return }
        throw StageError(
            "The plan of the unit \(unit) was made with mock outputs and is not applied: \(warning)",
            hint: "Put the unit that it depends on before it in the stage, so that it is applied "
                + "first.")
    }

    /// Throws ``Execution/StageError`` when the unit in `directory` merges mocks into outputs.
    static func requireNoMerge(unit: String, directory: String) throws {
        guard let data = FileManager.default.contents(atPath: "\(directory)/terragrunt.hcl") else {
            return
        }
        let lines = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline)
        for (index, line) in lines.enumerated() {
            let code = line.drop(while: \.isWhitespace)
            let merges =
                code.hasPrefix("mock_outputs_merge_strategy_with_state")
                && !code.contains("\"no_merge\"")
                || code.hasPrefix("mock_outputs_merge_with_state") && !code.contains("false")
            guard merges else { continue }
            throw StageError(
                "The unit \(unit) lets Terragrunt fill gaps in a dependency's outputs with mocks "
                    + "(terragrunt.hcl, line \(index + 1)), so no plan of it can be trusted.",
                hint:
                    "Remove `\(code.prefix(while: { !$0.isWhitespace && $0 != "=" }))`, or set it "
                    + "to \"no_merge\".")
        }
    }
}
