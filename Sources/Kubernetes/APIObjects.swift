/// What uprev reads of Kubernetes' objects.
///
/// Everything that a server may leave out is optional, and everything else is ignored, so that
/// other releases of Kubernetes are read as well as this one.
struct ObjectMeta: Decodable, Sendable {
    var name: String?
    var namespace: String?
    var resourceVersion: String?
    var annotations: [String: String]?
    var ownerReferences: [OwnerReference]?
}

struct OwnerReference: Decodable, Sendable {
    var apiVersion: String?
    var kind: String?
    var controller: Bool?
}

struct NodeObject: Decodable, Sendable {
    struct Spec: Decodable, Sendable {
        var unschedulable: Bool?
    }

    struct Status: Decodable, Sendable {
        var conditions: [Condition]?
        var nodeInfo: Info?
    }

    struct Condition: Decodable, Sendable {
        var type: String?
        var status: String?
    }

    struct Info: Decodable, Sendable {
        var kubeletVersion: String?
    }

    var metadata: ObjectMeta
    var spec: Spec?
    var status: Status?
}

struct PodObject: Decodable, Sendable {
    struct Spec: Decodable, Sendable {
        var nodeName: String?
    }

    struct Status: Decodable, Sendable {
        var phase: String?
    }

    var metadata: ObjectMeta
    var spec: Spec?
    var status: Status?
}

/// One page of a list.
struct ObjectList<Item: Decodable & Sendable>: Decodable, Sendable {
    struct Meta: Decodable, Sendable {
        var `continue`: String?
    }

    var metadata: Meta?
    var items: [Item]?
}

/// The versions of an API group.
struct APIGroup: Decodable, Sendable {
    struct Entry: Decodable, Sendable {
        var version: String?
    }

    var versions: [Entry]?
}

/// What the server says when it does not do what it was asked for.
struct APIStatus: Decodable, Sendable {
    struct Details: Decodable, Sendable {
        var causes: [Cause]?
    }

    struct Cause: Decodable, Sendable {
        var reason: String?
        var message: String?
    }

    var kind: String?
    var message: String?
    var reason: String?
    var details: Details?
}

/// A merge patch of a node; `nil` among the annotations removes one.
struct NodePatch: Encodable, Sendable {
    enum Cordon: Sendable {
        case set
        case removed
        case untouched
    }

    /// The version that the change was decided on; the server refuses the patch for any other.
    var resourceVersion: String?
    var annotations: [String: String?]
    var cordon: Cordon

    private enum Keys: String, CodingKey {
        case metadata
        case resourceVersion
        case annotations
        case spec
        case unschedulable
    }

    func encode(to encoder: any Encoder) throws {
        var root = encoder.container(keyedBy: Keys.self)
        var metadata = root.nestedContainer(keyedBy: Keys.self, forKey: .metadata)
        try metadata.encodeIfPresent(resourceVersion, forKey: .resourceVersion)
        try metadata.encode(annotations, forKey: .annotations)
        if case .untouched = cordon { return }
        var spec = root.nestedContainer(keyedBy: Keys.self, forKey: .spec)
        if case .set = cordon {
            try spec.encode(true, forKey: .unschedulable)
        } else {
            try spec.encodeNil(forKey: .unschedulable)
        }
    }
}

/// The body of an eviction.
struct EvictionObject: Encodable, Sendable {
    struct Meta: Encodable, Sendable {
        var name: String
        var namespace: String
    }

    var apiVersion: String
    var kind = "Eviction"
    var metadata: Meta
}
