import ClusterModel
import HCL
import Testing

@testable import Infrastructure

@Suite("To which file a change belongs")
struct AttributionTests {
    /// What another commit changes of a desired state, as names of fields and values.
    private static func changes(_ base: MemoryFileTree, _ target: MemoryFileTree) throws -> [String]
    {
        let (old, new) = (try Example.state(base), try Example.state(target))
        var names = Set(old.otherValues.keys).union(new.otherValues.keys)
            .filter { old.otherValues[$0] != new.otherValues[$0] }
        if old.talosVersion != new.talosVersion { names.insert("talos_version") }
        if old.kernelArguments != new.kernelArguments { names.insert("install_kernel_args") }
        if old.extensions != new.extensions { names.insert("extensions") }
        return names.sorted()
    }

    private static func bumped(_ tree: MemoryFileTree) -> MemoryFileTree {
        tree.replacing("v1.11.5", "v1.12.1", in: "common/versions.hcl")
    }

    @Test(
        "A schematic that embeds the versions, in any shape, does not report a bump again",
        arguments: [
            "again = local.versions", "short = local.versions.talos_version",
            "indexed = local.versions[\"talos_version\"]",
            "wrapped = (\"${local.versions.talos_version}\")",
            "made = \"x-${local.versions.talos_version}\"",
            "nested = { talos = local.versions.talos_version, size = 1 }",
            "list = [local.versions.talos_version, \"x\"]",
            "merged = merge(local.versions, { size = 1 })",
            "chosen = local.versions.talos_version == \"v1.11.5\" ? \"old\" : \"new\"",
            "loop = { for k, v in local.versions : k => v }",
            "keyed = { (local.versions.talos_version) = 1 }",
            "tried = try(read_terragrunt_config(\"versions.hcl\").locals, {})",
            "whole = read_terragrunt_config(\"versions.hcl\")",
            "direct = read_terragrunt_config(\"versions.hcl\").locals.talos_version",
            "dynamic = local.versions[local.key]\n  key = \"talos_version\"",
            "text = file(\"versions.hcl\")",
            "two = local.one\n  one = \"a-${local.versions.talos_version}\"",
            "made = templatefile(\"t.tftpl\", { v = local.versions.talos_version })",
        ])
    func shapes(line: String) throws {
        let base = Repositories.schematic(line).with("common/t.tftpl", "${v}")
        #expect(try Self.changes(base, Self.bumped(base)) == ["talos_version"])
    }

    @Test(
        "A change of what the schematic makes of them is its own",
        arguments: [
            ("made = \"x-${local.versions.talos_version}\"", "x-", "y-", "made"),
            (
                "nested = { talos = local.versions.talos_version, size = 1 }", "size = 1",
                "size = 2", "nested"
            ),
            ("merged = merge(local.versions, { size = 1 })", "size = 1", "size = 2", "merged"),
            (
                "chosen = local.versions.talos_version == \"v1\" ? \"a\" : \"b\"", "\"a\"",
                "\"c\"", "chosen"
            ),
            ("own = 1", "own = 1", "own = 2", "own"),
        ])
    func ownChanges(line: String, old: String, new: String, name: String) throws {
        let base = Repositories.schematic(line)
        let target = base.replacing(old, new, in: "common/schematic.hcl")
        #expect(try Self.changes(base, target) == [name])
    }

    @Test("Another name for the versions changes no value made of them, nor does formatting")
    func renamed() throws {
        let base = Repositories.schematic("made = \"x-${local.versions.talos_version}\"")
        let target = base.replacing("versions  ", "v", in: "common/schematic.hcl")
            .replacing(
                "\"x-${local.versions.talos_version}\"",
                "(  # with a remark\n    \"x-${local.v.talos_version}\")",
                in: "common/schematic.hcl")
        // Parentheses are syntax; without them only the name differs.
        let same = target.replacing("(  # with a remark\n    ", "", in: "common/schematic.hcl")
            .replacing("\")", "\"", in: "common/schematic.hcl")
            .replacing("versions.hcl\"", "versions.hcl\")", in: "common/schematic.hcl")
        #expect(try Self.changes(base, same) == ["v", "versions"])
    }

    @Test("A field that is taken from a local of another name is reported as the field only")
    func behindField() throws {
        let base = Repositories.versions("boot = { args = [\"a\"], other = 1 }\n  list = [\"b\"]")
            .replacing(
                "[\"console=ttyS0\"]", "local.versions.boot.args", in: "common/schematic.hcl")
        let args = base.replacing("[\"a\"]", "[\"c\"]", in: "common/versions.hcl")
        #expect(try Self.changes(base, args) == ["install_kernel_args"])
        let other = base.replacing("other = 1", "other = 2", in: "common/versions.hcl")
        #expect(try Self.changes(base, other) == ["boot"])
        let list = base.replacing(
            "local.versions.boot.args", "local.versions.list",
            in: "common/schematic.hcl")
        #expect(
            try Self.changes(list, list.replacing("\"b\"", "\"d\"", in: "common/versions.hcl"))
                == ["install_kernel_args"])
    }

    @Test("An override that passes a version on is no second change")
    func override() throws {
        let base = Repositories.defined("overrides = [\"clusters/sol.hcl\"]")
            .with(
                "clusters/sol.hcl",
                "locals {\n  v = read_terragrunt_config(\"../common/versions.hcl\").locals\n"
                    + "  talos_version = local.v.talos_version\n"
                    + "  name = \"sol-${local.v.talos_version}\"\n}\n")
        #expect(try Self.changes(base, Self.bumped(base)) == ["talos_version"])
        let pinned = base.replacing(
            "local.v.talos_version\n", "\"v1.11.5\"\n", in: "clusters/sol.hcl")
        #expect(try Self.changes(pinned, Self.bumped(pinned)) == [])
    }

    @Test("An override as an input of units counts by what it says itself")
    func overrideAsInput() throws {
        let base = Repositories.defined(
            "overrides = [\"sol.hcl\"]\n  stage \"machine_config\" {\n    units = [\"unit\"]\n  }"
        )
        .with(
            "sol.hcl",
            "locals {\n  v = read_terragrunt_config(\"common/versions.hcl\").locals\n"
                + "  talos_version = local.v.talos_version\n"
                + "  nodes = { image = local.v.talos_version, count = 3 }\n}\n"
        )
        .with(
            "unit/terragrunt.hcl",
            "inputs = read_terragrunt_config(\"../sol.hcl\").locals.nodes\n")
        let old = try Example.state(base).machineConfigInputs
        #expect(Set(old.keys) == ["sol.hcl", "unit/terragrunt.hcl"])
        #expect(try Example.state(Self.bumped(base)).machineConfigInputs == old)
        let more = base.replacing("count = 3", "count = 4", in: "sol.hcl")
        #expect(try Example.state(more).machineConfigInputs["sol.hcl"] != old["sol.hcl"])
    }
}
