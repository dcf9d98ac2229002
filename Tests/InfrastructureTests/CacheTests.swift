import ClusterModel
import HCL
import Testing

@testable import Infrastructure

@Suite("Reading many commits")
struct CacheTests {
    private static let repository = Repositories.defined(
        "stage \"machine_config\" {\n    units = [\"unit\"]\n  }"
    )
    .with(
        "unit/terragrunt.hcl",
        "locals {\n  n = read_terragrunt_config(\"../common/network.hcl\").locals\n}\n"
            + "terraform {\n  source = \"../module\"\n}\n"
            + "inputs = {\n  text = templatefile(\"t.tftpl\", { a = 1 })\n}\n"
    )
    .with("unit/t.tftpl", "${a}")
    .with("common/network.hcl", "locals {\n  dns = 1\n}\n")
    .with("module/main.tf", "locals {\n  a = 1\n}\n")

    private static func read(_ tree: MemoryFileTree, _ cache: ReadingCache) throws -> DesiredState {
        let reader = CommitReader(tree, cache: cache)
        let definition = try #require(try reader.clusters().first)
        return try #require(try reader.desiredState(of: definition))
    }

    @Test("A thousand commits parse each version of a file once")
    func thousandCommits() throws {
        let cache = ReadingCache()
        for number in 0..<1_000 {
            let tree = Self.repository
                .replacing("v1.11.5", "v1.11.\(number)", in: "common/versions.hcl")
            #expect(try Self.read(tree, cache).talosVersion == Version(1, 11, number))
        }
        // uprev.hcl, schematic, unit, template, network and module once; versions every time.
        #expect(cache.parseCount == 6 + 1_000)
        // The unit and the network once; the versions, as the schematic reads them, every time.
        #expect(cache.evaluationCount == 2 + 1_000)
    }

    @Test("What is kept is used only while all that it looked at is the same")
    func validity() throws {
        let cache = ReadingCache()
        let base = try Self.read(Self.repository, cache)
        let changes = [
            Self.repository.replacing("dns = 1", "dns = 2", in: "common/network.hcl"),
            Self.repository.replacing("${a}", "${a}!", in: "unit/t.tftpl"),
            Self.repository.replacing("a = 1", "a = 2", in: "module/main.tf"),
            Self.repository.with("module/more.tf", ""),
            Self.repository.with("unit/more.yaml", ""),
            Self.repository.replacing("../module", "../other", in: "unit/terragrunt.hcl")
                .with("other/main.tf", ""),
        ]
        for tree in changes {
            let fresh = try Self.read(tree, ReadingCache())
            #expect(fresh.machineConfigInputs != base.machineConfigInputs)
            #expect(try Self.read(tree, cache) == fresh)
            #expect(try Self.read(Self.repository, cache) == base)
        }
    }

    @Test("A file that appears where one was looked for is seen, and one that goes, too")
    func appearing() throws {
        let cache = ReadingCache()
        let tree = MemoryFileTree([
            "a/b/x.hcl": "locals {\n  v = read_terragrunt_config(\"y.hcl\").locals.v\n}\n",
            "a/b/y.hcl": "locals {\n  v = find_in_parent_folders(\"env.hcl\", \"none\")\n"
                + "  e = fileexists(\"e\")\n}\n",
        ])
        func value(_ tree: MemoryFileTree) throws -> String? {
            try CommitReader(tree, cache: cache).json("a/b/x.hcl")["v"]
        }
        #expect(try value(tree) == "\"none\"")
        #expect(try value(tree.with("env.hcl", "")) == "\"/repository/env.hcl\"")
        #expect(try value(tree.with("a/env.hcl", "")) == "\"/repository/a/env.hcl\"")
        #expect(try value(tree) == "\"none\"")
        var linked = tree
        linked.links = ["a/env.hcl": "b/y.hcl"]
        #expect(try value(linked) == "\"/repository/a/env.hcl\"")
    }

    @Test(
        "A malformed file stands in the way of every commit that wants it, also from the cache",
        arguments: [
            "read_terragrunt_config(\"../common/bad.hcl\").locals.x",
            "try(read_terragrunt_config(\"../common/bad.hcl\").locals.x, 1)",
            "read_terragrunt_config(\"../common/try.hcl\").locals.x",
        ])
    func malformed(expression: String) throws {
        let cache = ReadingCache()
        let first = Self.repository
            .replacing("text =", "y = \(expression)\n  text =", in: "unit/terragrunt.hcl")
            .with("common/bad.hcl", "locals {\n  x = \n}\n")
            .with(
                "common/try.hcl",
                "locals {\n  x = try(read_terragrunt_config(\"bad.hcl\").locals.x, 1)\n}\n")
        let second = first.replacing("ttyS0", "ttyS1", in: "common/schematic.hcl")
        for tree in [first, second, first] {
            let error = try #require(throws: ReadError.self) { try Self.read(tree, cache) }
            let fresh = try #require(throws: ReadError.self) {
                try Self.read(tree, ReadingCache())
            }
            #expect(error == fresh)
            #expect(error.problems.first?.file == "common/bad.hcl")
        }
        let mended = second.with("common/bad.hcl", "locals {\n  x = 1\n}\n")
        #expect(try Self.read(mended, cache) == Self.read(mended, ReadingCache()))
    }

    @Test("Memory is bounded: what no commit asks for is forgotten, what every one uses stays")
    func bounded() {
        var cache = GenerationCache<Int, Int>(limit: 100)
        cache.store(7, for: -1)
        for number in 0..<10_000 {
            cache.store(number, for: number)
            #expect(cache.value(for: -1) == 7)
        }
        #expect(cache.count <= 200)
        #expect(cache.value(for: 0) == nil)
        cache.store(1, for: 1, cost: 1_000)
        #expect(cache.value(for: 1) == 1)
    }

    @Test("A cache that is far too small gives the same answers")
    func tiny() throws {
        let cache = ReadingCache(bytes: 64)
        for number in 0..<20 {
            let tree = Self.repository
                .replacing("dns = 1", "dns = \(number)", in: "common/network.hcl")
            #expect(try Self.read(tree, cache) == Self.read(tree, ReadingCache()))
        }
    }
}
