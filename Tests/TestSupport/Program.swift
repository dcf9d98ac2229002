import Foundation

/// A program that a test runs to its end.
public struct Program: Sendable {
    /// What it printed and how it ended.
    public struct Result: Sendable {
        /// The exit status.
        public let status: Int32
        /// Standard output.
        public let output: String
        /// Standard error.
        public let errors: String
    }

    /// The path of the program.
    public let path: String

    /// The environment; nothing of this machine's own gets in but the search path.
    public var environment: [String: String]

    /// Names a program.
    public init(_ path: String, environment: [String: String] = [:]) {
        self.path = path
        self.environment = ["PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C"]
            .merging(environment) { $1 }
    }

    /// The product's own program, which is built beside the tests.
    public static func uprev() throws -> Program {
        let running = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        var folder = running.deletingLastPathComponent()
        while folder.path.count > 1 {
            let candidate = folder.appendingPathComponent("uprev").path
            if FileManager.default.isExecutableFile(atPath: candidate) { return Program(candidate) }
            folder.deleteLastPathComponent()
        }
        throw ProgramError(description: "The program uprev is not built beside the tests.")
    }

    /// Runs the program to its end, with `input` on standard input.
    @discardableResult
    public func run(
        _ arguments: [String], in folder: String = "/", input: String = ""
    ) throws -> Result {
        let files = try TemporaryDirectory()
        try files.write(input, to: "in")
        try files.write("", to: "out")
        try files.write("", to: "err")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.environment = environment
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        // Files and not pipes: nothing has to be read while the program runs.
        process.standardInput = try FileHandle(forReadingFrom: url(files, "in"))
        process.standardOutput = try FileHandle(forWritingTo: url(files, "out"))
        process.standardError = try FileHandle(forWritingTo: url(files, "err"))
        try process.run()
        process.waitUntilExit()
        return Result(
            status: process.terminationStatus,
            output: try String(contentsOf: url(files, "out"), encoding: .utf8),
            errors: try String(contentsOf: url(files, "err"), encoding: .utf8))
    }

    private func url(_ files: TemporaryDirectory, _ name: String) -> URL {
        URL(fileURLWithPath: "\(files.path)/\(name)")
    }
}

/// A program that a test cannot go on without.
public struct ProgramError: Error, CustomStringConvertible {
    /// What is wrong.
    public let description: String

    /// Creates an error.
    public init(description: String) { self.description = description }
}
