public import ClusterModel
import Execution
import Foundation
public import Git
import Kubernetes
import Talos
import Terragrunt

/// Connects to real clusters with the credentials that the agent's settings name.
public actor LiveClusters: ClusterConnecting {
    private let settings: AgentSettings
    private var connected: [ClusterName: Connected] = [:]
    private var submodules: SubmoduleSource?

    private struct Connected {
        let context: String?
        let endpoints: [String]
        let talos: TalosClient
        let kubernetes: KubernetesClient
    }

    /// Creates a connector; nothing is read or dialled yet.
    public init(settings: AgentSettings) { self.settings = settings }

    /// Connects with the context of the talosconfig that has the cluster's name, else its own choice.
    public func connection(
        to definition: ClusterDefinition, isOnlyCluster: Bool, repository: GitRepository
    ) async throws -> ClusterConnection {
        let context = try context(of: definition.name, isOnlyCluster: isOnlyCluster)
        let clients = clients(of: definition, context: context)
        return ClusterConnection(
            talos: clients.talos, kubernetes: clients.kubernetes,
            upgrader: TalosctlUpgrader(
                talos: clients.talos, settings: settings, context: context,
                endpoints: definition.endpoints,
                lock: "\(settings.stateDirectory)/upgrade-k8s-\(definition.name).lock"),
            stages: try stages(of: definition.name, repository: repository))
    }

    private func clients(of definition: ClusterDefinition, context: String?) -> Connected {
        let cluster = definition.name
        if let known = connected[cluster], known.context == context,
            known.endpoints == definition.endpoints
        {
            return known
        }
        let talos = TalosClient(
            source: .file(
                settings.talosConfig, context: context,
                endpoints: definition.endpoints))
        let file = settings.kubeConfig
        let kubernetes = KubernetesClient {
            if let file { return try Kubeconfig(file: file) }
            let text = try await talos.kubeconfig()
            return try Kubeconfig(bytes: Array(text.utf8), origin: "the Talos API")
        }
        let made = Connected(
            context: context, endpoints: definition.endpoints, talos: talos, kubernetes: kubernetes)
        connected[cluster] = made
        return made
    }

    /// The context of the cluster's name; `nil` for the one that the talosconfig has chosen itself,
    /// which may stand for a cluster only when there is no other that it could be meant for.
    private func context(of cluster: ClusterName, isOnlyCluster: Bool) throws -> String? {
        if !isOnlyCluster, settings.kubeConfig != nil {
            throw ClusterError(
                .misconfigured,
                "One kubeconfig is given, and the repository defines more clusters than \(cluster).",
                hint: "Leave --kubeconfig out, so that each cluster is asked for its own.")
        }
        do throws(TalosConfigError) {
            _ = try TalosConfig(file: settings.talosConfig, context: cluster.text)
            return cluster.text
        } catch {
            guard case .noContext = error.reason, isOnlyCluster else { throw error }
            return nil
        }
    }

    private func stages(
        of cluster: ClusterName, repository: GitRepository
    ) throws -> TerragruntStages {
        let environment = StageEnvironment(
            passing: settings.stageEnvironment, from: ProcessInfo.processInfo.environment)
        let places = CheckoutPlaces(stateDirectory: settings.stateDirectory)
        let checkouts = RunCheckouts(
            shelf: places.shelf(of: cluster), repository: repository,
            submodules: try submoduleSource())
        return TerragruntStages(
            StageSettings(environment: environment, directory: places.stages)
        ) { run in
            try await checkouts.checkout(of: run)
        }
    }

    /// One for all clusters, so that none of them fetches what another does just now.
    private func submoduleSource() throws -> SubmoduleSource? {
        guard settings.fetchesSubmodules, submodules == nil else { return submodules }
        submodules = SubmoduleSource(
            of: try RemoteURL(settings.repository),
            directory: "\(settings.stateDirectory)/submodules", access: settings.access,
            worker: settings.worker, timeout: settings.gitTimeout)
        return submodules
    }
}
