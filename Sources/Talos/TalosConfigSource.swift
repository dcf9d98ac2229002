import NIOPosix

/// Where a client takes its talosconfig from.
public enum TalosConfigSource: Sendable {
    /// A file, read anew for each new connection, since mounted certificates are renewed in place;
    /// of it the named context, or the one that the file has chosen itself.
    /// Endpoints that are given replace those of the file.
    case file(String, context: String? = nil, endpoints: [String] = [])

    /// A configuration that does not change.
    case value(TalosConfig)

    /// Reads the configuration, away from Swift's shared threads.
    func load() async throws -> TalosConfig {
        switch self {
        case .value(let config): config
        case .file(let file, let context, let endpoints):
            try await NIOThreadPool.singleton.runIfActive {
                var config = try TalosConfig(file: file, context: context)
                if !endpoints.isEmpty {
                    config.endpoints = endpoints.compactMap(MachineEndpoint.init)
                }
                return config
            }
        }
    }
}
