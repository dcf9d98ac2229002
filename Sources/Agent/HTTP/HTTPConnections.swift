import NIOCore
import NIOHTTPTypes
import Synchronization

/// What one connection, and all of them together, may take.
struct HTTPLimits: Sendable {
    /// Connections at a time; a further one ends the oldest.
    var connections = 64
    /// From the first byte to the last of a connection, the answer included.
    var patience = Duration.seconds(10)
    /// How long a client may take to notice that it was answered.
    var lingering = Duration.seconds(1)
    /// The bytes of all header fields of a request.
    var headerBytes = 16_384
    /// The header fields of a request.
    var headerFields = 100
}

/// The connections that are open.
///
/// When there are too many, the oldest is ended and not the newest refused: whoever holds
/// connections open for no good reason cannot keep out a probe, which takes milliseconds.
final class HTTPConnections: Sendable {
    private struct State {
        var next = 0
        var open: [Int: any Channel] = [:]
    }

    let limits: HTTPLimits
    private let state = Mutex(State())

    init(limits: HTTPLimits) { self.limits = limits }

    /// How many are open.
    var count: Int { state.withLock { $0.open.count } }

    /// Takes a connection, and ends the oldest when there are too many.
    func opened(_ channel: any Channel) {
        let (number, oldest) = state.withLock { state in
            let number = state.next
            state.next += 1
            state.open[number] = channel
            let isCrowded = state.open.count > limits.connections
            let victim = isCrowded ? state.open.keys.min() : nil
            return (number, victim.flatMap { state.open.removeValue(forKey: $0) })
        }
        oldest?.close(promise: nil)
        channel.closeFuture.whenComplete { _ in self.closed(number) }
    }

    /// Ends every connection.
    func closeAll() {
        for channel in state.withLock({ Array($0.open.values) }) { channel.close(promise: nil) }
    }

    private func closed(_ number: Int) {
        state.withLock { _ = $0.open.removeValue(forKey: number) }
    }
}

/// Holds a connection to one request and to its limits.
///
/// The time is counted from the start and by nothing that the client does, so that a client that
/// drips its header or its body, or does not read the answer, ends as one that says nothing.
final class HTTPConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let connections: HTTPConnections
    private var isTaken = false
    private var hasRequest = false

    init(_ connections: HTTPConnections) { self.connections = connections }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { take(context.channel) }
    }

    func channelActive(context: ChannelHandlerContext) {
        take(context.channel)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasRequest else { return }
        if case .end = unwrapInboundIn(data) { hasRequest = true }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .end = unwrapOutboundIn(data) else {
            return context.write(data, promise: promise)
        }
        hasRequest = true
        let channel = context.channel
        let lingering = connections.limits.lingering
        let written = promise ?? context.eventLoop.makePromise()
        written.futureResult.whenComplete { _ in
            channel.close(mode: .output, promise: nil)
            Self.end(channel, in: lingering)
        }
        context.write(data, promise: written)
    }

    private func take(_ channel: any Channel) {
        guard !isTaken else { return }
        isTaken = true
        connections.opened(channel)
        Self.end(channel, in: connections.limits.patience)
    }

    private static func end(_ channel: any Channel, in time: Duration) {
        let task = channel.eventLoop.scheduleTask(in: TimeAmount(time)) {
            channel.close(promise: nil)
        }
        channel.closeFuture.whenComplete { _ in task.cancel() }
    }
}
