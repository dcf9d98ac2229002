import Foundation
import Testing

@testable import Terragrunt

@Suite("Carried files")
struct CarryStoreTests {
    private let folder: TemporaryFolder
    private let store: CarryStore

    init() throws {
        folder = try TemporaryFolder()
        store = CarryStore(directory: "\(folder.path)/store")
    }

    private func keep(_ patterns: [String], of checkout: String = "a") async throws
        -> CarryStore.Kept
    {
        try await store.keep(
            matching: patterns.map { PathPattern($0) }, of: "\(folder.path)/\(checkout)")
    }

    private func layIn(_ checkout: String) async throws -> [String] {
        try FileManager.default.createDirectory(
            atPath: "\(folder.path)/\(checkout)", withIntermediateDirectories: true)
        return try await store.layIn("\(folder.path)/\(checkout)")
    }

    private func mode(_ path: String) throws -> Int? {
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder.path)/\(path)")
        return attributes[.posixPermissions] as? Int
    }

    @Test("Files go round with content, mode and time; others and tools' folders stay behind")
    func roundTrip() async throws {
        try folder.write("a/x/terraform.tfstate", "state", mode: 0o600)
        try folder.write("a/build/run.sh", "run", mode: 0o755)
        try folder.write("a/other", "other")
        try folder.write("a/x/.terraform/terraform.tfstate", "backend")
        try folder.write("a/x/.terragrunt-cache/h/terraform.tfstate", "cache")
        let kept = try await keep(["**/terraform.tfstate", "build/**"])
        #expect(kept.files == ["build/run.sh", "x/terraform.tfstate"])
        #expect(try await layIn("b") == ["build/run.sh", "x/terraform.tfstate"])
        #expect(folder.read("b/x/terraform.tfstate") == "state")
        #expect(try mode("b/x/terraform.tfstate") == 0o600)
        #expect(try mode("b/build/run.sh") == 0o755)
        #expect(!folder.has("b/other"))
        #expect(
            try FolderWalk.entries(of: "\(folder.path)/b", leavingOut: []).map(\.modified)
                == ["build/run.sh", "x/terraform.tfstate"].map {
                    FolderWalk.entry(at: $0, in: "\(folder.path)/a")?.modified
                })
    }

    @Test("A file that the checkout has is never replaced")
    func existing() async throws {
        try folder.write("a/state", "old")
        _ = try await keep(["state"])
        try folder.write("b/state", "new")
        #expect(try await layIn("b").isEmpty)
        #expect(folder.read("b/state") == "new")
    }

    @Test("A later stage replaces what its patterns match, and leaves the rest")
    func generations() async throws {
        try folder.write("a/state", "1")
        try folder.write("a/build/v1.iso", "one")
        _ = try await keep(["state", "build/**"])
        try FileManager.default.removeItem(atPath: "\(folder.path)/a/build/v1.iso")
        try FileManager.default.removeItem(atPath: "\(folder.path)/a/state")
        try folder.write("a/build/v2.iso", "two")
        let kept = try await keep(["build/**"])
        #expect(kept.files == ["build/v2.iso", "state"])
        #expect(try await layIn("b") == ["build/v2.iso", "state"])
        // The generation before is a backup, and no more than that one is left.
        #expect(folder.read("store/1/build/v1.iso") == "one")
        _ = try await keep(["build/**"])
        #expect(!folder.has("store/1"))
        #expect(folder.read("store/3/build/v2.iso") == "two")
    }

    @Test("Changing a file in a checkout changes nothing in the store")
    func independence() async throws {
        try folder.write("a/state", "1")
        _ = try await keep(["state"])
        _ = try await layIn("b")
        let handle = try #require(FileHandle(forWritingAtPath: "\(folder.path)/b/state"))
        try handle.write(contentsOf: Data("2".utf8))
        try handle.close()
        #expect(try await layIn("c") == ["state"])
        #expect(folder.read("c/state") == "1")
    }

    @Test("What a crash left half written is not laid in, and does not disturb the next time")
    func crash() async throws {
        try folder.write("a/state", "1")
        _ = try await keep(["state"])
        try folder.write("store/draft/state", "half")
        try folder.write("store/2/state", "not yet current")
        #expect(try await layIn("b") == ["state"])
        #expect(folder.read("b/state") == "1")
        try folder.write("a/state", "later")
        _ = try await keep(["state"])
        _ = try await layIn("c")
        #expect(folder.read("c/state") == "later")
    }

    @Test("Links are kept as links, and refused when they lead out")
    func links() async throws {
        try folder.write("a/build/v1.iso", "one")
        try folder.write("secret/key", "key")
        let link = { (path: String, target: String) in
            try FileManager.default.createSymbolicLink(
                atPath: "\(folder.path)/a/\(path)", withDestinationPath: target)
        }
        try link("build/latest.iso", "v1.iso")
        try link("build/absolute", "/etc/passwd")
        try link("build/out", "../../secret/key")
        try link("build/folder", "../../secret")
        let kept = try await keep(["build/**"])
        #expect(kept.files == ["build/latest.iso", "build/v1.iso"])
        #expect(kept.refusedLinks == ["build/absolute", "build/folder", "build/out"])
        _ = try await layIn("b")
        #expect(folder.read("b/build/latest.iso") == "one")
    }

    @Test("Nothing is written through a link that the checkout has")
    func linkInCheckout() async throws {
        try folder.write("a/build/state", "1")
        _ = try await keep(["build/**"])
        try folder.write("outside/x", "")
        try FileManager.default.createDirectory(
            atPath: "\(folder.path)/b", withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder.path)/b/build", withDestinationPath: "../outside")
        await #expect(throws: FileError.self) { _ = try await layIn("b") }
        #expect(!folder.has("outside/state"))
    }

    @Test("Files of the commit are not kept")
    func tracked() async throws {
        try folder.write("a/build/Makefile", "all:")
        try folder.write("a/build/iso", "iso")
        let kept = try await store.keep(
            matching: [PathPattern("build/**")], of: "\(folder.path)/a",
            isTracked: { $0 == "build/Makefile" })
        #expect(kept.files == ["build/iso"])
    }

    @Test("An empty store lays nothing in, and stays empty when nothing matches")
    func empty() async throws {
        #expect(try await layIn("b").isEmpty)
        try folder.write("a/x", "x")
        #expect(try await keep(["y"]).files.isEmpty)
        #expect(!folder.has("store"))
    }

    @Test(
        "Patterns",
        arguments: [
            ("**/terraform.tfstate", "terraform.tfstate", true),
            ("**/terraform.tfstate", "a/b/terraform.tfstate", true),
            ("**/terraform.tfstate", "a/terraform.tfstate.backup", false),
            ("build/**", "build/a/b", true),
            ("build/**", "build", false),
            ("build/*", "build/a/b", false),
            ("*.iso", "a.iso", true),
            ("*.iso", "x/a.iso", false),
            ("a/**/z", "a/z", true),
            ("a/**/z", "a/b/c/z", true),
            ("./v?.iso", "v1.iso", true),
            ("v?.iso", "v12.iso", false),
            ("**", "any/thing", true),
        ])
    func patterns(pattern: String, path: String, matches: Bool) {
        #expect(PathPattern(pattern).matches(path) == matches)
    }
}
