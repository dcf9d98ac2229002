import Execution

extension AgentSettings {
    /// Starts the HTTP server if there is to be one; hooks call `wake`.
    ///
    /// Throws ``HTTPServerError`` for an address that cannot be listened at, and ``HookSecretError``
    /// for a file of secrets that is of no use from the start.
    func startServer(
        in world: ReconcilerWorld, vitals: AgentVitals, wake: @escaping @Sendable () async -> Void
    ) async throws -> HTTPServer? {
        guard let listen else {
            let message =
                "HTTP is off: nothing listens. --listen turns it on, such as --listen 127.0.0.1:8484."
            world.log.write(
                LogRecord(time: wallClock(), level: .info, event: .progress, message: message))
            return nil
        }
        if let hookSecretFile { _ = try await HookSecrets.read(file: hookSecretFile) }
        let hooks = HookDoor(
            HookDoor.World(
                secretFile: hookSecretFile, clock: world.clock, now: wallClock,
                tell: world.log.write, wake: wake))
        let pages = HTTPPages(
            store: world.store, vitals: vitals, hooks: hooks, clock: world.clock,
            patience: max(.seconds(600), (interval + gitTimeout) * 3))
        let routes = HTTPRoutes(hooks: hooks, pages: pages)
        let tell = { @Sendable (level: LogRecord.Level, message: String) in
            world.log.write(
                LogRecord(time: wallClock(), level: level, event: .progress, message: message))
        }
        let server = try await HTTPServer.start(
            at: listen, tell: { tell(.error, $0) }, answer: routes.answer)
        let reach = server.isLoopback ? "this machine only" : "other machines too, without TLS"
        let taken = hookSecretFile == nil ? "webhooks are refused" : "webhooks are taken"
        tell(.notice, "Listening on http://\(server.address) for \(reach); \(taken).")
        return server
    }
}
