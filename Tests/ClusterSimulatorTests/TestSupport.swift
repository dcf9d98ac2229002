import ClusterModel
import ClusterSimulator
import Execution

extension SimulatedWorld {
    /// Cordons a node and evicts what is on it.
    func drain(_ node: NodeName) async throws {
        try await kubernetesAPI.cordon(node)
        for pod in try await kubernetesAPI.podsToEvict(on: node) {
            _ = try await kubernetesAPI.evict(pod)
        }
        try await clock.sleep(for: .seconds(5))
    }

    /// Installs an image by the calls from Talos 1.13 on.
    func install(_ image: String, on node: NodeName) async throws {
        try await talos.install(image, on: node, through: .lifecycle, mode: .standard) { _ in }
    }
}

/// The version of this project's own model, which protobuf has a namesake of.
typealias Version = ClusterModel.Version
