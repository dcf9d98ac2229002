public import ClusterModel
public import Execution
public import Git

/// The APIs of one cluster, behind the ports that a run needs.
public struct ClusterConnection: Sendable {
    /// The Talos API.
    public var talos: any TalosCluster
    /// The Kubernetes API.
    public var kubernetes: any KubernetesCluster
    /// Kubernetes upgrades.
    public var upgrader: any KubernetesUpgrader
    /// The stages of the operator's procedure, in checkouts of the watched repository.
    public var stages: any StageRunner

    /// Creates a connection.
    public init(
        talos: any TalosCluster, kubernetes: any KubernetesCluster,
        upgrader: any KubernetesUpgrader, stages: any StageRunner
    ) {
        self.talos = talos
        self.kubernetes = kubernetes
        self.upgrader = upgrader
        self.stages = stages
    }
}

/// Finds the APIs of a cluster.
public protocol ClusterConnecting: Sendable {
    /// Connects to the cluster as its definition and the agent's settings say.
    ///
    /// Only a cluster that is the only one may be reached through credentials that do not name it.
    /// Stages run in checkouts of `repository`. Throws an ``ExplainedError`` when credentials are missing or wrong.
    func connection(
        to definition: ClusterDefinition, isOnlyCluster: Bool, repository: GitRepository
    ) async throws -> ClusterConnection
}
