import Git

/// One of the things that are measured, ready to be done over and over in this process.
struct Operation {
    /// Directories of which each is good for one time, where that matters.
    let places: [String]
    let perform: (_ place: String?) async throws -> String

    /// Reads the name of an operation and what it works on.
    init(_ arguments: ArraySlice<String>) throws {
        var rest = arguments
        func next() throws -> String {
            guard let argument = rest.popFirst() else {
                throw BenchFailure("arguments are missing")
            }
            return argument
        }
        let name = try next()
        let subject = try next()
        let branch = try BranchName("main")
        switch name {
        case "diff", "scan":
            let repository = try GitRepository(at: subject)
            perform = try Self.look(name, in: repository, &rest)
            places = []
        case "poll", "poll-job":
            let body = WorkerBody(url: try RemoteURL(subject), branch: branch)
            let mirror = try next()
            perform =
                name == "poll"
                ? { _ in try body.poll(mirror)?.description ?? "something new" }
                : { _ in try body.synchronise(mirror).description }
            places = []
        case "poll-agent":
            let source = try Self.source(subject, branch, try next())
            perform = { _ in try await source.poll().tip.description }
            places = []
        case "fetch", "clone":
            let body = WorkerBody(url: try RemoteURL(subject), branch: branch)
            perform = { try body.synchronise($0 ?? "").description }
            places = Array(rest)
        case "fetch-agent", "clone-agent":
            perform = { place in
                try await Self.source(subject, branch, place ?? "").poll().tip.description
            }
            places = Array(rest)
        default: throw BenchFailure("\(name) is no operation")
        }
    }

    /// A source as the agent has it: what it wants of a server, a child process does.
    private static func source(
        _ url: String, _ branch: BranchName, _ directory: String
    ) throws -> GitSource {
        GitSource(url: try RemoteURL(url), branch: branch, mirrorDirectory: directory)
    }

    /// The operations that only read a repository.
    private static func look(
        _ name: String, in repository: GitRepository, _ arguments: inout ArraySlice<String>
    ) throws -> (String?) async throws -> String {
        guard let first = arguments.popFirst().flatMap({ CommitID($0) }) else {
            throw BenchFailure("a commit is missing")
        }
        if name == "scan" {
            let paths = Array(arguments)
            return { _ in
                try await repository.commitsChanging(paths, from: nil, to: first)
                    .map(\.id.description).joined(separator: "\n")
            }
        }
        guard let second = arguments.popFirst().flatMap({ CommitID($0) }) else {
            throw BenchFailure("a commit is missing")
        }
        let paths = Array(arguments)
        return { _ in
            try await repository.changedPaths(from: first, to: second, among: paths)
                .joined(separator: "\n")
        }
    }
}
