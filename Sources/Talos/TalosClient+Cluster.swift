public import ClusterModel
public import Execution
import GRPCCore
import SwiftProtobuf
import TalosMessages

extension TalosClient: TalosCluster {
    /// The nodes that discovery knows; without discovery, those that the talosconfig names.
    public func members() async throws -> [ClusterMember] {
        try await explaining { try await discover() }
    }

    /// What runs on a node, read from that node now.
    public func system(of node: NodeName) async throws -> NodeSystem {
        try await explaining {
            try await read("system", of: try await target(node)) { call in
                let status = try await call.machineStatus()
                let installed = try await call.extensions()
                let arguments = try await call.kernelCommandLine()
                    .split(whereSeparator: \.isWhitespace).map(String.init)
                return NodeSystem(
                    version: try await call.version(), bootID: try await call.bootID(),
                    stage: status.stage.rawValue, isReady: status.isReady,
                    extensions: installed.extensions, schematic: installed.schematic,
                    kernelArguments: arguments,
                    bootedSlot: BootedSlot.find(
                        bootedEntry: try await call.bootedEntry(), kernelArguments: arguments))
            }
        }
    }

    /// The members of etcd with their health and alarms, read from every control plane now.
    public func etcd() async throws -> EtcdState {
        try await explaining { try await etcdReport().state }
    }

    /// Streams an etcd snapshot from a healthy member into a new file, and verifies its trailer.
    ///
    /// The file appears under `path` only when it is complete and verified.
    public func snapshotEtcd(to path: String) async throws -> SnapshotReceipt {
        try await explaining { try await takeSnapshot(to: path) }
    }

    /// Asks the member on `node` to hand over leadership; nothing happens when it does not lead.
    public func forfeitLeadership(of node: NodeName) async throws {
        try await explaining {
            let target = try await target(node)
            try await act("EtcdForfeitLeadership", on: target, timeout: timeouts.act) { call in
                _ = try await call.machine.etcdForfeitLeadership(
                    .init(), metadata: call.metadata, options: call.options)
            }
        }
    }

    /// Installs `image`, and returns when the node has said how it went.
    public func install(
        _ image: String, on node: NodeName, through interface: InstallInterface, mode: RebootMode,
        progress: @escaping @Sendable (String) -> Void
    ) async throws {
        // An install may not be repeated on a mere suspicion, so it must be known that none began.
        try await explaining(notSent: .refused) {
            try await install(
                image, on: try await target(node), through: interface, mode: mode,
                progress: progress)
        }
    }

    /// Asks the node to reboot; returns once the node has accepted.
    public func reboot(_ node: NodeName, mode: RebootMode) async throws {
        try await explaining {
            try await act("Reboot", on: try await target(node), timeout: timeouts.act) { call in
                _ = try await call.machine.reboot(
                    .with { $0.mode = mode == .powerCycle ? .powercycle : .default },
                    metadata: call.metadata, options: call.options)
            }
        }
    }

    /// Turns failures into those that a run decides by.
    ///
    /// A call that could not be sent counts as unreachable: looking and asking again is harmless.
    private func explaining<Value: Sendable>(
        notSent: ClusterError.Kind = .unreachable, _ body: () async throws -> Value
    ) async throws(ClusterError) -> Value {
        do {
            return try await body()
        } catch let error as TalosConfigError {
            throw ClusterError(.misconfigured, error.description, hint: error.hint)
        } catch {
            let failure = TalosError(error, call: "the call", node: "the cluster")
            let kind = failure.kind == .notSent ? notSent : failure.kind.forRun
            throw ClusterError(kind, failure.description, hint: failure.hint)
        }
    }
}

extension TalosError.Kind {
    /// What the kind means to a run; `refused` promises that nothing was done.
    fileprivate var forRun: ClusterError.Kind {
        switch self {
        case .unreachable, .timedOut, .notSent: .unreachable
        case .untrusted, .denied: .misconfigured
        case .notFound, .unknownNode: .notFound
        case .failedPrecondition, .busy, .invalid, .unsupported, .failed: .refused
        case .installFailed, .corrupt, .localFile: .failed
        }
    }
}
