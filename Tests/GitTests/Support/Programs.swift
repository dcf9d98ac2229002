import Foundation
import Testing

@testable import Git

/// The programs of other projects that tests start as real servers.
///
/// `UPREV_REQUIRE_SERVERS=1` makes the absence of one a failure instead of a skip.
enum Programs {
    static let sshd = find("sshd")
    static let openssl = find("openssl")
    static let python = find("python3")

    static let gitDaemon = find("git-daemon")

    /// Whether `git daemon` can be started.
    static let canServeGit = require("git daemon", gitDaemon)

    /// Whether SSH servers can be started.
    static let canServeSSH = require("sshd", sshd)

    /// Whether certificates can be made, and TLS put in front of a server.
    static let canServeTLS = require("openssl", openssl) && require("python3", python)

    /// Whether a program can be killed between two of its system calls, which takes a tracer.
    static let canTrace =
        require("python3", python)
        && require("permission to trace programs", traces ? "granted" : nil)

    /// The script that kills a program right before the Nth call that changes a file.
    static let killAt = script("kill_at.py")

    private static let traces = (try? run(python, [killAt, "0", "/bin/true"])) != nil

    /// The path of a script of `Tests/Support`.
    static func script(_ name: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Support/\(name)").path
    }

    static let reason: Comment = "a program that serves is not installed; see `make setup-servers`"

    static let isRequired =
        ProcessInfo.processInfo.environment["UPREV_REQUIRE_SERVERS"] == "1"

    private static func find(_ name: String) -> String? {
        ["/usr/local/sbin", "/usr/sbin", "/usr/bin", "/bin", "/usr/lib/git-core"].map {
            "\($0)/\(name)"
        }
        .first(where: FileManager.default.isExecutableFile)
    }

    /// A required program counts as there, so that its tests fail and do not vanish.
    private static func require(_ name: String, _ path: String?) -> Bool {
        if path == nil, !isRequired {
            print("SKIPPED: tests of real servers need `\(name)`, and it is not there.")
        }
        return path != nil || isRequired
    }

    /// Runs a program to its end, and throws what it complained about.
    @discardableResult
    static func run(_ path: String?, _ arguments: [String]) throws -> String {
        let child = ChildProcess(
            executable: try #require(path), arguments: arguments,
            environment: ["PATH": "/usr/bin:/bin"])
        let ending = try child.run(input: [], deadline: .now.advanced(by: .seconds(60)))
        guard ending.exitCode == 0 else {
            let words = String(decoding: ending.diagnostics, as: UTF8.self)
            throw Upstream.Failure(description: "\(arguments): \(words)")
        }
        return String(decoding: ending.output, as: UTF8.self)
    }
}
