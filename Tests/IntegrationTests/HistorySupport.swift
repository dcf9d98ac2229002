import Foundation
import TestSupport
import Testing

extension LiveAgent {
    /// What `uprev status --output json` says of the branch and of histories.
    struct Report: Decodable {
        struct Source: Decodable {
            let condition: String
            let rule: String?
            let hint: String?
            let tip: String?
        }

        struct Rewrite: Decodable, Equatable {
            let reconciled: String
            let tip: String
            let relation: String
            let mergeBase: String?
            let missing: Int?
            let added: Int?
            let since: Double
        }

        struct Cluster: Decodable {
            let cluster: String
            let condition: String
            let reason: String
            let rule: String?
            let hint: String?
            let reconciled: String?
            let rewrite: Rewrite?
        }

        struct Removed: Decodable {
            let cluster: String
            let revision: String
        }

        let source: Source?
        let clusters: [Cluster]
        let removed: [Removed]?
    }

    /// What the agent's journal says now; `nil` before there is one.
    func report() throws -> Report? {
        let result = try uprev.run(["status", "--state-dir", state, "--output", "json"])
        return try? JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
    }

    /// Waits until the one cluster is stalled by a rule, and gives what is said of it.
    func wait(forRule rule: String) async throws -> Report.Cluster {
        try await wait(for: "Stalled by \(rule)") { agent in
            guard let cluster = try agent.report()?.clusters.first else { return false }
            return cluster.rule == rule && cluster.condition == "Stalled"
        }
        guard let cluster = try report()?.clusters.first else {
            throw ProgramError(description: "The cluster is gone from the status.")
        }
        return cluster
    }

    /// Runs `uprev reconcile --accept-rewrite` with more arguments.
    func accept(_ arguments: String...) throws -> Program.Result {
        try uprev.run(
            ["reconcile", "--state-dir", state, "--accept-rewrite"] + arguments)
    }

    /// How many lines of the log contain a text.
    func lines(containing text: String) -> Int {
        log.split(separator: "\n").filter { $0.contains(text) }.count
    }

    /// One line of `uprev history --output json`.
    struct Decided: Decodable {
        struct Cluster: Decodable {
            let path: String
            let verdict: String
        }

        struct Problem: Decodable { let message: String }

        let target: String
        let clusters: [Cluster]
        let errors: [Problem]
        let result: String?
    }

    /// What the journal says was decided, oldest first.
    func history() throws -> [Decided] {
        let result = try uprev.run(["history", "--state-dir", state, "--output", "json"])
        return try result.output.split(separator: "\n").map {
            try JSONDecoder().decode(Decided.self, from: Data($0.utf8))
        }
    }
}

/// `git http-backend` behind a server on loopback, as long as the object lives.
final class HTTPSource {
    private let process = Process()
    private let input = Pipe()

    /// The port it listens on.
    let port: Int

    /// Serves the repositories below a folder.
    init(serving folder: String) throws {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Support/git_http.py").path
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = [script, folder]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        guard let port = Int(line.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw ProgramError(description: "git_http.py said \(line.debugDescription).")
        }
        self.port = port
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }
}
