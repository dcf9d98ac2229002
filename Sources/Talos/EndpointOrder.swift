import Synchronization

/// Remembers which endpoints did not answer, so that they are asked last.
final class EndpointOrder: Sendable {
    /// The endpoints that failed, the latest failure last.
    private let demoted = Mutex<[MachineEndpoint]>([])

    /// The endpoints in the order in which they are to be tried.
    ///
    /// Those that did not fail come first, and among equals the node that is meant itself, which
    /// needs nobody to pass the call on.
    func endpoints(_ all: [MachineEndpoint], _ target: CallTarget) -> [MachineEndpoint] {
        let failures = demoted.withLock { $0 }
        let ranked = all.enumerated().map { index, endpoint in
            (
                rank: (
                    failures.firstIndex(of: endpoint) ?? -1,
                    endpoint.host == target.address ? 0 : 1, index
                ),
                endpoint: endpoint
            )
        }
        return ranked.sorted { $0.rank < $1.rank }.map(\.endpoint)
    }

    /// Puts an endpoint last.
    func demote(_ endpoint: MachineEndpoint) {
        demoted.withLock { failures in
            failures.removeAll { $0 == endpoint }
            failures.append(endpoint)
        }
    }
}
