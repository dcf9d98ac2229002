import Foundation
import Glibc
import Testing

@testable import Git

/// What many polls leave behind in the agent's process.
///
/// `make poll-curve` prints the long curves. The normal tests take a short one of each kind, in a
/// process of its own, since other tests would be counted here.
@Suite("The curve of many polls", .serialized)
struct PollCurveTests {
    /// How many polls to make; none unless it is asked for.
    private static let polls = Int(environment["UPREV_POLL_CURVE"] ?? "") ?? 0
    private static var environment: [String: String] { ProcessInfo.processInfo.environment }

    /// How a source is polled.
    enum Course: String, CaseIterable, Sendable {
        case file
        case http
        case https
        case ssh
        case resetHTTP = "http, reset"
        case resetHTTPS = "https, reset"
        case resetSSH = "ssh, reset"
        case stalledHTTP = "http, stalled"
        case stalledHTTPS = "https, stalled"
        case stalledSSH = "ssh, stalled"

        /// The wires of the course; `nil` for a file.
        var transport: Wiring.Transport? {
            switch self {
            case .file: nil
            case .http, .resetHTTP, .stalledHTTP: .http
            case .https, .resetHTTPS, .stalledHTTPS: .https
            case .ssh, .resetSSH, .stalledSSH: .ssh
            }
        }

        var fault: FaultyWire.Fault? {
            switch self {
            case .file, .http, .https, .ssh: nil
            case .resetHTTP, .resetHTTPS, .resetSSH: .resets
            case .stalledHTTP, .stalledHTTPS, .stalledSSH: .stalls
            }
        }

        /// How many times fewer polls are made than of a fast one, so that none takes an hour.
        var divisor: Int {
            switch self {
            case .file, .http: 1
            case .https: 4
            case .ssh, .resetHTTP, .resetHTTPS: 20
            case .resetSSH, .stalledHTTP, .stalledHTTPS, .stalledSSH: 50
            }
        }

        var canRun: Bool { transport?.canBeServed ?? true }
    }

    /// What the process holds at one moment.
    private struct Holding {
        let kibibytes: Int
        let descriptors: Int
        let threads: Int
        let children: Int
        let zombies: Int

        init() throws {
            let status = try content("/proc/self/status").split(separator: "\n")
            let number = { (name: String) in
                status.first { $0.hasPrefix(name) }
                    .flatMap { Int($0.filter(\.isNumber)) } ?? -1
            }
            kibibytes = number("VmRSS:")
            threads = number("Threads:")
            descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
            let states = try FileManager.default.contentsOfDirectory(atPath: "/proc")
                .filter { Int($0) != nil }
                .compactMap { process -> Substring? in
                    let text = (try? content("/proc/\(process)/stat")) ?? ""
                    let words = text.drop { $0 != ")" }.split(separator: " ").dropFirst()
                    return words.dropFirst().first == "\(getpid())" ? words.first : nil
                }
            children = states.count
            zombies = states.count { $0 == "Z" }
        }

        func line(_ polls: Int) -> String {
            [polls, kibibytes, descriptors, threads, children, zombies]
                .map { String(repeating: " ", count: max(1, 12 - "\($0)".count)) + "\($0)" }
                .joined()
        }
    }

    /// Shows a line at once, also where the output is no terminal.
    private static func tell(_ line: String) {
        print(line)
        fflush(nil)
    }

    @Test(
        "A short curve of each kind stays flat",
        .enabled(if: polls == 0), arguments: Course.allCases)
    func short(course: Course) throws {
        guard course.canRun else { return }
        let polls = course == .file ? 1000 : course.fault == .stalls ? 10 : 20
        let child = ChildProcess(
            executable: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"),
            arguments: ["--testing-library", "swift-testing", "--filter", "PollCurveTests/long"],
            environment: Self.environment.merging(
                ["UPREV_POLL_CURVE": "\(polls)", "UPREV_POLL_COURSE": course.rawValue]
            ) { $1 })
        let ending = try child.run(input: [], deadline: .now.advanced(by: .seconds(300)))
        let output = String(decoding: ending.output + ending.diagnostics, as: UTF8.self)
        #expect(ending.exitCode == 0, "\(output)")
        #expect(output.contains("\(course.rawValue): \(polls) polls"), "\(output)")
    }

    @Test(
        "Many polls leave no memory, descriptor, thread or child behind",
        .enabled(if: polls > 0), arguments: Course.allCases)
    func long(course: Course) async throws {
        let chosen = Self.environment["UPREV_POLL_COURSE"]
        guard course.canRun, chosen == nil || chosen == course.rawValue else { return }
        let polls = chosen == nil ? max(100, Self.polls / course.divisor) : Self.polls
        let upstream = try Upstream()
        for number in 0..<50 { try upstream.commit(["a": "\(number)"]) }
        guard let transport = course.transport else {
            let source = GitSource(
                url: try RemoteURL(upstream.url), branch: try BranchName("main"),
                mirrorDirectory: "\(upstream.folder.path)/none")
            return try await curve(course, polls: polls) { _ = try await source.poll() }
        }
        let line = try Wiring(transport, to: upstream).line()
        let tip = try upstream.head()
        #expect(try await line.watched.poll().tip == tip)
        line.wire.fail(nil)
        #expect(try await line.watched.poll().tip == tip)
        // The bytes of a poll that moves nothing; what comes last of them may not be missed.
        let whole = line.wire.passed
        let source = try line.watched.source(
            timeout: course.fault == .stalls ? .milliseconds(100) : .seconds(60))
        var count = 0
        try await curve(course, polls: polls) {
            guard let fault = course.fault else {
                #expect(try await source.poll().tip == tip)
                return
            }
            line.wire.fail(fault, after: count % 8 * whole / 10)
            count += 1
            let error = try await gitError { try await source.poll() }
            #expect(error.disposition == .waiting, "\(error)")
        }
        #expect(try line.watched.workers().isEmpty)
        #expect(try line.watched.leftovers() == [])
        withExtendedLifetime(line) {}
    }

    private func curve(
        _ course: Course, polls: Int, _ poll: () async throws -> Void
    ) async throws {
        let steps = 10
        for _ in 0..<min(100, polls / 2) { try await poll() }
        let first = try Holding()
        let start = ContinuousClock.now
        Self.tell("\(course.rawValue): \(polls) polls")
        Self.tell("       polls     RSS KiB descriptors     threads    children     zombies")
        Self.tell(first.line(0))
        var last = first
        for step in 1...steps {
            for _ in 0..<polls / steps { try await poll() }
            last = try await settled(first)
            Self.tell(last.line(step * (polls / steps)))
        }
        let each = start.duration(to: .now) / polls
        Self.tell("\(course.rawValue): one poll took \(each)")
        #expect(last.descriptors <= first.descriptors + 2)
        #expect(last.children <= first.children)
        #expect(last.zombies == 0)
        #expect(last.threads <= first.threads + 4)
        // The allocator keeps what a burst took; a leak of a hundred bytes a poll would show.
        #expect(last.kibibytes - first.kibibytes < max(4096, polls / 10))
    }

    /// The servers of the tests are in this process, too, and may still be at their last answer.
    private func settled(_ first: Holding) async throws -> Holding {
        for _ in 0..<40 {
            let now = try Holding()
            if now.descriptors <= first.descriptors, now.children <= first.children,
                now.threads <= first.threads, now.zombies == 0
            {
                return now
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        return try Holding()
    }
}
