import Foundation
import Glibc
import Testing

@testable import Git

/// How long the curve is.
private enum PollCurve {
    /// How many polls to make; none unless it is asked for, since they take minutes.
    static let polls = Int(ProcessInfo.processInfo.environment["UPREV_POLL_CURVE"] ?? "") ?? 0
}

/// What many polls leave behind in the agent's process: `make poll-curve`.
@Suite("The curve of many polls", .serialized, .enabled(if: PollCurve.polls > 0))
struct PollCurveTests {
    /// What the process holds at one moment.
    private struct Holding: CustomStringConvertible {
        let kibibytes: Int
        let descriptors: Int
        let threads: Int
        let children: Int

        init() throws {
            let status = try content("/proc/self/status").split(separator: "\n")
            let number = { (name: String) in
                status.first { $0.hasPrefix(name) }
                    .flatMap { Int($0.filter(\.isNumber)) } ?? -1
            }
            kibibytes = number("VmRSS:")
            threads = number("Threads:")
            descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
            let own = "\(getpid())"
            children = try FileManager.default.contentsOfDirectory(atPath: "/proc")
                .filter { Int($0) != nil }
                .filter { process in
                    let text = (try? content("/proc/\(process)/stat")) ?? ""
                    return text.drop { $0 != ")" }.split(separator: " ").dropFirst(2).first ?? ""
                        == own
                }.count
        }

        var description: String {
            "\(kibibytes) KiB, \(descriptors) descriptors, \(threads) threads, \(children) children"
        }
    }

    /// Shows a line at once, also where the output is no terminal.
    private static func tell(_ line: String) {
        print(line)
        fflush(nil)
    }

    private func curve(_ name: String, _ source: GitSource, polls: Int, steps: Int = 10)
        async throws
    {
        for _ in 0..<100 { _ = try await source.poll() }
        let first = try Holding()
        Self.tell("\(name): 0 polls: \(first)")
        var last = first
        for step in 1...steps {
            for _ in 0..<polls / steps { _ = try await source.poll() }
            last = try Holding()
            Self.tell("\(name): \(step * (polls / steps)) polls: \(last)")
        }
        #expect(last.descriptors <= first.descriptors + 2)
        #expect(last.children == first.children)
        #expect(last.threads <= first.threads + 4)
        // The allocator keeps what a burst took; a leak of a hundred bytes a poll would show.
        #expect(last.kibibytes - first.kibibytes < max(1024, polls / 10))
    }

    @Test("file:// stays flat")
    func file() async throws {
        let upstream = try Upstream()
        for number in 0..<50 { try upstream.commit(["a": "\(number)"]) }
        let source = GitSource(
            url: try RemoteURL(upstream.url), branch: try BranchName("main"),
            mirrorDirectory: "\(upstream.folder.path)/none")
        try await curve("file", source, polls: PollCurve.polls * 4)
    }

    @Test("http:// stays flat")
    func http() async throws {
        let upstream = try Upstream()
        for number in 0..<50 { try upstream.commit(["a": "\(number)"]) }
        let server = try ScriptServer("git_http.py", [upstream.folder.path])
        let url = "http://127.0.0.1:\(server.port)/source/.git"
        let watched = try WatchedSource(upstream, through: { _ in url })
        let source = try watched.source()
        try await curve("http", source, polls: PollCurve.polls)
        #expect(try watched.workers().isEmpty)
        withExtendedLifetime(server) {}
    }
}
