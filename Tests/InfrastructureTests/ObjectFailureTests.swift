import ClusterModel
import Infrastructure
import Testing

@Suite("Objects that cannot be read")
struct ObjectFailureTests {
    private static let module = """
        locals {
          text = file("../../common/text.json")
        }
        """

    private static let repository = Repositories.defined(
        "stage \"machine_config\" {\n    units = [\"unit\"]\n  }"
    )
    .with(
        "unit/terragrunt.hcl",
        "locals {\n  n = try(read_terragrunt_config(\"../common/network.hcl\").locals, {})\n}\n"
            + "terraform {\n  source = \"../modules/x\"\n}\n"
            + "inputs = {\n  y = file(\"../common/y.txt\")\n}\n"
    )
    .with("common/network.hcl", "locals {\n  dns = 1\n}\n")
    .with("common/y.txt", "why")
    .with("common/text.json", "{}")
    .with("modules/x/main.tf", module)
    .with("modules/x/other.tf", "")

    private static func read(
        _ tree: any FileTree, _ cache: ReadingCache
    ) throws -> DesiredState {
        let reader = CommitReader(tree: tree, cache: cache)
        let definition = try #require(try reader.clusters().first)
        return try #require(try reader.desiredState(of: definition))
    }

    @Test(
        "An object that cannot be read ends the reading, and nothing of it is kept",
        arguments: [
            "modules/x/main.tf", "common/network.hcl", "common/y.txt", "common/schematic.hcl",
            "uprev.hcl",
        ])
    func failsOnce(path: String) throws {
        let cache = ReadingCache()
        let bytes = try #require(Self.repository.files[path])
        let failing = FailingObjects(Self.repository, content: bytes)
        let error = try #require(throws: ReadError.self) { try Self.read(failing, cache) }
        #expect(error.description.contains("input/output error"))
        #expect(error.problems.map(\.file) == [path])
        let fresh = try Self.read(MemoryObjects(Self.repository), ReadingCache())
        #expect(try Self.read(MemoryObjects(Self.repository), cache) == fresh)
        #expect(fresh.machineConfigInputs["common/text.json"] != nil)
        let later = Self.repository.replacing("{}", "[]", in: "common/text.json")
        #expect(try Self.read(MemoryObjects(later), cache) != fresh)
    }

    @Test("A directory that cannot be read ends the reading of units")
    func directory() throws {
        let failing = FailingObjects(Self.repository, directoryWith: "other.tf")
        let reader = CommitReader(tree: failing)
        #expect(throws: ReadError.self) { try reader.reads(of: "unit") }
        // What one object left out may be missing anywhere, so the reader stays useless.
        #expect(throws: ReadError.self) { try reader.reads(of: "unit") }
    }

    @Test("A module's file that is refused hides no other file and counts itself")
    func refusedFile() throws {
        var large = Self.repository
            .with("modules/x/a.tf", "").with(
                "modules/x/b.tf",
                "module \"m\" {\n  source = \"../../vendor/m/x\"\n}\nmodule \"n\" {\n  source = \"../n\"\n}\n"
            )
            .with("modules/n/main.tf", "")
        large.claimedSizes = ["modules/x/a.tf": 100 << 20]
        large.submodules = ["vendor/m"]
        let reads = try CommitReader(large).reads(of: "unit")
        for path in ["common/text.json", "modules/x/a.tf", "modules/n/main.tf"] {
            #expect(reads.read(of: path) != nil, "\(path)")
        }
        #expect(!reads.isComplete)
        #expect(reads.problems.contains { $0.message.contains("104857600 bytes") })
        #expect(reads.problems.contains { $0.message.contains("submodule vendor/m") })
        let state = try Self.read(MemoryObjects(large), ReadingCache())
        #expect(state.machineConfigInputs["modules/x/a.tf"] == "largemodules/x/a.tf")
    }
}

/// The objects of a commit, of which one file or directory cannot be read the first time.
private final class FailingObjects: FileTree {
    private let objects: MemoryObjects
    private let content: [UInt8]?
    private let name: String?
    private var hasFailed = false

    init(_ tree: MemoryFileTree, content: [UInt8]? = nil, directoryWith name: String? = nil) {
        objects = MemoryObjects(tree)
        self.content = content
        self.name = name
    }

    func rootDirectory() throws(FileTreeError) -> String { try objects.rootDirectory() }

    func entries(ofDirectory id: String) throws(FileTreeError) -> [FileTreeEntry] {
        let entries = try objects.entries(ofDirectory: id)
        try fail(when: name != nil && entries.contains { $0.name == name })
        return entries
    }

    func size(ofFile id: String) throws(FileTreeError) -> Int { try objects.size(ofFile: id) }

    func bytes(ofFile id: String) throws(FileTreeError) -> [UInt8] {
        let bytes = try objects.bytes(ofFile: id)
        try fail(when: bytes == content)
        return bytes
    }

    private func fail(when isMeant: Bool) throws(FileTreeError) {
        guard isMeant, !hasFailed else { return }
        hasFailed = true
        throw FileTreeError(path: "", message: "Reading an object: input/output error.")
    }
}
