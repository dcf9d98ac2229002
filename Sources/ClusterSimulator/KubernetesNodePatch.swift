import Foundation

/// A merge patch (RFC 7396) of what the simulated server lets clients change of a node.
struct KubernetesNodePatch: Decodable, Sendable {
    private(set) var resourceVersion: String?
    private(set) var annotations: [String: String?] = [:]
    private(set) var isCordoned: Bool?

    /// Reads a patch; `nil` for anything that is no JSON, or touches other fields.
    init?(_ body: [UInt8]) {
        guard let patch = try? JSONDecoder().decode(Self.self, from: Data(body)) else { return nil }
        self = patch
    }

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        let root = try decoder.container(keyedBy: Key.self)
        for key in root.allKeys {
            guard ["metadata", "spec"].contains(key.stringValue) else {
                throw refusal(key, in: root)
            }
            let fields = try root.nestedContainer(keyedBy: Key.self, forKey: key)
            for field in fields.allKeys {
                switch (key.stringValue, field.stringValue) {
                case ("metadata", "resourceVersion"):
                    resourceVersion = try fields.decode(String.self, forKey: field)
                case ("metadata", "annotations"):
                    annotations = try fields.decode([String: String?].self, forKey: field)
                case ("spec", "unschedulable"):
                    isCordoned = try fields.decode(Bool?.self, forKey: field) ?? false
                default:
                    throw refusal(field, in: fields)
                }
            }
        }

        func refusal(_ key: Key, in fields: KeyedDecodingContainer<Key>) -> DecodingError {
            .dataCorruptedError(forKey: key, in: fields, debugDescription: "not to be changed")
        }
    }

    func apply(to node: inout SimulatedKubernetesState.Node) {
        for (key, value) in annotations { node.annotations[key] = value }
        if let isCordoned { node.isCordoned = isCordoned }
    }
}
