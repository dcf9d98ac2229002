import Foundation

/// A merge patch (RFC 7396) of what the simulated server lets clients change of a node.
struct KubernetesNodePatch: Sendable {
    var resourceVersion: String?
    var annotations: [String: String?] = [:]
    var isCordoned: Bool?

    /// Reads a patch; `nil` for anything that is no JSON, or touches other fields.
    init?(_ body: [UInt8]) {
        let object = try? JSONSerialization.jsonObject(with: Data(body))
        guard let root = object as? [String: Any],
            Set(root.keys).isSubset(of: ["metadata", "spec"])
        else { return nil }
        if let metadata = root["metadata"], !read(metadata: metadata) { return nil }
        if let spec = root["spec"], !read(spec: spec) { return nil }
    }

    private mutating func read(metadata: Any) -> Bool {
        guard let fields = metadata as? [String: Any],
            Set(fields.keys).isSubset(of: ["resourceVersion", "annotations"])
        else { return false }
        if let version = fields["resourceVersion"] {
            guard let text = version as? String else { return false }
            resourceVersion = text
        }
        guard let changes = fields["annotations"] else { return true }
        guard let changes = changes as? [String: Any] else { return false }
        for (key, value) in changes {
            if value is NSNull {
                annotations[key] = .some(nil)
            } else if let text = value as? String {
                annotations[key] = text
            } else {
                return false
            }
        }
        return true
    }

    private mutating func read(spec: Any) -> Bool {
        guard let fields = spec as? [String: Any], fields.keys.allSatisfy({ $0 == "unschedulable" })
        else { return false }
        guard let value = fields["unschedulable"] else { return true }
        guard value is NSNull || value is Bool else { return false }
        isCordoned = value as? Bool ?? false
        return true
    }

    func apply(to node: inout SimulatedKubernetesState.Node) {
        for (key, value) in annotations { node.annotations[key] = value }
        if let isCordoned { node.isCordoned = isCordoned }
    }
}
