import ClusterModel
import Testing

@Suite("Versions")
struct VersionTests {
    @Test(
        "are read with and without the prefix",
        arguments: [
            ("1.12.0", Version(1, 12, 0)), ("v1.12.0", Version(1, 12, 0)),
            ("v1.12.0-beta.1", Version(1, 12, 0, preRelease: ["beta", "1"])),
            ("1.35.0-alpha.3", Version(1, 35, 0, preRelease: ["alpha", "3"])),
            ("1.2.3-x-y.4", Version(1, 2, 3, preRelease: ["x-y", "4"])),
            ("1.12.0+dirty.5", Version(1, 12, 0)),
        ])
    func reads(text: String, expected: Version) {
        #expect(Version(text) == expected)
    }

    @Test(
        "are refused when they are none",
        arguments: [
            "", "v", "1.12", "1.12.0.1", "01.2.3", "1.02.3", "1.2.3-", "1.2.3-a..b", "a.b.c",
            "1.2.x", "1.2.3-ü", "vv1.2.3", "1.2.9999999999999999999", "latest", " 1.2.3",
        ])
    func refuses(text: String) {
        #expect(Version(text) == nil)
    }

    @Test("order as semantic versioning says, rule 11")
    func orders() throws {
        let texts = [
            "1.9.9", "1.12.0-alpha", "1.12.0-alpha.1", "1.12.0-alpha.beta", "1.12.0-beta",
            "1.12.0-beta.2", "1.12.0-beta.11", "1.12.0-rc.1", "1.12.0", "1.12.1", "1.13.0-alpha.0",
            "2.0.0",
        ]
        let versions = try texts.map { try #require(Version($0)) }
        for (left, one) in versions.enumerated() {
            for (right, other) in versions.enumerated() {
                #expect((one < other) == (left < right), "\(one) against \(other)")
            }
        }
    }

    @Test("are written in one way")
    func writes() throws {
        let version = try #require(Version("1.12.0-beta.1"))
        #expect(version.description == "v1.12.0-beta.1")
        #expect(version.withoutPrefix == "1.12.0-beta.1")
        #expect(version.release == Version(1, 12, 0))
        #expect(version.isPreRelease)
        #expect(version.line == ReleaseLine(1, 12))
        #expect(version.line.next == ReleaseLine(1, 13))
        #expect(version.line.previous.description == "1.11")
    }
}
