import Foundation
import Glibc
import Synchronization
import Testing

@testable import Git

/// Many polls of one source, for a process that does nothing else.
struct PollErrand: Codable {
    /// How a source is polled.
    enum Course: String, CaseIterable, Codable, Sendable {
        case file
        case http
        case https
        case proxy
        case ssh
        case resetHTTP = "http, reset"
        case resetHTTPS = "https, reset"
        case resetProxy = "proxy, reset"
        case resetSSH = "ssh, reset"
        case stalledHTTP = "http, stalled"
        case stalledHTTPS = "https, stalled"
        case stalledProxy = "proxy, stalled"
        case stalledSSH = "ssh, stalled"

        /// The wires of the course; `nil` for a file.
        var transport: Wiring.Transport? {
            switch self {
            case .file: nil
            case .http, .resetHTTP, .stalledHTTP: .http
            case .https, .resetHTTPS, .stalledHTTPS: .https
            case .proxy, .resetProxy, .stalledProxy: .httpsThroughProxy
            case .ssh, .resetSSH, .stalledSSH: .ssh
            }
        }

        var fault: FaultyWire.Fault? {
            switch self {
            case .file, .http, .https, .proxy, .ssh: nil
            case .resetHTTP, .resetHTTPS, .resetProxy, .resetSSH: .resets
            case .stalledHTTP, .stalledHTTPS, .stalledProxy, .stalledSSH: .stalls
            }
        }

        /// How many times fewer polls are made than of a good source, so that none takes an hour.
        var divisor: Int { fault == nil ? 1 : 20 }

        /// How many polls of a normal test: enough for a kibibyte each to show where none fails.
        var fewPolls: Int {
            switch self {
            case .file: 1000
            case .http: 150
            case .https, .proxy, .ssh: 100
            default: 20
            }
        }

        var canRun: Bool { transport?.canBeServed ?? true }
    }

    /// What is left behind on purpose with each poll.
    enum Leak: String, CaseIterable, Codable, Sendable {
        case descriptors, heap, children
    }

    let course: Course
    let polls: Int
    var leak: Leak?

    /// Where a connection chooses the moment of the next fault.
    var switching: UInt16?

    private let url: String
    private let tip: CommitID
    private let mirror: String
    private let program: String
    private let access: [String: String]

    init(_ course: Course, polls: Int, of upstream: Upstream, _ line: Wiring.Line?) throws {
        self.course = course
        self.polls = polls
        url = line?.watched.url ?? upstream.url
        tip = try upstream.head()
        mirror = line?.watched.mirror ?? "\(upstream.folder.path)/none"
        program = line?.watched.program ?? "/nonexistent"
        let given = line?.watched.access ?? GitAccess()
        access = [
            "ca": given.caFile, "key": given.sshKeyFile, "hosts": given.knownHostsFile,
            "proxy": line?.proxy,
        ].compactMapValues(\.self)
    }

    /// Serves whoever wants the wire to fail at another moment of the next poll.
    static func switching(_ wire: FaultyWire, to fault: FaultyWire.Fault) throws -> Listener {
        // The bytes of a poll that moves nothing; what comes last of them may not be missed.
        let whole = wire.passed
        let count = Mutex(0)
        return try Listener { connection in
            let moment = count.withLock { count in
                count += 1
                return count % 8
            }
            wire.fail(fault, after: moment * whole / 10)
            close(connection)
        }
    }

    private func source() throws -> GitSource {
        var given = GitAccess()
        given.caFile = access["ca"]
        given.sshKeyFile = access["key"]
        given.knownHostsFile = access["hosts"]
        if let proxy = access["proxy"] {
            given.proxies = ProxyRules(environment: ["HTTPS_PROXY": proxy])
        }
        return GitSource(
            url: try RemoteURL(url), branch: try BranchName("main"), mirrorDirectory: mirror,
            access: given,
            worker: WorkerCommand(executable: program, arguments: ["git-worker"]),
            timeout: course.fault == .stalls ? .milliseconds(100) : .seconds(60))
    }

    /// Makes the polls, prints the curve, and holds it to be flat.
    func run() async throws {
        let source = try source()
        for _ in 0..<min(100, polls / 2) { try await poll(source) }
        let start = ContinuousClock.now
        Self.tell("\(course.rawValue): \(polls) polls\n\(Holding.heading)")
        var made = 0
        let first = try Holding()
        var last = first
        Self.tell(first.line(0))
        for part in [0.1, 0.25, 0.5, 1] {
            while made < Int(Double(polls) * part) {
                try await poll(source)
                try spill()
                made += 1
            }
            last = try Holding()
            Self.tell(last.line(made))
        }
        Self.tell("\(course.rawValue): one poll took \(start.duration(to: .now) / polls)")
        #expect(last.descriptors <= first.descriptors, "descriptors grew")
        #expect(last.children <= first.children, "children grew")
        // The pool of threads breathes.
        #expect(last.threads <= first.threads + 4, "threads grew")
        // Caches and threads fill up at first, and more of them where each poll fails in its own way.
        let room = course.fault == nil ? 96 << 10 : 256 << 10
        #expect(last.heap - first.heap < room + polls * 256, "heap grew")
        // The allocator keeps what a burst took, apart for each thread.
        #expect(last.kibibytes - first.kibibytes < max(8192, polls / 10), "memory grew")
    }

    private func poll(_ source: GitSource) async throws {
        guard let switching else {
            guard try await source.poll().tip == tip else {
                throw Upstream.Failure(description: "Another tip.")
            }
            return
        }
        let control = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        Listener.connect(control, to: switching)
        Listener.awaitClose(control)
        close(control)
        let error = try await gitError { try await source.poll() }
        guard error.disposition == .waiting else { throw error }
    }

    private func spill() throws {
        switch leak {
        case .descriptors: _ = open("/dev/null", O_RDONLY | O_CLOEXEC)
        case .heap: _ = malloc(1024).map { memset($0, 1, 1024) }
        case .children:
            let null = open("/dev/null", O_RDWR | O_CLOEXEC)
            defer { close(null) }
            let child = ChildProcess(executable: "/bin/true", arguments: [], environment: [:])
            _ = try child.spawn(null, null, null)
        case nil: break
        }
    }

    /// Shows a line at once, also where the output is no terminal.
    private static func tell(_ line: String) {
        print(line)
        fflush(nil)
    }
}
