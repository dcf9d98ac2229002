import ClusterModel
import Execution
import GRPCCore
import SwiftProtobuf
import TalosMessages

extension TalosClient {
    /// Takes a snapshot from the first healthy member that can give one, followers first.
    func takeSnapshot(to path: String) async throws -> SnapshotReceipt {
        let members = try await etcdReport().state.members.filter { $0.isHealthy && !$0.isLearner }
        let ordered = members.filter { !$0.isLeader } + members.filter(\.isLeader)
        var last: (any Error)?
        for member in ordered {
            do {
                return try await takeSnapshot(of: try await target(member.name), to: path)
            } catch let error as TalosError where error.kind != .localFile {
                try Task.checkCancellation()
                last = error
            }
        }
        throw last
            ?? TalosError(
                .failedPrecondition, call: "EtcdSnapshot", node: "any control plane",
                reason: "no member of etcd is healthy")
    }

    /// Streams the snapshot of one member into a file; nothing is left behind when it fails.
    func takeSnapshot(of target: CallTarget, to path: String) async throws -> SnapshotReceipt {
        let file = SnapshotFile(path: path)
        do {
            try await file.open()
            try await receiveSnapshot(of: target, into: file)
            let result = try await file.finish()
            return SnapshotReceipt(path: path, bytes: result.bytes, sha256: result.sha256)
        } catch {
            await file.discard()
            throw Self.snapshotError(error, node: target.name)
        }
    }

    private func receiveSnapshot(of target: CallTarget, into file: SnapshotFile) async throws {
        let silence = timeouts.silence
        // Never through a second endpoint: the file holds what came through the first.
        try await act("EtcdSnapshot", on: target, timeout: timeouts.snapshot) { call in
            try await withSilenceLimit(silence) { pulse in
                try await call.machine.etcdSnapshot(
                    .init(), metadata: call.metadata, options: call.options
                ) { reply in
                    // Talos sends a kilobyte a message.
                    var batch: [UInt8] = []
                    for try await piece in reply.messages {
                        pulse.beat()
                        batch += piece.bytes
                        guard batch.count >= 1 << 20 else { continue }
                        try await file.write(batch)
                        batch.removeAll(keepingCapacity: true)
                        pulse.beat()
                    }
                    try await file.write(batch)
                }
            }
        }
    }

    private static func snapshotError(_ error: any Error, node: String) -> any Error {
        switch error {
        case let error as SnapshotDamage:
            TalosError(.corrupt, call: "EtcdSnapshot", node: node, reason: "\(error)")
        case let error as FileFailure: TalosError(error, call: "EtcdSnapshot", node: node)
        default: error
        }
    }
}
