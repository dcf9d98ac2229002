import ClusterModel
import GRPCCore
import SwiftProtobuf
import TalosMessages

extension WireMachineService {
    func upgrade(
        request: ServerRequest<Machine_UpgradeRequest>, context: ServerContext
    ) async throws -> ServerResponse<Machine_UpgradeResponse> {
        let name = request.target
        let message = request.message
        guard !message.stage else {
            throw RPCError(code: .unimplemented, message: "staged upgrades are not simulated")
        }
        let image = try await validate(message.image, on: name, context)
        if message.force || message.preserve {
            // Both skip the node's own checks, preserve on some releases only (facts 4.1).
            cluster.withState { $0.violate("\(name) was upgraded with force or preserve set") }
        } else {
            try cluster.checkEtcdForUpgrade(of: name)
        }
        let actor = try cluster.startUpgrade(of: name, to: image)
        return ServerResponse(
            message: .with {
                $0.messages = [
                    .with {
                        $0.ack = "Upgrade request received"
                        $0.actorID = actor
                    }
                ]
            })
    }

    /// Pulls the installer as part of the call; a caller that hangs up ends it.
    private func validate(
        _ reference: String, on name: NodeName, _ context: ServerContext
    ) async throws -> SimulatedImage {
        let found = Result { () throws(SimulatedRefusal) in
            try cluster.lookUp(reference, for: name)
        }
        try await world.wait(cluster.timing.pull, context)
        _ = try node(name)
        switch found {
        case .success(let image): return image
        case .failure(let refusal):
            throw RPCError(
                code: .unknown, message: "error validating installer image: \(refusal.message)")
        }
    }

    func reboot(
        request: ServerRequest<Machine_RebootRequest>, context: ServerContext
    ) async throws -> ServerResponse<Machine_RebootResponse> {
        try cluster.reboot(request.target)
        return ServerResponse(message: .with { $0.messages = [.init()] })
    }

    func rollback(
        request: ServerRequest<Machine_RollbackRequest>, context: ServerContext
    ) async throws -> ServerResponse<Machine_RollbackResponse> {
        try cluster.rollBack(request.target)
        return ServerResponse(message: .with { $0.messages = [.init()] })
    }

    func applyConfiguration(
        request: ServerRequest<Machine_ApplyConfigurationRequest>, context: ServerContext
    ) async throws -> ServerResponse<Machine_ApplyConfigurationResponse> {
        let message = request.message
        let current = try node(request.target)
        guard !message.data.isEmpty else {
            throw RPCError(code: .invalidArgument, message: "the configuration is empty")
        }
        if message.mode == .reboot, current.booted.image.version.line >= ReleaseLine(1, 14) {
            throw RPCError(code: .unimplemented, message: "reboot mode is not supported")
        }
        if message.mode == .tryForTime {
            throw RPCError(code: .unimplemented, message: "try mode is not simulated")
        }
        if !message.dryRun { try apply(message, to: request.target) }
        return ServerResponse(
            message: .with {
                $0.messages = [
                    .with {
                        $0.mode = message.mode
                        $0.modeDetails =
                            message.dryRun ? "Dry run summary" : "Applied configuration"
                    }
                ]
            })
    }

    private func apply(
        _ message: Machine_ApplyConfigurationRequest, to name: NodeName
    ) throws(SimulatedRefusal) {
        let bytes = Array(message.data)
        let isStaged = message.mode == .staged || message.mode == .reboot
        try cluster.withNode(name) { (state, index) throws(SimulatedRefusal) in
            if isStaged {
                state.nodes[index].stagedConfig = bytes
            } else {
                state.nodes[index].config = bytes
            }
        }
        if message.mode == .reboot { try cluster.reboot(name) }
    }
}

extension Machine_ApplyConfigurationRequest.Mode {
    /// The mode that takes itself back unless it is confirmed.
    fileprivate static var tryForTime: Self { .try }
}
