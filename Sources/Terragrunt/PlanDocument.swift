import Execution
import Foundation

/// A saved plan, as `show -json` prints it (hcl-terragrunt facts, E.5).
struct PlanDocument: Decodable, Sendable {
    /// One resource and what would happen to it.
    struct ResourceChange: Decodable, Sendable {
        /// What would happen.
        struct Change: Decodable, Sendable {
            var actions: [String]
        }

        var address: String
        var type: String
        var mode: String?
        var change: Change

        var isDeleted: Bool { change.actions.contains("delete") }
        var isCreated: Bool { change.actions.contains("create") }
        var isUpdated: Bool { change.actions.contains("update") }
    }

    /// How many resources would be touched, counted as OpenTofu and Terraform count.
    struct Counts: Hashable, Sendable, CustomStringConvertible {
        var added: Int
        var changed: Int
        var destroyed: Int

        var description: String { "\(added) added, \(changed) changed, \(destroyed) destroyed" }
    }

    var formatVersion: String
    var errored: Bool?
    var resourceChanges: [ResourceChange]?

    private enum CodingKeys: String, CodingKey {
        case formatVersion = "format_version"
        case errored
        case resourceChanges = "resource_changes"
    }

    /// Reads the document of a unit; throws ``Execution/StageError`` when it cannot be relied on.
    static func read(_ bytes: [UInt8], unit: String) throws -> PlanDocument {
        let hint = "Run `terragrunt plan` in the unit by hand, and look at `show -json`."
        guard let json = jsonObject(in: bytes),
            let document = try? JSONDecoder().decode(PlanDocument.self, from: json)
        else {
            throw StageError("The plan of \(unit) cannot be read as JSON.", hint: hint)
        }
        guard document.formatVersion.hasPrefix("1.") else {
            throw StageError(
                "The plan of \(unit) has the unknown format \(document.formatVersion).",
                hint: "Use a release of OpenTofu or Terraform whose plans have format 1.")
        }
        guard document.errored != true else {
            throw StageError("The plan of \(unit) is incomplete because of errors.", hint: hint)
        }
        return document
    }

    /// How many resources would be touched.
    var counts: Counts {
        let managed = (resourceChanges ?? []).filter { $0.mode != "data" }
        return Counts(
            added: managed.count(where: \.isCreated), changed: managed.count(where: \.isUpdated),
            destroyed: managed.count(where: \.isDeleted))
    }

    /// The addresses of machines that would be deleted or replaced.
    func lostMachines(_ machines: MachineTypes) -> [String] {
        (resourceChanges ?? []).filter { $0.isDeleted && machines.contains($0.type) }
            .map { $0.isCreated ? "\($0.address) (replaced)" : "\($0.address) (destroyed)" }
    }
}

/// The part of the bytes that is a JSON object; some plug-ins print a line of their own before it.
func jsonObject(in bytes: [UInt8]) -> Data? {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true)
    guard let start = lines.first(where: { $0.first == UInt8(ascii: "{") })?.startIndex else {
        return nil
    }
    return Data(bytes[start...])
}
