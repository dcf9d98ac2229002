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
            stages: stages(of: definition.name, repository: repository))
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

    private func stages(of cluster: ClusterName, repository: GitRepository) -> TerragruntStages {
        let environment = StageEnvironment(
            passing: settings.stageEnvironment, from: ProcessInfo.processInfo.environment)
        let stage = StageSettings(
            environment: environment, directory: "\(settings.stateDirectory)/stages")
        let checkouts = RunCheckouts(
            directory: "\(settings.stateDirectory)/checkouts/\(cluster)", repository: repository)
        return TerragruntStages(stage) { run in try await checkouts.checkout(of: run) }
    }
}

/// One clean checkout for every run, which serves all its stages and outlives a restart.
struct RunCheckouts: Sendable {
    let directory: String
    let repository: GitRepository

    /// The checkout of a run; made when it is not there, while those of other runs are removed.
    func checkout(of run: RunContext) async throws -> Checkout {
        guard let commit = CommitID(run.revision.hash) else {
            preconditionFailure("A revision is a commit ID.")
        }
        let shelf = CheckoutShelf(directory: directory)
        let item: CheckoutShelf.Item
        do throws(GitError) {
            item = try await repository.checkOut(commit, for: "\(run.run)", on: shelf)
        } catch {
            // A damaged mirror is fetched anew at the next poll.
            let canWait = error.disposition != .stalled
            throw StageError(
                error.description, hint: error.hint, disposition: canWait ? .waiting : .stalled)
        }
        var remarks = item.leftBehind
        if !item.submodules.isEmpty {
            remarks.append(
                "submodules are not fetched, these folders are empty: "
                    + item.submodules.joined(separator: ", "))
        }
        let tracked = try await repository.withTree(of: commit) { tree in
            Set(try tree.paths(under: ""))
        }
        return Checkout(path: item.path, remarks: remarks) { tracked.contains($0) }
    }
}
