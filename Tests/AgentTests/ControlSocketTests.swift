import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Agent

@Suite("The control socket")
struct ControlSocketTests {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    private var path: String { "\(folder.path)/control.sock" }

    private static let complaint: ControlSocket.Complaint = { Array("no: \($0)".utf8) }

    private func open(
        in directory: String? = nil, limits: ControlLimits? = nil,
        answer: @escaping ControlSocket.Answer = { caller, line in
            Array("\(caller) asks ".utf8) + line
        }
    ) throws -> ControlSocket {
        try ControlSocket(
            in: directory ?? folder.path, limits: limits ?? patient, complaint: Self.complaint,
            answer: answer)
    }

    private func ask(_ text: String, in directory: String? = nil) async throws -> String {
        // Long, since tests that run beside this one may keep the answer waiting for a thread.
        let exchange = ControlExchange(
            directory: directory ?? folder.path, silence: .seconds(600))
        return String(decoding: try await exchange.send(Array(text.utf8)), as: UTF8.self)
    }

    /// Sends bytes as they are, ends the sending when told to, and returns all that comes back.
    private func talk(_ bytes: [UInt8], thenEnd: Bool = false) throws -> String {
        let descriptor = try ControlEndpoint.connect(
            in: folder.path, until: .now + .seconds(600))
        defer { close(descriptor) }
        _ = fcntl(descriptor, F_SETFL, 0)
        _ = bytes.withUnsafeBytes {
            send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        if thenEnd { shutdown(descriptor, Int32(SHUT_WR)) }
        var reply: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 4096)
        while case let count = recv(descriptor, &part, part.count, 0), count > 0 {
            reply += part[..<count]
        }
        return String(decoding: reply, as: UTF8.self)
    }

    private func mode(_ path: String) throws -> mode_t {
        var found = stat()
        try #require(lstat(path, &found) == 0)
        return found.st_mode
    }

    @Test("Who connects is named from the system's word, and gets a line for a line")
    func exchange() async throws {
        let socket = try open()
        let reply = try await ask("status")
        #expect(reply.hasSuffix("(uid \(getuid())) asks status"))
        await socket.close()
    }

    @Test("The socket is a private one, and gone at the end with all that it was made in")
    func file() async throws {
        chmod(folder.path, 0o755)
        let socket = try open()
        #expect(try mode(path) == S_IFSOCK | 0o600)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["control.sock"])
        await socket.close()
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test("A socket that a killed agent left is replaced, also one that was half made")
    func stale() async throws {
        let left = try ControlEndpoint.listen(in: folder.path)
        close(left)
        mkdir("\(folder.path)/control.new", 0o755)
        try folder.write("", to: "control.new/control.sock")
        let error = await #expect(throws: ControlError.self) { try await ask("status") }
        #expect(error?.description.contains("No agent runs") == true)
        #expect(error?.hint.contains("uprev run") == true)
        let socket = try open()
        #expect(try await ask("hello").hasSuffix("asks hello"))
        await socket.close()
    }

    @Test("A file that is no socket is left alone")
    func otherFile() throws {
        try folder.write("mine", to: "control.sock")
        let error = #expect(throws: ControlError.self) { try open() }
        #expect(error?.description == "\(path) is no socket.")
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "mine")
    }

