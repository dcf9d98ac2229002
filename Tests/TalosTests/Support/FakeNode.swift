import Foundation
import GRPCCore
import SwiftProtobuf
import Synchronization
import TalosMessages

/// What a fake cluster is told to be and to do; a test sets it up and changes it as it goes.
struct FakeNode: Sendable {
    var name: String
    var isControlPlane = true
    var version = "v1.12.4"
    var bootID = "6a1d2b52-0000-4000-8000-000000000001"
    var stage = Talos_Resource_Definitions_Enums_RuntimeMachineStage.machineStageRunning
    var isReady = true
    var extensions: [(name: String, version: String)] = []
    var commandLine = "talos.platform=metal"
    var bootedEntry: String?
    var etcdID: UInt64 = 1
    var etcdErrors: [String] = []
    /// Whether calls that are passed on to it fail.
    var isDown = false

    /// The kinds of resources that its Talos does not know.
    var unknownKinds: Set<String> = []
}

/// How a fake cluster answers the calls that act.
struct FakeBehaviour: Sendable {
    /// The snapshot, and after how many bytes the connection is cut.
    var snapshot: [UInt8] = []
    var snapshotCut: Int?
    /// Stops sending in the middle, without ending the stream.
    var snapshotStalls = false

    /// The messages of `LifecycleService.Upgrade`, in order; the connection is cut after them.
    var installMessages: [Machine_LifecycleServiceInstallProgress] = []
    var installCuts = false
    var installError: RPCError?
    var pullError: RPCError?

    var upgradeError: RPCError?
    var upgradeCuts = false
    /// What `Events` sends once `Upgrade` was called.
    var upgradeEvents: [Machine_Event] = []
    /// Whether `Events` is refused.
    var eventsError = false

    var kubeconfig: [UInt8] = []

    /// Calls that are never answered.
    var silentCalls: Set<String> = []
    var alarms: [Machine_EtcdMemberAlarm] = []
    var forfeitError: RPCError?
}

/// A cluster behind one or several endpoints, and what was asked of it.
final class FakeCluster: Sendable {
    struct State {
        var nodes: [String: FakeNode]
        var behaviour = FakeBehaviour()
        var calls: [String] = []
        var upgrades: [Machine_UpgradeRequest] = []
        var reboots: [Machine_RebootRequest] = []
        var pulls: [Machine_ImageServicePullRequest] = []
        var installs: [Machine_LifecycleServiceUpgradeRequest] = []
        var hasDiscovery = true
        var leader: UInt64 = 1
    }

    private let state: Mutex<State>
    let connections = AcceptedConnections()
    let upgraded = AsyncStream<Void>.makeStream()

    init(nodes: [String: FakeNode]) { state = Mutex(State(nodes: nodes)) }

    func change(_ body: (inout sending State) -> Void) { state.withLock { body(&$0) } }

    func get<Value: Sendable>(_ path: any KeyPath<State, Value> & Sendable) -> Value {
        state.withLock { $0[keyPath: path] }
    }

    /// The address that the call under way was meant for.
    @TaskLocal
    static var address = ""

    /// The node that the call under way was meant for.
    func node() throws -> FakeNode {
        guard let node = get(\.nodes)[Self.address] else {
            throw RPCError(code: .unavailable, message: "no route to \(Self.address)")
        }
        if node.isDown {
            throw RPCError(code: .unavailable, message: "connection error: dial tcp: refused")
        }
        return node
    }

    func checkControlPlane() throws {
        guard try node().isControlPlane else {
            throw RPCError(
                code: .unimplemented, message: "etcd is only available on control plane nodes")
        }
    }
}

/// Takes note of each call, and passes it on to the node that it names.
struct FakeRouter: ServerInterceptor {
    let cluster: FakeCluster
    let ownAddress: String

    func intercept<Input: Sendable, Output: Sendable>(
        request: StreamingServerRequest<Input>, context: ServerContext,
        next:
            @Sendable (StreamingServerRequest<Input>, ServerContext) async throws ->
            StreamingServerResponse<Output>
    ) async throws -> StreamingServerResponse<Output> {
        let target = Array(request.metadata[stringValues: "node"]).last ?? ownAddress
        let method = context.descriptor.method
        cluster.change { $0.calls.append("\(method) \(target)") }
        if cluster.get(\.behaviour.silentCalls).contains(method) {
            try await context.cancellation.cancelled
        }
        return try await FakeCluster.$address.withValue(target) {
            let response = try await next(request, context)
            // A stream is produced after this returns, and must know its node as well.
            guard case .success(let contents) = response.accepted else { return response }
            return StreamingServerResponse(metadata: contents.metadata) { writer in
                try await FakeCluster.$address.withValue(target) {
                    try await contents.producer(writer)
                }
            }
        }
    }
}
