import Foundation
import Glibc
import Testing

@testable import Git

/// What many polls leave behind in the agent's process.
///
/// They are made in a process of its own, since the servers and the other tests are in this one and
/// would be counted too. `make poll-curve` prints long curves; the normal tests take short ones.
@Suite("The curve of many polls", .serialized)
struct PollCurveTests {
    private static var environment: [String: String] { ProcessInfo.processInfo.environment }

    /// How many polls to make; none unless it is asked for.
    private static let polls = Int(environment["UPREV_POLL_CURVE"] ?? "") ?? 0

    /// What the process of its own has to do, where this is one.
    private static let errand = environment["UPREV_POLL_ERRAND"]

    /// Makes so many polls in a process of its own, and gives how it ended and what it said.
    private func run(
        _ course: PollErrand.Course, polls: Int, leaking leak: PollErrand.Leak? = nil
    ) async throws -> (code: Int32?, text: String) {
        let upstream = try Upstream()
        for number in 0..<50 { try upstream.commit(["a": "\(number)"]) }
        let line = try course.transport.map { try Wiring($0, to: upstream).line() }
        var errand = try PollErrand(course, polls: polls, of: upstream, line)
        errand.leak = leak
        var switching: Listener?
        if let line {
            line.wire.fail(nil)
            #expect(try await line.watched.poll().tip == (try upstream.head()))
            line.wire.fail(nil)
            #expect(try await line.watched.poll().tip == (try upstream.head()))
            if let fault = course.fault {
                let made = try PollErrand.switching(line.wire, to: fault)
                errand.switching = made.port
                switching = made
            }
        }
        let place = "\(upstream.folder.path)/errand"
        try write(String(decoding: try JSONEncoder().encode(errand), as: UTF8.self), to: place)
        let child = ChildProcess(
            executable: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"),
            arguments: [
                "--testing-library", "swift-testing", "--filter", "PollCurveTests/polling",
            ],
            environment: Self.environment.merging(["UPREV_POLL_ERRAND": place]) { $1 })
        let patience: Duration = .seconds(Self.polls > 0 ? 12 * 3600 : 600)
        let ending = try child.run(input: [], deadline: .now.advanced(by: patience))
        #expect(try line?.watched.workers().isEmpty ?? true)
        #expect(try line?.watched.leftovers() ?? [] == [])
        withExtendedLifetime((line, switching)) {}
        let text = String(decoding: ending.output + ending.diagnostics, as: UTF8.self)
        return (ending.exitCode, text)
    }

    @Test(
        "A short curve of each kind stays flat",
        .enabled(if: polls == 0 && errand == nil), arguments: PollErrand.Course.allCases)
    func short(course: PollErrand.Course) async throws {
        guard course.canRun else { return }
        let ending = try await run(course, polls: course.fewPolls)
        #expect(ending.code == 0, "\(ending.text)")
        #expect(ending.text.contains("\(course.rawValue): one poll took"), "\(ending.text)")
    }

    @Test(
        "A leak of a descriptor, a kibibyte or a child with each poll makes it fail",
        .enabled(if: polls == 0 && errand == nil), arguments: PollErrand.Leak.allCases)
    func leak(leak: PollErrand.Leak) async throws {
        for course in [PollErrand.Course.file, .http] {
            let ending = try await run(course, polls: course.fewPolls, leaking: leak)
            #expect(ending.code == 1, "\(ending.text)")
            #expect(ending.text.contains("\(leak.rawValue) grew"), "\(ending.text)")
        }
    }

    @Test(
        "Many polls leave no memory, descriptor, thread or child behind",
        .enabled(if: polls > 0 && errand == nil), arguments: PollErrand.Course.allCases)
    func long(course: PollErrand.Course) async throws {
        let chosen = Self.environment["UPREV_POLL_COURSE"]
        guard course.canRun, chosen == nil || chosen == course.rawValue else { return }
        let polls = chosen == nil ? max(100, Self.polls / course.divisor) : Self.polls
        let ending = try await run(course, polls: polls)
        let table = ending.text.split(separator: "\n").filter {
            $0.hasPrefix(course.rawValue) || $0.hasPrefix(" ")
        }
        print(table.joined(separator: "\n"))
        fflush(nil)
        #expect(ending.code == 0, "\(ending.text)")
    }

    @Test("The process of its own", .enabled(if: errand != nil))
    func polling() async throws {
        let text = try content(try #require(Self.errand))
        try await JSONDecoder().decode(PollErrand.self, from: Data(text.utf8)).run()
    }
}
