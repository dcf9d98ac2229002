import GRPCCore
import SwiftProtobuf
import TalosMessages

/// A client of the machine API of one cluster.
///
/// Calls go through the endpoints of the talosconfig, which pass them on to the node they are meant
/// for. It connects when it is first used, and moves on to another endpoint when one does not answer.
public final class TalosClient: Sendable {
    /// How long calls may take.
    let timeouts: TalosTimeouts

    /// The connections to the endpoints.
    let connections: MachineConnections

    /// Where the nodes are.
    let directory = NodeDirectory()

    private let order = EndpointOrder()

    /// Creates a client; nothing is read and nothing is dialled until the first call.
    public init(source: TalosConfigSource, timeouts: TalosTimeouts = TalosTimeouts()) {
        self.timeouts = timeouts
        connections = MachineConnections(source: source)
    }

    /// Ends every connection; calls that are under way fail, and so do later ones.
    public func close() async { await connections.close() }

    /// Makes a call that only reads, through one endpoint after the other until one can be reached.
    ///
    /// Throws ``TalosError`` or ``TalosConfigError``.
    func read<Value: Sendable>(
        _ call: String, of target: CallTarget, timeout: Duration? = nil,
        _ body: @Sendable (MachineCall) async throws -> Value
    ) async throws -> Value {
        let timeout = timeout ?? timeouts.read
        return try await attempt(call, of: target, timeout: timeout, body).value
    }

    /// Makes a call that acts, once, on a connection that has just been seen to reach the node.
    ///
    /// ``TalosError/Kind/notSent`` means that the call was not made; otherwise
    /// ``TalosError/isOutcomeUnknown`` says whether it may have landed.
    func act<Value: Sendable>(
        _ call: String, on target: CallTarget, timeout: Duration,
        _ body: @Sendable (MachineCall) async throws -> Value
    ) async throws -> Value {
        let endpoint = try await reach(target, for: call)
        return try await send(call, of: target, through: endpoint, timeout: timeout, body)
    }

    /// Finds an endpoint through which the node answers, trying again for a while.
    private func reach(_ target: CallTarget, for call: String) async throws -> MachineEndpoint {
        let deadline = ContinuousClock.now + timeouts.reach
        while true {
            do {
                return try await attempt("Version", of: target, timeout: timeouts.read) { probe in
                    _ = try await probe.machine.version(
                        .init(), metadata: probe.metadata, options: probe.options)
                }.endpoint
            } catch let error as TalosError where error.isOutcomeUnknown {
                guard .now < deadline else {
                    throw TalosError(.notSent, call: call, node: error.node, reason: error.reason)
                }
                try await Task.sleep(for: .seconds(1))
            }
        }
    }

    private func attempt<Value: Sendable>(
        _ call: String, of target: CallTarget, timeout: Duration,
        _ body: @Sendable (MachineCall) async throws -> Value
    ) async throws -> (value: Value, endpoint: MachineEndpoint) {
        let deadline = ContinuousClock.now + timeout
        let endpoints = order.endpoints(try await connections.config().endpoints, target)
        var last: (any Error)?
        for (index, endpoint) in endpoints.enumerated() {
            // Each endpoint gets its share, so that one that stays silent leaves time for the rest.
            let remaining = (deadline - .now) / (endpoints.count - index)
            guard last == nil || remaining > .zero else { break }
            do {
                let value = try await send(
                    call, of: target, through: endpoint, timeout: remaining, body)
                return (value, endpoint)
            } catch let error as TalosError where error.isOutcomeUnknown {
                try Task.checkCancellation()
                order.demote(endpoint)
                last = error
            }
        }
        throw last
            ?? TalosError(
                .unreachable, call: call, node: target.name, reason: "there is no endpoint")
    }

    private func send<Value: Sendable>(
        _ name: String, of target: CallTarget, through endpoint: MachineEndpoint,
        timeout: Duration, _ body: @Sendable (MachineCall) async throws -> Value
    ) async throws -> Value {
        let client = try await connect(name, of: target, to: endpoint)
        let call = MachineCall(
            client: client, endpoint: endpoint, target: target, timeout: timeout)
        do {
            return try await body(call)
        } catch let error as TalosError where !error.isOutcomeUnknown {
            throw error
        } catch {
            let failure = TalosError(error, call: name, node: place(target, endpoint))
            if failure.isOutcomeUnknown || failure.kind == .untrusted {
                await connections.retire(client, of: endpoint)
            }
            throw failure
        }
    }

    private func connect(
        _ name: String, of target: CallTarget, to endpoint: MachineEndpoint
    ) async throws -> MachineClient {
        do {
            return try await connections.client(of: endpoint)
        } catch let error as TalosConfigError {
            throw error
        } catch {
            throw TalosError(error, call: name, node: place(target, endpoint))
        }
    }

    private func place(_ target: CallTarget, _ endpoint: MachineEndpoint) -> String {
        target.address == nil ? "\(endpoint)" : "\(target.name) through \(endpoint)"
    }
}
