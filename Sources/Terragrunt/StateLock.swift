import Foundation

/// A state lock that somebody else holds, as OpenTofu and Terraform print it.
struct StateLock: Hashable, Sendable {
    var id: String
    var path: String?
    var operation: String?
    var who: String?
    var created: String?

    /// Finds the lock in what a failed command printed; `nil` when no lock was the reason.
    init?(in lines: [String]) {
        guard let start = lines.firstIndex(where: { $0.contains("acquiring the state lock") })
        else { return nil }
        var fields: [String: String] = [:]
        for line in lines[start...] {
            for name in ["ID", "Path", "Operation", "Who", "Created"] {
                // The line may begin with a box and with Terragrunt's own prefix.
                guard let label = line.range(of: "\(name): "), fields[name] == nil,
                    line[..<label.lowerBound].last.map({ $0 == " " || $0 == "│" }) ?? true
                else { continue }
                let value = line[label.upperBound...].drop(while: { $0 == " " })
                if !value.isEmpty { fields[name] = String(value) }
            }
        }
        id = fields["ID"] ?? "unknown"
        path = fields["Path"]
        operation = fields["Operation"]
        who = fields["Who"]
        created = fields["Created"]
    }

    /// Who holds what since when, to follow "is locked".
    var holder: String {
        var text = "by \(who ?? "somebody")"
        if let operation { text += " for \(operation)" }
        if let created { text += " since \(created)" }
        return "\(text) (lock \(id))"
    }
}
