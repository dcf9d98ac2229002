import Agent
import ArgumentParser

/// The agent's HTTP server, by flag or environment variable.
struct HTTPOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Serve health, metrics and webhooks over HTTP at HOST:PORT. (default: nowhere)",
            discussion: """
                Nothing listens unless this is given, and then only where it says: 127.0.0.1:8484 \
                is reachable from this machine alone. It is HTTP without TLS, which is for a proxy \
                in front of it. Port 0 is any free one; the log says which.
                """))
    var listen: String?

    @Option(
        help: ArgumentHelp(
            "The secrets of the Git host's webhooks, one a line; any may match.",
            discussion: "Webhooks are refused without one. The file is read anew for each."))
    var hookSecretFile: String?

    /// Where to listen; `nil` for nowhere.
    func address() throws -> ListenAddress? {
        try (listen ?? fromEnvironment("UPREV_LISTEN")).map { try ListenAddress($0) }
    }

    /// The file of secrets; `nil` for none.
    var secretFile: String? {
        (hookSecretFile ?? fromEnvironment("UPREV_HOOK_SECRET_FILE")).map(absolute)
    }

    /// One sentence on each of the two that is given, once it is found to be usable.
    func findings() async throws -> [String] {
        var lines: [String] = []
        if let address = try address() {
            lines.append("HTTP: the agent would listen at \(address).")
        }
        if let file = secretFile {
            let count = try await HookSecrets.read(file: file).count
            lines.append(
                "Webhooks: \(count) \(count == 1 ? "secret" : "secrets") in \(file).")
        }
        return lines
    }
}
