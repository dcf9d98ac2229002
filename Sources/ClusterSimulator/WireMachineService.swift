import ClusterModel
import Foundation
import GRPCCore
import SwiftProtobuf
import TalosMessages

/// `machine.MachineService` of every node: what is read from a node.
struct WireMachineService: Machine_MachineService.ServiceProtocol {
    typealias Empty = Google_Protobuf_Empty

    let world: WireWorld

    var cluster: SimulatedCluster { world.cluster }

    /// A node as it is now; throws while its machine API is down.
    func node(_ name: NodeName) throws -> SimulatedNode {
        do throws(SimulatedRefusal) {
            return try cluster.withNode(name) { (state, index) throws(SimulatedRefusal) in
                state.nodes[index]
            }
        } catch {
            throw RPCError(error)
        }
    }

    func version(
        request: ServerRequest<Empty>, context: ServerContext
    ) async throws -> ServerResponse<Machine_VersionResponse> {
        let node = try node(request.target)
        return ServerResponse(
            message: .with {
                $0.messages = [
                    .with {
                        $0.version.tag = node.booted.image.version.description
                        $0.version.os = "linux"
                        $0.version.arch = "amd64"
                        $0.platform.name = "metal"
                        $0.platform.mode = "metal"
                        $0.features.rbac = true
                    }
                ]
            })
    }

    func hostname(
        request: ServerRequest<Empty>, context: ServerContext
    ) async throws -> ServerResponse<Machine_HostnameResponse> {
        let node = try node(request.target)
        return ServerResponse(
            message: .with { $0.messages = [.with { $0.hostname = node.name.text }] })
    }

    func systemStat(
        request: ServerRequest<Empty>, context: ServerContext
    ) async throws -> ServerResponse<Machine_SystemStatResponse> {
        let node = try node(request.target)
        let age = (cluster.time() - node.bootedAt) / .seconds(1)
        let started = Date().timeIntervalSince1970 - age
        return ServerResponse(
            message: .with { $0.messages = [.with { $0.bootTime = UInt64(started) }] })
    }

    func serviceList(
        request: ServerRequest<Empty>, context: ServerContext
    ) async throws -> ServerResponse<Machine_ServiceListResponse> {
        let node = try node(request.target)
        var services = [("apid", true), ("kubelet", node.isKubeletReady), ("machined", true)]
        if node.role == .controlPlane { services.insert(("etcd", node.isMemberUp), at: 1) }
        let infos = services.map { name, isUp in
            Machine_ServiceInfo.with {
                $0.id = name
                $0.state = isUp ? "Running" : "Waiting"
                $0.health.healthy = isUp
            }
        }
        return ServerResponse(
            message: .with { $0.messages = [.with { $0.services = infos }] })
    }

    func read(
        request: ServerRequest<Machine_ReadRequest>, context: ServerContext
    ) async throws -> StreamingServerResponse<Common_Data> {
        let node = try node(request.target)
        let text: String
        switch request.message.path {
        case "/proc/cmdline":
            let loader = cluster.withState { $0.bootLoader }
            text = node.kernelArguments(loader).joined(separator: " ")
        case "/proc/sys/kernel/random/boot_id": text = node.bootID
        default:
            throw RPCError(
                code: .notFound, message: "stat \(request.message.path): no such file or directory")
        }
        return .stream(Array("\(text)\n".utf8))
    }

    func kubeconfig(
        request: ServerRequest<Empty>, context: ServerContext
    ) async throws -> StreamingServerResponse<Common_Data> {
        try requireControlPlane(request.target)
        return .stream(WireArchive.make("kubeconfig", Array(try world.kubeconfig().utf8)))
    }

    /// Some calls exist on control planes only (facts 1.8).
    func requireControlPlane(_ name: NodeName) throws {
        guard try node(name).role == .controlPlane else {
            throw RPCError(
                code: .unimplemented, message: "the call is only available on control plane nodes")
        }
    }
}

extension StreamingServerResponse<Common_Data> {
    /// Streams bytes as Talos does, a kilobyte a message.
    static func stream(
        _ bytes: [UInt8], then done: @escaping @Sendable () -> Void = {}
    ) -> StreamingServerResponse<Common_Data> {
        StreamingServerResponse { writer in
            for start in stride(from: 0, to: bytes.count, by: 1024) {
                let end = min(start + 1024, bytes.count)
                try await writer.write(.with { $0.bytes = Data(bytes[start..<end]) })
            }
            done()
            return [:]
        }
    }
}
