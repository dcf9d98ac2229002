import ClusterModel
import HCL
import Testing

@testable import Infrastructure

@Suite("Defaults of the environment")
struct EnvironmentTests {
    private static func uses(_ files: [String: String]) throws -> [String: [String]] {
        let locals = try CommitReader(MemoryFileTree(files)).evaluate("x.hcl")
        return Dictionary(
            uniqueKeysWithValues: locals.map { ($0.name, $0.environment.map(\.name)) })
    }

    @Test("The mark survives every expression, and marks nothing else")
    func locals() throws {
        let uses = try Self.uses([
            "x.hcl": """
            locals {
              plain   = "a"
              direct  = get_env("A", "x")
              derived = upper("${local.direct}-y")
              again   = [for v in [local.derived] : { k = v }]
              both    = merge({ a = get_env("B", "") }, { b = local.again })
              chosen  = local.direct == "x" ? 1 : 2
              tried   = try(local.direct, get_env("C", "c"))
              unused  = false ? get_env("D", "d") : local.plain
              read    = read_terragrunt_config("y.hcl").locals.v
              clean   = read_terragrunt_config("z.hcl").locals.v
            }
            """,
            "y.hcl": "locals {\n  v = local.w\n  w = get_env(\"E\", \"e\")\n}\n",
            "z.hcl": "locals {\n  v = 1\n}\n",
        ])
        #expect(uses["plain"] == [])
        #expect(uses["direct"] == ["A"])
        #expect(uses["derived"] == ["A"])
        #expect(uses["again"] == ["A"])
        #expect(Set(uses["both"] ?? []) == ["A", "B"])
        #expect(uses["chosen"] == ["A"])
        #expect(uses["tried"] == ["A"])
        #expect(uses["unused"] == ["D"])
        #expect(uses["read"] == ["E"])
        #expect(uses["clean"] == [])
    }

    @Test("The mark comes through an exposed include")
    func include() throws {
        let uses = try Self.uses([
            "x.hcl": "include \"r\" {\n  path = \"r.hcl\"\n  expose = true\n}\n"
                + "locals {\n  own = get_env(\"OWN\", \"\")\n  a = include.r.locals.v\n}\n",
            "r.hcl": "locals {\n  v = get_env(\"ROOT\", \"\")\n}\n",
        ])
        #expect(uses["a"] == ["ROOT"])
    }

    @Test("A file that is kept from an earlier commit keeps its mark")
    func cached() throws {
        let cache = ReadingCache()
        for number in 0..<3 {
            let tree = MemoryFileTree([
                "x.hcl": "locals {\n  a = read_terragrunt_config(\"y.hcl\").locals.v\n"
                    + "  b = \(number)\n}\n",
                "y.hcl": "locals {\n  v = get_env(\"E\", \"e\")\n}\n",
            ])
            let local = try CommitReader(tree, cache: cache).evaluate("x.hcl").first
            #expect(local?.environmentUses == ["E (y.hcl:2:7)"])
        }
        #expect(cache.evaluationCount == 1)
    }

    @Test("A field of the desired state tells which variables it has defaults of")
    func field() throws {
        let tree = Repositories.small.replacing(
            "\"v1.11.5\"", "local.chosen\n  chosen = get_env(\"TALOS\", \"v1.11.5\")",
            in: "common/versions.hcl")
        let state = try Example.state(tree)
        #expect(state.talosVersion == Version(1, 11, 5))
        #expect(state.environmentUses == ["talos_version": ["TALOS"]])
        #expect(try Example.state(Repositories.small).environmentUses.isEmpty)
    }
}
