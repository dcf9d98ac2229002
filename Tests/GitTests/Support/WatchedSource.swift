import Foundation
import Glibc
import Testing

@testable import Git

/// A source behind a web server, polled through the real worker program.
struct WatchedSource {
    let upstream: Upstream
    let server: WebServer
    let state: TestFolder

    /// Where the source is; the web server's own URL unless another leads to the upstream.
    let url: String
    var access: GitAccess

    /// What has to live as long as the source, such as a server.
    var companions: [any Sendable] = []

    /// The worker's program under a name of its own, so that its processes can be told apart.
    let program: String

    init(
        _ upstream: Upstream, through url: ((WebServer) throws -> String)? = nil,
        access: GitAccess = GitAccess()
    ) throws {
        self.upstream = upstream
        self.access = access
        server = try WebServer(root: upstream.folder.path)
        self.url = try url?(server) ?? server.url()
        state = try TestFolder()
        program = "\(state.path)/\(Self.name())"
        try replaceProgram()
    }

    /// Lets the worker's program be another one, or again the product's.
    func replaceProgram(by other: String? = nil) throws {
        unlink(program)
        try FileManager.default.createSymbolicLink(
            atPath: program, withDestinationPath: try other ?? Self.product())
    }

    var mirror: String { "\(state.path)/mirror" }

    var copy: String { "\(mirror)/repository.git" }

    var worker: WorkerCommand { .init(executable: program, arguments: ["git-worker"]) }

    /// A new agent's view of the source: it knows only what is on the disk.
    func source(branch: String = "main", timeout: Duration = .seconds(60)) throws -> GitSource {
        GitSource(
            url: try RemoteURL(url),
            branch: try BranchName(branch),
            mirrorDirectory: mirror,
            access: access,
            worker: worker,
            timeout: timeout
        )
    }

    /// Polls once, as an agent that has just started.
    func poll() async throws -> GitSource.Revision {
        let source = try source()
        let found = try await source.poll()
        return withExtendedLifetime(self) { found }
    }

    /// The worker processes that exist, zombies included.
    func workers() throws -> [pid_t] {
        let name = (program as NSString).lastPathComponent
        return try FileManager.default.contentsOfDirectory(atPath: "/proc")
            .compactMap { pid_t($0) }
            .filter { process in
                let text = (try? content("/proc/\(process)/stat")) ?? ""
                return text.contains("(\(name))")
            }
    }

    /// Lets the real `git` look through the copy.
    func checkCopy() throws {
        _ = try Upstream.git(["-C", copy, "fsck", "--full"], home: state.path)
    }

    /// The kernel keeps fifteen characters of a process's name.
    private static func name() -> String { "w" + UUID().uuidString.filter(\.isHexDigit).prefix(13) }

    /// The product's program, which stands beside the program that runs the tests.
    private static func product() throws -> String {
        let running = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        var folder = (running as NSString).deletingLastPathComponent
        while folder.count > 1 {
            if FileManager.default.isExecutableFile(atPath: "\(folder)/uprev") {
                return "\(folder)/uprev"
            }
            folder = (folder as NSString).deletingLastPathComponent
        }
        throw Upstream.Failure(description: "The program uprev is not built beside the tests.")
    }
}

/// The error that `body` throws, as one of Git's.
func gitError<R>(
    sourceLocation: SourceLocation = #_sourceLocation,
    isolation: isolated (any Actor)? = #isolation,
    _ body: () async throws -> R
) async throws -> GitError {
    do {
        _ = try await body()
    } catch {
        return try #require(error as? GitError, "\(error)", sourceLocation: sourceLocation)
    }
    Issue.record("Nothing was thrown.", sourceLocation: sourceLocation)
    throw Upstream.Failure(description: "Nothing was thrown.")
}

/// Waits until something is so, and throws when that takes a minute.
func eventually(_ what: String, _ isSo: () throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(60)
    while try !isSo() {
        guard ContinuousClock.now < end else {
            throw Upstream.Failure(description: "A minute passed without this: \(what).")
        }
        try await Task.sleep(for: .milliseconds(2))
    }
}
