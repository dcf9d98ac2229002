import ClusterModel
import Execution
import GRPCCore
import NIOCore
import SwiftProtobuf
import Synchronization
import TalosMessages

/// Remembers which address each node has.
final class NodeDirectory: Sendable {
    private let known = Mutex<[NodeName: ClusterMember]>([:])

    /// Replaces what is known.
    func learn(_ members: [ClusterMember]) {
        let table = Dictionary(members.map { ($0.name, $0) }) { first, _ in first }
        known.withLock { $0 = table }
    }

    /// The node, when it is known.
    func member(_ name: NodeName) -> ClusterMember? { known.withLock { $0[name] } }
}

extension TalosClient {
    /// The nodes that discovery knows; without discovery, those that the talosconfig names.
    func discover() async throws -> [ClusterMember] {
        let listed = try await read("Members", of: .anyEndpoint) { call in
            try await call.resources(Resources.members).map { resource in
                try Self.member(resource.id, resource.spec)
            }
        }
        let members = listed.isEmpty ? try await askConfiguredNodes() : listed
        directory.learn(members)
        return members.sorted { $0.name < $1.name }
    }

    /// How to reach a node by its name.
    func target(_ name: NodeName) async throws -> CallTarget {
        var member = directory.member(name)
        if member == nil { member = try await discover().first { $0.name == name } }
        guard let member else {
            throw TalosError(
                .unknownNode, call: "Members", node: name.text, reason: "discovery has no such node"
            )
        }
        return member.target
    }

    private static func member(
        _ id: String, _ spec: Talos_Resource_Definitions_Cluster_MemberSpec
    ) throws -> ClusterMember {
        let role: NodeRole? =
            switch spec.machineType {
            case .typeControlPlane, .typeInit: .controlPlane
            case .typeWorker: .worker
            case .typeUnknown, .UNRECOGNIZED: nil
            }
        guard let role else {
            throw TalosError(
                .failed, call: "Members", node: id, reason: "discovery does not know its role yet")
        }
        return ClusterMember(
            name: NodeName(id), role: role, addresses: spec.addresses.compactMap(\.text))
    }

    private func askConfiguredNodes() async throws -> [ClusterMember] {
        let config = try await connections.config()
        var members: [ClusterMember] = []
        for address in config.nodes.isEmpty ? config.endpoints.map(\.host) : config.nodes {
            let target = CallTarget(name: address, address: address)
            let member = try await read("Nodenames", of: target) { call -> ClusterMember? in
                guard let name = try await call.resource(Resources.nodename, "nodename")?.nodename,
                    let type = try await call.resource(Resources.machineType, "machine-type")
                else { return nil }
                return ClusterMember(
                    name: NodeName(name),
                    role: type.machineType == .worker ? .worker : .controlPlane,
                    addresses: [address])
            }
            if let member, !members.contains(where: { $0.name == member.name }) {
                members.append(member)
            }
        }
        return members
    }
}

extension ClusterMember {
    /// How to reach the node.
    var target: CallTarget { CallTarget(name: name.text, address: addresses.first ?? name.text) }
}

extension Common_NetIP {
    /// The address as text; `nil` when the bytes are no address.
    fileprivate var text: String? {
        let length = ip.count >= 16 ? 16 : 4
        let address = try? SocketAddress(
            packedIPAddress: ByteBuffer(bytes: ip.prefix(length)), port: 0)
        guard let text = address?.ipAddress else { return nil }
        let zone = ip.dropFirst(length)
        return zone.isEmpty ? text : "\(text)%\(String(decoding: zone, as: UTF8.self))"
    }
}
