import ClusterModel
public import Git
import Infrastructure

/// Looks whether a commit can be read and its clusters reached, for `uprev check`.
public struct Checking: Sendable {
    private let reading: CommitReading

    /// Creates a check over a reader.
    public init(reading: CommitReading) { self.reading = reading }

    /// One sentence on each cluster that the commit defines, and on each of its submodules.
    ///
    /// `url` is where the repository was fetched from, which says where submodules may come from.
    /// Throws `ReadError` for what cannot be read, and `GitError` for a submodule that stages want
    /// and must not get.
    public func findings(at commit: CommitID, from url: RemoteURL? = nil) async throws -> [String] {
        var submodules = try await reading.emptySubmodules(of: commit).map {
            "\($0) is a submodule, which is not fetched: stages find an empty folder."
        }
        if reading.fetchesSubmodules, let url {
            submodules = try await reading.repository.submoduleOrigins(of: commit, from: url).map {
                "\($0.path) is a submodule, which is fetched from \($0.url)."
            }
        }
        return try await reading.contents(of: commit).map { cluster in
            let name = cluster.definition.name
            guard let desired = try cluster.desired.get() else {
                return "\(name): its files do not exist in \(commit.short)."
            }
            return "\(name): Talos \(desired.talosVersion), Kubernetes "
                + "\(desired.kubernetesVersion), \(desired.allExtensions.count) extensions, "
                + "\(cluster.inputPaths.count) input files."
        } + submodules
    }

    /// One sentence on each node of each cluster, as it shows itself now.
    public func observations(
        at commit: CommitID, through connecting: any ClusterConnecting
    ) async throws -> [String] {
        var lines: [String] = []
        let clusters = try await reading.contents(of: commit)
        for cluster in clusters {
            let connection = try await connecting.connection(
                to: cluster.definition, isOnlyCluster: clusters.count == 1,
                repository: reading.repository)
            let observed = try await ClusterObserving(connection: connection).observe()
            lines += observed.nodes.map { $0.sentence(in: cluster.definition.name) }
            lines.append(observed.etcdSentence(in: cluster.definition.name))
        }
        return lines
    }
}

extension ObservedNode {
    fileprivate func sentence(in cluster: ClusterName) -> String {
        guard let system else { return "\(cluster): \(name) (\(role.rawValue)) does not answer." }
        let kubelet = kubernetes?.kubeletVersion.map { ", kubelet \($0)" } ?? ""
        let ready = kubernetes.map { $0.isReady ? ", ready" : ", NOT READY" } ?? ""
        return "\(cluster): \(name) (\(role.rawValue)) runs Talos \(system.version)\(kubelet)"
            + "\(ready), stage \(system.stage)."
    }
}

extension ObservedState {
    fileprivate func etcdSentence(in cluster: ClusterName) -> String {
        guard let etcd else { return "\(cluster): etcd does not answer." }
        let healthy = etcd.members.filter(\.isHealthy).count
        return "\(cluster): etcd has \(etcd.members.count) members, \(healthy) healthy, "
            + "\(etcd.alarms.count) alarms."
    }
}
