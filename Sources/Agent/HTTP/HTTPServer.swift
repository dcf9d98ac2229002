import ClusterModel
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import Synchronization

/// The agent's HTTP server.
///
/// It runs beside the loop, on a thread of its own, and neither waits for the other: when it ends by
/// itself that is told and it is started again, and ``stop()`` takes no longer than its patience.
final class HTTPServer: Sendable {
    typealias Answer = @Sendable (Request, HookSource) async -> Response

    /// How long answers under way may take to end after ``stop()``.
    static let stopPatience = Duration.seconds(2)

    /// Where the server listens; the port is the real one when any was asked for.
    let address: String

    /// Whether only this machine can reach it.
    let isLoopback: Bool

    /// What listens now.
    var current: Listening { listening.withLock { $0 } }

    private let group: MultiThreadedEventLoopGroup
    private let listening: Mutex<Listening>
    private let keeper = Mutex<Task<Void, Never>?>(nil)

    /// Listens, and answers until ``stop()``; `tell` gets a sentence when that ends by itself.
    ///
    /// Throws `unusableAddress` when the address cannot be listened at.
    static func start(
        at address: ListenAddress, limits: HTTPLimits = HTTPLimits(),
        tell: @escaping @Sendable (String) -> Void, answer: @escaping Answer
    ) async throws -> HTTPServer {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            let begin = { @Sendable (address: ListenAddress) in
                try await Listening.begin(at: address, limits: limits, on: group, answer: answer)
            }
            let first = try await begin(address)
            let server = HTTPServer(first, group: group)
            // The same port again, also when it was any that is free.
            let found = ListenAddress(host: address.host, port: first.address?.port ?? address.port)
            server.keeper.withLock { keeper in
                keeper = Task { await server.keep(telling: tell) { try await begin(found) } }
            }
            return server
        } catch {
            try? await group.shutdownGracefully()
            throw HTTPServerError.unusableAddress(address, reason: error.briefReason)
        }
    }

    private init(_ listening: Listening, group: MultiThreadedEventLoopGroup) {
        address = listening.address.map(\.hostAndPort) ?? ""
        isLoopback = listening.address?.isLoopback ?? false
        self.listening = Mutex(listening)
        self.group = group
    }

    /// Ends the server: nothing new is taken, and what is under way ends within the patience.
    ///
    /// An answer that hangs all the same, as on a file system that is away, is left to the end of the
    /// process.
    func stop() async {
        let (ends, end) = AsyncStream.makeStream(of: Void.self)
        Task {
            let task = keeper.withLock { $0 }
            task?.cancel()
            await current.end(patience: Self.stopPatience)
            await task?.value
            try? await group.shutdownGracefully()
            end.finish()
        }
        let watch = Task {
            try await Task.sleep(for: Self.stopPatience * 2)
            end.finish()
        }
        for await _ in ends {}
        watch.cancel()
    }

    /// Starts the server again whenever it ends by itself, after twice as long each time.
    private func keep(
        telling tell: @Sendable (String) -> Void, begin: @Sendable () async throws -> Listening
    ) async {
        var backoff = Backoff(first: .seconds(1), limit: .seconds(300))
        while !Task.isCancelled {
            let reason = await current.ended()
            guard !Task.isCancelled else { return }
            tell("The HTTP server ended by itself: \(reason). It is started again.")
            repeat {
                guard (try? await Task.sleep(for: backoff.step())) != nil else { return }
                guard let next = try? await begin() else { continue }
                listening.withLock { $0 = next }
                // Asked to stop meanwhile: nobody else knows of this one.
                if Task.isCancelled { return await next.end(patience: .zero) }
                break
            } while !Task.isCancelled
        }
    }
}

/// One listening socket and what came through it.
struct Listening: Sendable {
    let address: SocketAddress?
    private let server: Server<HTTP1Channel>
    private let connections: HTTPConnections
    private let running: Task<Void, any Error>

    static func begin(
        at address: ListenAddress, limits: HTTPLimits, on group: MultiThreadedEventLoopGroup,
        answer: @escaping HTTPServer.Answer
    ) async throws -> Listening {
        let connections = HTTPConnections(limits: limits)
        let (bound, binding) = AsyncStream.makeStream(of: SocketAddress?.self)
        let server = Server(
            childChannelSetup: channel(connections, answer),
            configuration: ServerConfiguration(
                address: .hostname(address.host, port: address.port)),
            onServerRunning: { binding.yield($0.localAddress) }, eventLoopGroup: group,
            // What it has to say is about clients, and would break the log's format.
            logger: Logger(label: "http", factory: { _ in SwiftLogNoOpLogHandler() }))
        let running = Task {
            defer { binding.finish() }
            try await server.run()
        }
        for await found in bound {
            return Listening(
                address: found, server: server, connections: connections, running: running)
        }
        try await running.value
        throw CancellationError()
    }

    /// Waits until the server ends, and says why it did.
    func ended() async -> String {
        do {
            try await running.value
            return "it takes no connections any more"
        } catch {
            return error.briefReason
        }
    }

    /// Takes nothing new, and cuts off what is not answered within the patience.
    func end(patience: Duration) async {
        let cut = Task {
            try? await Task.sleep(for: patience)
            connections.closeAll()
        }
        try? await server.shutdownGracefully()
        try? await running.value
        cut.cancel()
    }

    private static func channel(
        _ connections: HTTPConnections, _ answer: @escaping HTTPServer.Answer
    ) -> HTTP1Channel {
        HTTP1Channel(
            responder: { request, writer, channel in
                var response = await answer(request, HookSource(channel.remoteAddress))
                response.headers[.connection] = "close"
                let isHead = request.method == .head
                try await writer.write(
                    response: response.head, body: isHead ? ResponseBody() : response.body)
            },
            configuration: HTTP1Channel.Configuration(
                additionalChannelHandlers: [HTTPConnectionGuard(connections)],
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: connections.limits.headerBytes,
                    maxHeaderListSize: connections.limits.headerBytes,
                    maxHeaderFieldCount: connections.limits.headerFields)))
    }
}

extension SocketAddress {
    fileprivate var hostAndPort: String {
        let host = ipAddress ?? "?"
        return (host.contains(":") ? "[\(host)]" : host) + ":\(port ?? 0)"
    }

    fileprivate var isLoopback: Bool {
        ipAddress.map { $0 == "::1" || $0.hasPrefix("127.") } ?? false
    }
}

extension Error {
    /// The reason that the system gave, without where in which library it was noticed.
    fileprivate var briefReason: String {
        switch self {
        case let error as IOError: String(cString: strerror(error.errnoCode))
        case let error as SocketAddressError.UnknownHost: "nobody knows the name \(error.host)"
        default: "\(self)"
        }
    }
}
