import Foundation
import Testing

@testable import Terragrunt

@Suite("What is kept of providers")
struct ProviderKeepingTests {
    private let folder: TemporaryFolder
    private let cache: ProviderCache

    init() throws {
        folder = try TemporaryFolder()
        cache = ProviderCache(directory: "\(folder.path)/with space/providers")
        try cache.prepare()
    }

    private func install(_ name: String, linkedFrom unit: String?) throws {
        let package = "host/acme/\(name)/1.0.0/linux_amd64"
        try folder.write("with space/providers/\(package)/program", name, mode: 0o755)
        guard let unit else { return }
        let link = "\(folder.path)/\(unit)/.terraform/providers/\(package)"
        try FileManager.default.createDirectory(
            atPath: (link as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: link, withDestinationPath: "\(cache.directory)/\(package)")
    }

    private func has(_ name: String) -> Bool {
        folder.has("with space/providers/host/acme/\(name)/1.0.0/linux_amd64/program")
    }

    @Test("Only what a working folder is linked to is kept, wherever Terragrunt put that folder")
    func linked() throws {
        try install("plain", linkedFrom: "co/unit")
        try install("cached", linkedFrom: "co/x/.terragrunt-cache/abc/def/modules/m")
        try install("unlinked", linkedFrom: nil)
        try install("elsewhere", linkedFrom: "other/unit")
        try folder.write("with space/providers/host/acme/plain/1.0.0/linux_amd64.lock", "")
        try cache.seal(usedBelow: "\(folder.path)/co")
        try cache.prepare()
        #expect(has("plain") && has("cached"))
        #expect(!has("unlinked") && !has("elsewhere"))
        #expect(folder.has("with space/providers/host/acme/plain/1.0.0/linux_amd64.lock"))
    }

    @Test("All that came is kept when nothing complained, but for what has no file yet")
    func all() throws {
        try install("unlinked", linkedFrom: nil)
        let empty = "host/acme/empty/1.0.0/linux_amd64"
        try FileManager.default.createDirectory(
            atPath: "\(cache.directory)/\(empty)", withIntermediateDirectories: true)
        try cache.sealAll()
        try cache.prepare()
        #expect(has("unlinked"))
        #expect(!folder.has("with space/providers/\(empty)"))
    }

    @Test(
        "A program that went on although another one failed is heard",
        arguments: [
            ("│ Error: Failed to install provider", true),
            ("19:00:00.000 ERROR  terraform invocation failed", true),
            ("time=\"2026-01-01T00:00:00Z\" level=error msg=\"exit status 1\"", true),
            ("- Installed acme/fake v1.0.0 (unauthenticated)", false),
            ("ERRORS = 0", false),
        ])
    func complaint(line: String, complains: Bool) {
        let log = CallLog()
        log.take(OutputLine(.error, line))
        log.take(OutputLine(.output, "done"))
        #expect(log.content.complains == complains)
    }

    @Test("What changed, shrank, grew or lost a file since it was sealed is removed")
    func changed() throws {
        for name in ["same", "changed", "more", "less", "mode"] {
            try install(name, linkedFrom: "co/unit")
        }
        try cache.seal(usedBelow: "\(folder.path)/co")
        let place = { (name: String) in "with space/providers/host/acme/\(name)/1.0.0/linux_amd64" }
        try folder.write("\(place("changed"))/program", "CHANGED", mode: 0o755)
        try folder.write("\(place("more"))/second", "")
        try FileManager.default.removeItem(atPath: "\(folder.path)/\(place("less"))/program")
        chmod("\(folder.path)/\(place("mode"))/program", 0o644)
        try cache.prepare()
        #expect(has("same"))
        for name in ["changed", "more", "less", "mode"] { #expect(!folder.has(place(name))) }
    }

    @Test("What no run used for long is removed, and what one uses stays however old it is")
    func old() throws {
        try install("used", linkedFrom: "co/unit")
        try install("unused", linkedFrom: "before/unit")
        try cache.seal(usedBelow: folder.path)
        for name in ["used", "unused"] {
            let seal = "with space/providers.sealed/host/acme/\(name)/1.0.0/linux_amd64"
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: 1_000_000)],
                ofItemAtPath: "\(folder.path)/\(seal)")
        }
        try cache.seal(usedBelow: "\(folder.path)/co")
        try cache.collect(notUsedSince: Date(timeIntervalSinceNow: -3600))
        #expect(has("used") && !has("unused"))
        try cache.prepare()
        #expect(has("used"))
    }

    private static let levels = ["host", "acme", "shared", "1.0.0", "linux_amd64"]

    /// Puts a folder of somebody else's in the place of one level of the cache.
    private func link(level: Int) throws {
        let parent = (["with space/providers"] + Self.levels.prefix(level)).joined(separator: "/")
        try FileManager.default.createDirectory(
            atPath: "\(folder.path)/\(parent)", withIntermediateDirectories: true)
        let below = Self.levels.dropFirst(level + 1)
        try folder.write((["srv"] + below + ["program"]).joined(separator: "/"), "shared")
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder.path)/\(parent)/\(Self.levels[level])",
            withDestinationPath: "\(folder.path)/srv")
    }

    @Test("What is behind a link in the cache is somebody else's", arguments: 0..<5)
    func linkedAway(level: Int) throws {
        try link(level: level)
        let program = (["srv"] + Self.levels.dropFirst(level + 1) + ["program"])
            .joined(separator: "/")
        try cache.prepare()
        #expect(folder.read(program) == "shared")
        // Neither when a unit uses it, nor when nobody has for long.
        try FileManager.default.createDirectory(
            atPath: "\(folder.path)/co/.terraform/providers/host/acme/shared/1.0.0",
            withIntermediateDirectories: true)
        let package = Self.levels.joined(separator: "/")
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder.path)/co/.terraform/providers/\(package)",
            withDestinationPath: "\(cache.directory)/\(package)")
        try cache.seal(usedBelow: "\(folder.path)/co")
        try cache.collect(notUsedSince: .distantFuture)
        try cache.prepare()
        #expect(folder.read(program) == "shared")
    }

    @Test("What became a link after it was sealed is not collected behind it")
    func relinked() throws {
        try install("shared", linkedFrom: "co/unit")
        try cache.seal(usedBelow: "\(folder.path)/co")
        let host = "\(cache.directory)/host"
        try FileManager.default.moveItem(atPath: host, toPath: "\(folder.path)/srv")
        try FileManager.default.createSymbolicLink(
            atPath: host, withDestinationPath: "\(folder.path)/srv")
        try cache.collect(notUsedSince: .distantFuture)
        #expect(has("shared"))
    }

    @Test("A cache that is a link, as to that of another cluster, is refused and left alone")
    func linkedRoot() throws {
        try install("plain", linkedFrom: nil)
        let other = ProviderCache(directory: "\(folder.path)/luna/providers")
        try FileManager.default.createDirectory(
            atPath: "\(folder.path)/luna", withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: other.directory, withDestinationPath: cache.directory)
        let error = #expect(throws: FileError.self) { try other.prepare() }
        #expect(error?.path == other.directory)
        try other.collect(notUsedSince: .distantFuture)
        #expect(has("plain"))
    }
}
