import Foundation
import Glibc
import Testing

@testable import Git

@Suite("Objects that are borrowed over several repositories")
struct LooseLendingTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder(inMemory: true) }

    @discardableResult
    private func git(_ repository: String, _ arguments: String..., input: String = "") throws
        -> String
    {
        let output = try Upstream.git(
            ["-C", "\(folder.path)/\(repository)"] + arguments, input: Array(input.utf8),
            home: folder.path)
        return String(decoding: output, as: UTF8.self).split(separator: "\n").joined()
    }

    private func make(_ name: String) throws {
        try FileManager.default.createDirectory(
            atPath: "\(folder.path)/\(name)", withIntermediateDirectories: true)
        try git(name, "init", "--quiet", "--bare")
    }

    private func lend(to borrower: String, _ lenders: String...) throws {
        let lines = lenders.map { "\(folder.path)/\($0)/objects\n" }.joined()
        try write(lines, to: "\(folder.path)/\(borrower)/objects/info/alternates")
    }

    private func folders(of name: String) throws -> [String] {
        try ObjectFolders.all(from: "\(folder.path)/\(name)/objects/").map {
            String($0.dropFirst(folder.path.utf8.count + 1).prefix { $0 != "/" })
        }
    }

    @Test("As far as `git` itself goes, and no further")
    func depth() throws {
        var blobs: [String] = []
        for number in 0...9 {
            try make("\(number)")
            blobs.append(
                try git("\(number)", "hash-object", "-w", "--stdin", input: "text \(number)"))
            if number > 0 { try lend(to: "\(number - 1)", "\(number)") }
        }
        let found = try folders(of: "0")
        for (number, blob) in blobs.enumerated() {
            let hasIt = (try? git("0", "cat-file", "-e", blob)) != nil
            #expect(found.contains("\(number)") == hasIt, "\(number)")
        }
        #expect(found.count > 5 && found.count < 10)
        #expect(try LocalRepository(at: "\(folder.path)/0").isEmpty)
    }

    @Test("The shortest way to a repository counts", arguments: [true, false])
    func shortest(isFirst: Bool) throws {
        for number in 0...8 { try make("\(number)") }
        try make("shortcut")
        for number in 1...7 { try lend(to: "\(number)", "\(number + 1)") }
        try lend(to: "shortcut", "4")
        if isFirst {
            try lend(to: "0", "shortcut", "1")
        } else {
            try lend(to: "0", "1", "shortcut")
        }
        #expect(Set(try folders(of: "0")) == Set((0...8).map(String.init) + ["shortcut"]))
    }

    @Test("A relative path behind a link leads from where the link leads")
    func linked() throws {
        let upstream = try Upstream()
        let tip = try upstream.commit(["a": "1"])
        let base = upstream.folder.path
        try upstream.git("clone", "--quiet", "--shared", upstream.path, "\(base)/second")
        try FileManager.default.createDirectory(
            atPath: "\(base)/deep/er/still", withIntermediateDirectories: true)
        let objects = "\(base)/second/.git/objects"
        try #require(rename(objects, "\(base)/deep/er/still/objects") == 0)
        try #require(symlink("\(base)/deep/er/still/objects", objects) == 0)
        try write("../../../../source/.git/objects\n", to: "\(objects)/info/alternates")
        #expect(try upstream.git("-C", "\(base)/second", "cat-file", "-t", "\(tip)") == "commit")
        let tree = try CommitTree(of: tip, in: try LocalRepository(at: "\(base)/second"))
        #expect(try tree.bytes(at: "a", limit: 9) == [0x31])
    }
}
