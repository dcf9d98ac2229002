import ClusterModel
import Crypto
import Foundation
import GRPCCore
import SwiftProtobuf
import TalosMessages

/// `machine.ImageService` of every node.
struct WireImageService: Machine_ImageService.ServiceProtocol {
    let world: WireWorld

    func pull(
        request: ServerRequest<Machine_ImageServicePullRequest>, context: ServerContext
    ) async throws -> StreamingServerResponse<Machine_ImageServicePullResponse> {
        let node = request.target
        let message = request.message
        try requireLifecycle(on: node, world, "machine.ImageService")
        let store = try ImageStore(message.containerd)
        let found = Result { () throws(SimulatedRefusal) in
            try world.cluster.lookUp(message.imageRef, for: node)
        }
        return StreamingServerResponse { writer in
            try await writer.write(
                .with {
                    $0.pullProgress.layerID = "layer-1"
                    $0.pullProgress.progress.status = .downloading
                })
            try await world.wait(world.cluster.timing.pull, context)
            do {
                let image = try found.get()
                let pinned = Self.pinned(message.imageRef, image)
                let names = [message.imageRef, pinned].map(store.key)
                try world.cluster.finishPull(image, as: names, on: node)
                try await writer.write(.with { $0.name = pinned })
            } catch let refusal as SimulatedRefusal {
                throw RPCError(refusal)
            }
            return [:]
        }
    }

    /// The reference by digest; one that is written with a digest stays as it is.
    private static func pinned(_ reference: String, _ image: SimulatedImage) -> String {
        guard !reference.contains("@") else { return reference }
        var name = reference
        if let colon = name.lastIndex(of: ":"), !name[colon...].contains("/") {
            name = String(name[..<colon])
        }
        let digest = SHA256.hash(data: Data("\(reference) \(image.version)".utf8))
        let text = digest.map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }
        return "\(name)@sha256:\(text.joined())"
    }
}

/// `machine.LifecycleService` of every node.
struct WireLifecycleService: Machine_LifecycleService.ServiceProtocol {
    private typealias Writer = RPCWriter<Machine_LifecycleServiceUpgradeResponse>

    let world: WireWorld

    /// Starts the installer before the reply begins: it goes on when the caller hangs up.
    func upgrade(
        request: ServerRequest<Machine_LifecycleServiceUpgradeRequest>, context: ServerContext
    ) async throws -> StreamingServerResponse<Machine_LifecycleServiceUpgradeResponse> {
        let node = request.target
        let name = request.message.source.imageName
        try requireLifecycle(on: node, world, "machine.LifecycleService")
        guard !name.isEmpty else {
            throw RPCError(code: .invalidArgument, message: "image name is required")
        }
        let store = try ImageStore(request.message.containerd)
        let version = world.cluster.system(of: node)?.version
        _ = try world.cluster.startInstaller(store.key(name), on: node)
        return StreamingServerResponse { writer in
            do {
                let result = try await result(on: node, context)
                let text = result.lines.map { "\($0)\n" }.joined()
                // Talos 1.13 cuts the output wherever 512 bytes end, later ones at lines.
                let cutsLines = version.map { $0.line < ReleaseLine(1, 14) } ?? false
                try await send(text, inPiecesOf: cutsLines ? 512 : nil, to: writer)
                try await writer.write(
                    .with { $0.progress.exitCode = Int32(result.exitCode) })
            } catch let refusal as SimulatedRefusal {
                throw RPCError(refusal)
            }
            return [:]
        }
    }

    private func result(
        on node: NodeName, _ context: ServerContext
    ) async throws -> InstallerResult {
        while true {
            if let result = try world.cluster.installerResult(on: node) { return result }
            try await world.wait(WireWorld.pollInterval, context)
        }
    }

    private func send(_ text: String, inPiecesOf size: Int?, to writer: Writer) async throws {
        var pieces: [[UInt8]] = []
        if let size {
            let bytes = Array(text.utf8)
            for start in stride(from: 0, to: bytes.count, by: size) {
                pieces.append(Array(bytes[start..<min(start + size, bytes.count)]))
            }
        } else {
            pieces = text.split(separator: "\n").map { Array("\($0)\n".utf8) }
        }
        for piece in pieces {
            try await writer.write(.with { $0.progress.message = Data(piece) })
        }
    }
}

/// One of the places on a node that hold images; an image in one is not in another.
private struct ImageStore {
    private let name: String

    init(_ instance: Common_ContainerdInstance) throws {
        switch (instance.driver, instance.namespace) {
        case (_, .nsUnknown), (.containerd, .nsCri):
            throw RPCError(code: .invalidArgument, message: "unsupported containerd instance")
        case (let driver, let namespace): name = "\(driver.rawValue)/\(namespace.rawValue)"
        }
    }

    /// The name of an image in this place.
    func key(_ image: String) -> String { "\(name)/\(image)" }
}

/// Older nodes do not have the service.
private func requireLifecycle(
    on node: NodeName, _ world: WireWorld, _ service: String
) throws {
    let version = world.cluster.system(of: node)?.version
    guard let version, version.line >= ReleaseLine(1, 13) else {
        throw RPCError(code: .unimplemented, message: "unknown service \(service)")
    }
}
