import ClusterModel
import Testing

@Suite("Image references")
struct ImageReferenceTests {
    @Test(
        "have one name in every spelling",
        arguments: [
            "siderolabs/i915", "ghcr.io/siderolabs/i915", "ghcr.io/siderolabs/i915:20250401",
            "ghcr.io/siderolabs/i915@sha256:0a1b", "siderolabs/i915:1@sha256:0a1b", "i915",
        ])
    func names(text: String) throws {
        #expect(try #require(ImageReference(text)).name == "ghcr.io/siderolabs/i915")
    }

    @Test("keep tag and digest apart")
    func parts() throws {
        let image = try #require(ImageReference("ghcr.io/a/frr:1.2@sha256:0a1b"))
        #expect(image.tag == "1.2")
        #expect(image.digest == "sha256:0a1b")
        #expect(image.shortName == "frr")
        #expect(image.registry == "ghcr.io")
        #expect(image.description == "ghcr.io/a/frr:1.2@sha256:0a1b")
    }

    @Test("tell a registry's port from a tag")
    func port() throws {
        let plain = try #require(ImageReference("registry.local:5000/team/frr"))
        #expect(plain.name == "registry.local:5000/team/frr")
        #expect(plain.tag == nil)
        let tagged = try #require(ImageReference("localhost/frr:2"))
        #expect(tagged.name == "localhost/frr")
        #expect(tagged.tag == "2")
    }

    @Test("keep owners apart")
    func owners() throws {
        let one = try #require(ImageReference("one/frr:1"))
        let other = try #require(ImageReference("other/frr:1"))
        #expect(one.name != other.name)
        #expect(one.shortName == other.shortName)
    }

    @Test(
        "are refused when they name no image",
        arguments: [
            "", ":1", "a//b", "ghcr.io/a:", "ghcr.io/a@sha256", "ghcr.io/a b", "ä/b", "@x:1",
        ])
    func refuses(text: String) {
        #expect(ImageReference(text) == nil)
    }

    @Test(
        "find their installed extension",
        arguments: [
            ("ghcr.io/siderolabs/qemu-guest-agent", "qemu-guest-agent", true),
            ("ghcr.io/owner/frr-talos-extension", "frr", true),
            ("ghcr.io/siderolabs/i915", "i915-ucode", true),
            ("ghcr.io/siderolabs/crun", "frr", false),
            ("ghcr.io/siderolabs/zfs", "zfsx", false),
        ])
    func reported(name: String, installed: String, matches: Bool) {
        let system = NodeSystem(
            version: Version(1, 11, 5), bootID: "b", stage: "running", isReady: true,
            extensions: [InstalledExtension(name: installed, version: "1")])
        #expect(system.hasExtension(ImageReference(name: name)) == matches)
    }
}
