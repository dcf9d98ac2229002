import HCL
import Testing

@testable import Infrastructure

@Suite("Paths, patterns and hashes")
struct ReadingTests {
    @Test(
        "A path is resolved inside the repository",
        arguments: [
            ("a.hcl", "x/y", "x/y/a.hcl"), ("../a.hcl", "x/y", "x/a.hcl"),
            ("./b/../a.hcl", "", "a.hcl"), ("/repository/a/b", "x", "a/b"),
            ("/repository", "x", ""), ("/repository//a", "x", "a"), ("..", "x", ""),
            (".", "x", "x"), ("", "x", "x"),
        ])
    func resolve(path: String, directory: String, resolved: String) throws {
        #expect(try RepositoryPath.resolve(path, from: directory) == resolved)
    }

    @Test(
        "A path that leaves the repository is refused",
        arguments: [
            "../../a", "/etc/passwd", "~/a", "/repository/../a", "/repositories/a", "a/../../../b",
            "a\0b",
        ])
    func refuse(path: String) {
        #expect(throws: RepositoryPath.Refusal.self) {
            try RepositoryPath.resolve(path, from: "x")
        }
    }

    @Test(
        "The way between directories",
        arguments: [
            ("", "a/b", "a/b"), ("a/b", "", "../.."), ("a/b", "a/c", "../c"), ("a", "a", "."),
            ("a/b", "a", ".."),
        ])
    func relative(start: String, end: String, way: String) {
        #expect(RepositoryPath.relative(from: start, to: end) == way)
    }

    @Test(
        "Patterns match whole paths",
        arguments: [
            ("clusters/sol/**", "clusters/sol/a/b.hcl", true),
            ("clusters/sol/**", "clusters/solar/a.hcl", false),
            ("**/terraform.tfstate", "terraform.tfstate", true),
            ("**/terraform.tfstate", "a/b/terraform.tfstate", true),
            ("a/**/z", "a/z", true), ("a/**/z", "a/b/c/z", true), ("a/**/z", "a/b/zz", false),
            ("a/*.hcl", "a/b.hcl", true), ("a/*.hcl", "a/b/c.hcl", false),
            ("a/?.hcl", "a/b.hcl", true), ("a/?.hcl", "a/bc.hcl", false),
            ("a/*b*c", "a/xbxbxc", true), ("common", "common/a/b", true),
            ("common/network.hcl", "common/network.hcl", true), ("common", "commons", false),
        ])
    func pattern(text: String, path: String, matches: Bool) {
        #expect(PathPattern(text).matches(path) == matches)
    }

    @Test("A pattern's directory holds all its matches")
    func directory() {
        #expect(PathPattern("clusters/sol/**").directory == "clusters/sol")
        #expect(PathPattern("**/x").directory == "")
        #expect(PathPattern("a/b.hcl").directory == "a/b.hcl")
    }

    @Test("A hostile pattern costs no more than the product of the lengths")
    func hostilePattern() {
        let pattern = String(repeating: "*a", count: 200) + "b"
        #expect(!PathPattern(pattern).matches(String(repeating: "a", count: 2_000)))
    }

    @Test("Hashes agree with the published examples")
    func sha256() {
        #expect(
            ContentHash.hexadecimal(of: [])
                == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(
            ContentHash.hexadecimal(of: Array("abc".utf8))
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        let long = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"
        #expect(
            ContentHash.hexadecimal(of: Array(long.utf8))
                == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
        #expect(
            ContentHash.hexadecimal(of: [UInt8](repeating: UInt8(ascii: "a"), count: 1_000))
                == "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3")
    }

    @Test("JSON is canonical and escapes what it must")
    func json() {
        let value = Value.object([
            "b": .tuple([.integer(1), .bool(true), .null(.dynamic)]),
            "a": .string("q\"\\\n\u{1}é"), "c": .unknown("run_cmd", at: nil),
        ])
        #expect(
            CanonicalJSON.text(of: value)
                == "{\"a\":\"q\\\"\\\\\\n\\u0001é\",\"b\":[1,true,null],"
                + "\"c\":{\"unknown\":\"run_cmd\"}}")
    }

    @Test(
        "Durations",
        arguments: [
            ("90s", 90_000), ("2m", 120_000), ("1h30m", 5_400_000), ("24h", 86_400_000), ("0", 0),
            ("250ms", 250), ("7d", 604_800_000),
        ])
    func duration(text: String, milliseconds: Int) {
        #expect(DurationText.parse(text) == .milliseconds(milliseconds))
    }

    @Test(
        "What is no duration",
        arguments: ["", "5", "m", "-1s", "1.5h", "1 h", "9999999999s", "1y", "h1", "²s"])
    func noDuration(text: String) {
        #expect(DurationText.parse(text) == nil)
    }

    @Test("Times of day", arguments: [("00:00", 0), ("02:30", 150), ("23:59", 1_439)])
    func minutes(text: String, minutes: Int) {
        #expect(DurationText.minutes(text) == minutes)
    }

    @Test(
        "What is no time of day", arguments: ["24:00", "1:00", "12:60", "12", "ab:cd", "12:00:00"])
    func noMinutes(text: String) {
        #expect(DurationText.minutes(text) == nil)
    }
}
