import Foundation

/// The real `uprev` binary, run as a child.
final class AgentProcess {
    private let program: String
    private let process = Process()

    /// Finds the binary beside the demo's own.
    init() throws {
        let own = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        program = own.deletingLastPathComponent().appendingPathComponent("uprev").path
        guard FileManager.default.isExecutableFile(atPath: program) else {
            throw DemoError("There is no uprev beside the demo; build it with `make build`.")
        }
    }

    /// Starts the agent; its log goes where the demo's own lines go.
    func start(_ arguments: [String], environment: [String: String]) throws {
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = ["run"] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        try process.run()
    }

    /// Whether the agent still runs.
    var isRunning: Bool { process.isRunning }

    /// The agent's process.
    var identifier: Int32 { process.processIdentifier }

    /// Asks the agent to end, and waits until it has.
    func stop() {
        guard process.isRunning else { return }
        process.terminate()
        process.waitUntilExit()
    }

    /// The largest amount of memory that the agent has held so far, in mebibytes.
    var peakMemory: Int? {
        let status = try? String(
            contentsOfFile: "/proc/\(identifier)/status", encoding: .utf8)
        let line = status?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return line?.split(separator: " ").compactMap { Int($0) }.first.map { $0 / 1024 }
    }

    /// Runs another verb of the same binary, and returns what it prints.
    func ask(_ arguments: String...) throws -> Data {
        let child = Process()
        child.executableURL = URL(fileURLWithPath: program)
        child.arguments = arguments
        let output = Pipe()
        child.standardOutput = output
        child.standardError = FileHandle.nullDevice
        try child.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        child.waitUntilExit()
        return data
    }
}