    @Test("Without an agent, or without a state directory, the error says what to do")
    func nobody() async throws {
        for directory in [folder.path, "\(folder.path)/none"] {
            let error = await #expect(throws: ControlError.self) {
                try await ask("status", in: directory)
            }
            #expect(error?.description.contains("No agent runs") == true)
        }
    }

    @Test("A path that is too long for an address is reached all the same")
    func longPath() async throws {
        let long = "\(folder.path)/" + String(repeating: "long-name/", count: 20) + "state"
        try FileManager.default.createDirectory(
            atPath: long, withIntermediateDirectories: true)
        let socket = try open(in: long)
        #expect(try mode("\(long)/control.sock") == S_IFSOCK | 0o600)
        #expect(try await ask("hello", in: long).hasSuffix("asks hello"))
        await socket.close()
        let error = await #expect(throws: ControlError.self) { try await ask("hello", in: long) }
        #expect(error?.description.contains("No agent runs") == true)
    }

    @Test("A peer that is silent, or stops in mid-line, is told so")
    func silentPeers() async throws {
        var limits = ControlLimits()
        limits.patience = .milliseconds(200)
        let socket = try open(limits: limits)
        #expect(try talk([]) == "no: No request came in time.\n")
        #expect(try talk(Array("half".utf8)) == "no: No request came in time.\n")
        await socket.close()
    }

    @Test("Half a line and a huge line are told so, and none of them is answered")
    func badPeers() async throws {
        let asked = Mutex(0)
        let socket = try open(limits: patient) { _, _ in
            asked.withLock { $0 += 1 }
            return []
        }
        #expect(try talk(Array("half".utf8), thenEnd: true) == "no: The request has no end.\n")
        #expect(try talk([], thenEnd: true) == "")
        let huge = [UInt8](repeating: UInt8(ascii: "x"), count: 100_000)
        #expect(try talk(huge) == "no: The request is longer than 65536 bytes.\n")
        #expect(asked.withLock { $0 } == 0)
        await socket.close()
    }

    @Test("A line as long as is allowed is taken, and so is a long reply")
    func longLines() async throws {
        let socket = try open { _, line in [UInt8](repeating: line[0], count: 3_000_000) }
        let line = String(repeating: "y", count: 64 << 10)
        #expect(try await ask(line) == String(repeating: "y", count: 3_000_000))
        await socket.close()
    }

    /// Limits that no machine is too busy for.
    private var patient: ControlLimits {
        var limits = ControlLimits()
        limits.patience = .seconds(600)
        return limits
    }

    /// Connects many times, and says nothing.
    private func flood() throws -> [Int32] {
        try (0..<200).map { _ in
            try ControlEndpoint.connect(in: folder.path, until: .now + .seconds(600))
        }
    }

    @Test("A flood of connections that stay silent has those after it turned away at once")
    func floodPatiently() async throws {
        let socket = try open(limits: patient)
        let silent = try flood()
        #expect(try await ask("me").contains("commands at the same time"))
        for descriptor in silent { close(descriptor) }
        await socket.close()
    }

    @Test("A flood of connections that stay silent keeps nobody out when the patience is over")
    func floodBriefly() async throws {
        var limits = ControlLimits()
        limits.patience = .milliseconds(300)
        let socket = try open(limits: limits)
        let silent = try flood()
        var reply = ""
        while !reply.hasSuffix("asks me") { reply = try await ask("me") }
        for descriptor in silent { close(descriptor) }
        await socket.close()
    }

    @Test("A command that takes long holds up no other")
    func slowCommand() async throws {
        let (gate, key) = AsyncStream.makeStream(of: Void.self)
        let socket = try open { _, line in
            if line == Array("slow".utf8) { for await _ in gate { break } }
            return line
        }
        async let slow = ask("slow")
        var replies: [String] = []
        for number in 1...20 { replies.append(try await ask("\(number)")) }
        #expect(replies == (1...20).map { "\($0)" })
        key.yield()
        #expect(try await slow == "slow")
        await socket.close()
    }

    @Test("A command that never ends is given up with a reply")
    func endlessCommand() async throws {
        var limits = ControlLimits()
        limits.answering = .milliseconds(100)
        let (gate, key) = AsyncStream.makeStream(of: Void.self)
        let socket = try open(limits: limits) { _, line in
            for await _ in gate { break }
            return line
        }
        #expect(try await ask("endless") == "no: The command took too long.")
        key.yield()
        await socket.close()
    }

    @Test("When the agent ends, those who wait are told, and the next one finds nobody")
    func ending() async throws {
        let (gate, key) = AsyncStream.makeStream(of: Void.self)
        let (began, begin) = AsyncStream.makeStream(of: Void.self)
        let socket = try open { _, line in
            begin.yield()
            for await _ in gate { break }
            return line
        }
        async let waiting = ask("waiting")
        for await _ in began { break }
        await socket.close()
        await socket.close()
        #expect(try await waiting == "no: The agent is ending.")
        key.yield()
        await #expect(throws: ControlError.self) { try await ask("late") }
    }

    @Test(
        "Only the agent's own user and root may come in, whatever the mode of the socket",
        .enabled(if: getuid() == 0, "only root can be somebody else"))
    func strangers() async throws {
        chmod(folder.path, 0o755)
        let socket = try ControlSocket(
            in: folder.path, users: ControlUsers(own: 1234), complaint: Self.complaint
        ) { caller, _ in Array("yes: \(caller)".utf8) }
        let script = """
            import socket, sys
            s = socket.socket(socket.AF_UNIX)
            s.connect(sys.argv[1])
            try: s.sendall(b"hello\\n")
            except (BrokenPipeError, ConnectionResetError): pass
            print(s.makefile().readline().lstrip(), end="")
            """
        func ask(as user: String) throws -> Program.Result {
            try Program("/usr/bin/setpriv").run(
                ["--reuid", user, "--clear-groups", "python3", "-c", script, path])
        }
        #expect(try ask(as: "65534").errors.contains("PermissionError"))
        chmod(path, 0o666)
        #expect(try ask(as: "65534").output.hasPrefix("no: uid 65534 may not give commands"))
        #expect(try ask(as: "1234").output == "yes: uid 1234\n")
        #expect(try ask(as: "0").output == "yes: root (uid 0)\n")
        await socket.close()
    }
}
