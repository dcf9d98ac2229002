import Foundation

/// Terragrunt's own report of a run, which tells why a unit that failed nothing did nothing.
struct RunReport: Hashable, Sendable {
    private struct Entry: Decodable {
        var result: String
        var reason: String?
        var cause: String?

        private enum CodingKeys: String, CodingKey {
            case result = "Result"
            case reason = "Reason"
            case cause = "Cause"
        }
    }

    /// `succeeded`, `failed`, `excluded` or `early exit`.
    var result: String

    /// Why, such as `exclude block` or `error ignored`.
    var reason: String?

    /// Reads the report of a single unit; `nil` when there is none.
    init?(file: String) {
        guard let data = FileManager.default.contents(atPath: file),
            let entry = (try? JSONDecoder().decode([Entry].self, from: data))?.first
        else { return nil }
        result = entry.result
        reason = [entry.reason, entry.cause].compactMap(\.self).joined(separator: ": ")
        if reason?.isEmpty == true { reason = nil }
    }

    /// Whether the unit did what it was asked to do.
    var succeeded: Bool { result == "succeeded" && reason?.hasPrefix("error ignored") != true }

    /// Whether the configuration keeps the unit out of the run.
    var isExcluded: Bool { result == "excluded" }

    /// Result and reason.
    var sentence: String { reason.map { "\(result) (\($0))" } ?? result }
}
