import ClusterModel
import Execution
import Foundation
import Git
import RunStore
import Terragrunt

/// Where the checkouts of clusters are, and what belongs to their stages.
struct CheckoutPlaces: Sendable {
    let stateDirectory: String

    /// What stages keep: carried files, providers, locks.
    var stages: String { "\(stateDirectory)/stages" }

    private var checkouts: String { "\(stateDirectory)/checkouts" }

    /// The directory of a cluster's checkouts.
    func shelf(of cluster: ClusterName) -> CheckoutShelf {
        CheckoutShelf(directory: "\(checkouts)/\(cluster)")
    }

    /// The clusters that have checkouts.
    func clusters() -> [ClusterName] {
        let names = try? FileManager.default.contentsOfDirectory(atPath: checkouts)
        return (names ?? []).sorted().map { ClusterName($0) }
    }

    /// Removes a cluster's checkouts, unless a program that outlived an agent works on one.
    ///
    /// Says in sentences what could not be removed. What is carried from run to run stays: it holds
    /// the state of what exists, and is needed when the cluster comes back by a revert.
    func clear(_ cluster: ClusterName, with repository: GitRepository) async throws -> [String] {
        guard await !TerragruntStages.isAtWork(on: cluster, in: stages) else { return [] }
        return try await repository.clear(shelf(of: cluster))
    }
}

extension AgentLoop {
    /// Removes the checkouts of clusters that are not defined any more and have no run under way.
    func collectCheckouts(besides names: [ClusterName], in repository: GitRepository) async {
        let places = CheckoutPlaces(stateDirectory: world.stateDirectory)
        for cluster in places.clusters() {
            await guarded(cluster) {
                if names.contains(cluster) {
                    let record = try await world.store.cluster(cluster)
                    guard record?.removed != nil else { return }
                }
                guard try await world.store.openRun(of: cluster) == nil, busy[cluster] == nil else {
                    return
                }
                let left = try await places.clear(cluster, with: repository)
                guard checkoutRepetition.isDue(left.joined(), now: world.clock.now) else { return }
                for sentence in left { tell(.warning, .progress, sentence, cluster: cluster) }
            }
        }
    }
}
