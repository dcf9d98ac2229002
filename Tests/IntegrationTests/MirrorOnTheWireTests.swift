import ClusterSimulator
import Foundation
import TestSupport
import Testing

/// The mirror of an agent that follows a server, broken under its feet.
@Suite("A broken mirror over the wire", .serialized)
struct MirrorOnTheWireTests {
    private static let schematic = "common/install-schematic.hcl"

    @Test("What is mended is told, damage that reading meets is healed, and packs are compacted")
    func mended() async throws {
        try await withLiveAgent(workers: 0) { agent in
            let server = try GitServer(of: agent.repository)
            try agent.start(flags: ["--repository", server.url])
            try await agent.waitUntilReconciled()
            let mirror = Copy(of: agent)

            try Data().write(to: URL(fileURLWithPath: "\(mirror.path)/refs/heads/main.lock"))
            try await agent.wait(for: "the lock") { $0.log.contains("stale locks") }
            #expect(agent.log.contains("refs/heads/main.lock"))

            agent.end(with: SIGKILL)
            try mirror.spoil(try agent.repository.run("rev-parse", "HEAD:\(Self.schematic)"))
            try agent.start(flags: ["--repository", server.url])
            try await agent.wait(for: "the new mirror") {
                $0.log.contains("The mirror was fetched anew: ")
            }
            try agent.repository.edit(Self.schematic, "locals {", "locals { # again")
            try await agent.waitUntilReconciled()
            #expect(agent.log.matches(of: #/The mirror was fetched anew/#).count == 1)

            agent.end(with: SIGKILL)
            try mirror.pileUp(205)
            try agent.start(flags: ["--repository", server.url])
            try await agent.wait(for: "the compaction") {
                $0.log.contains("The mirror was compacted: ")
            }
            try agent.repository.edit(Self.schematic, "# again", "# and again")
            try await agent.waitUntilReconciled()
            #expect(agent.installs == [0])
            withExtendedLifetime(server) {}
        }
    }

    @Test("A reconciled commit that the branch dropped survives when the mirror is fetched anew")
    func kept() async throws {
        try await withLiveAgent(workers: 0) { agent in
            let server = try GitServer(of: agent.repository)
            let repository = agent.repository
            let old = try repository.head()
            try repository.edit(Self.schematic, "locals {", "locals { # dropped")
            try agent.start(flags: ["--repository", server.url])
            try await agent.waitUntilReconciled()
            let reconciled = try repository.head()
            try repository.run("reset", "--quiet", "--hard", old)
            try repository.edit(Self.schematic, "locals {", "locals { # rewritten")
            try await agent.wait(forCondition: "Stalled", because: "rewritten")
            let mirror = Copy(of: agent)
            try Data().write(to: URL(fileURLWithPath: "\(mirror.path)/HEAD"))
            try await agent.wait(for: "the new mirror") {
                $0.log.contains("The mirror was fetched anew: ")
            }
            #expect(try mirror.git("cat-file", "-t", reconciled) == "commit\n")
            #expect(try mirror.git("for-each-ref", "--format=%(objectname)") != "\(reconciled)\n")
            withExtendedLifetime(server) {}
        }
    }
}

/// The copy that an agent keeps of its repository.
private struct Copy {
    let path: String

    init(of agent: LiveAgent) { path = "\(agent.state)/mirror/repository.git" }

    @discardableResult
    func git(_ arguments: String..., input: String = "") throws -> String {
        let result = try Program("/usr/bin/git").run(["-C", path] + arguments, input: input)
        guard result.status == 0 else { throw ProgramError(description: result.errors) }
        return result.output
    }

    /// Turns one byte of an object over.
    func spoil(_ object: String) throws {
        let packs = "\(path)/objects/pack"
        for name in try FileManager.default.contentsOfDirectory(atPath: packs)
        where name.hasSuffix(".idx") {
            let listing = try git("verify-pack", "--verbose", "\(packs)/\(name)")
            let line = listing.split(separator: "\n").first { $0.hasPrefix(object) }
            guard
                let offset = line?.split(separator: " ").dropFirst(4).first.flatMap({ UInt64($0) })
            else { continue }
            let pack = "\(packs)/\(name.dropLast(4)).pack"
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: pack)
            let file = try FileHandle(forUpdating: URL(fileURLWithPath: pack))
            // Behind the object's header, in its compressed content.
            try file.seek(toOffset: offset + 8)
            let byte = try #require(try file.read(upToCount: 1)?.first)
            try file.seek(toOffset: offset + 8)
            try file.write(contentsOf: Data([~byte]))
            return try file.close()
        }
        throw ProgramError(description: "No pack holds \(object).")
    }

    /// Adds packs of one object each.
    func pileUp(_ count: Int) throws {
        for number in 1...count {
            let object = try git("hash-object", "-w", "--stdin", input: "pile \(number)")
            try git("pack-objects", "-q", "\(path)/objects/pack/pack", input: object)
        }
    }
}

/// A server of one repository over plain HTTP on loopback, which ends with its last reference.
private final class GitServer {
    let url: String
    private let process = Process()
    private let input = Pipe()

    init(of repository: InfraRepository) throws {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Support/git_http.py").path
        let folder = URL(fileURLWithPath: repository.path)
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = [script, folder.deletingLastPathComponent().path]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        guard let port = UInt16(line.filter(\.isNumber)) else {
            throw ProgramError(description: "git_http.py does not serve.")
        }
        url = "http://127.0.0.1:\(port)/\(folder.lastPathComponent)/.git"
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }
}
