import Foundation
import Git
import Planning
import Reporting
import TestSupport
import Testing

@testable import Agent

@Suite("Walking a history")
struct HistoryWalkTests {
    /// What commits may do, each at any time: the files that they write, by path.
    private static func changes(_ turn: Int) -> [[String: String]] {
        let found = "inputs = read_terragrunt_config(find_in_parent_folders(\"shared.hcl\"))"
        return [
            [:],
            ["notes/\(turn).md": "\(turn)"],
            ["notes/\(turn % 3)/more.md": "\(turn)"],
            ["images/\(turn % 2)/extra.sh": "echo \(turn)"],
            ["machines/main.tf": "# \(turn)"],
            ["machines/new/terragrunt.hcl": "inputs = { n = \(turn) }"],
            ["machines/README.md": "\(turn)"],
            ["shared.hcl": "locals { n = \(turn) }"],
            ["machines/terragrunt.hcl": found],
            ["common/network.hcl": "locals { dns = \"10.0.0.\(turn)\" }"],
            ["uprev.hcl": "cluster {"],
            ["uprev.hcl": InfraFiles.definition],
            ["uprev.hcl": InfraFiles.settling("\(turn)s")["uprev.hcl"] ?? ""],
            ["elsewhere/versions.hcl": versions(patch: turn)],
            ["common/versions.hcl": versions(patch: turn)],
        ]
    }

    /// The links that commits may put in the place of files: by path, where they lead.
    private static let links = [
        (path: "common/versions.hcl", target: "../elsewhere/versions.hcl"),
        (path: "machines/code", target: "../notes"),
    ]

    private static func versions(patch: Int) -> String {
        InfraFiles.versions.replacing("v1.12.10", with: "v1.12.\(patch)")
    }

    @Test("It tells of the commits that change an input, and of no other", arguments: 1...8)
    func walk(seed: UInt64) async throws {
        let infra = try InfraRepository()
        var chance = SeededGenerator(seed: seed)
        try infra.commit("Elsewhere", ["elsewhere/versions.hcl": Self.versions(patch: 3)])
        for turn in 0..<40 {
            if Int.random(in: 0..<9, using: &chance) == 0 {
                let link = try #require(Self.links.randomElement(using: &chance))
                try infra.replaceWithLink(link.path, to: link.target)
            } else {
                let files = try #require(Self.changes(turn).randomElement(using: &chance))
                try infra.commit("Change \(turn)", files)
            }
        }
        let reading = CommitReading(repository: try GitRepository(at: infra.path))
        let tip = try #require(CommitID(try infra.head()))
        var told: [String] = []
        try await Deciding(reading: reading).history(from: nil, to: tip) { told.append($0.target) }
        let expected = try await expected(to: tip, at: infra.path)
        let log = try infra.run("log", "--reverse", "--stat", "--format=%h %s")
        #expect(told == expected, "\(told.difference(from: expected)) in\n\(log)")
        #expect(told.count > 5)
    }

    @Test("A file behind a link counts as the link does")
    func links() async throws {
        let infra = try InfraRepository()
        try infra.commit("Elsewhere", ["elsewhere/versions.hcl": Self.versions(patch: 3)])
        try infra.replaceWithLink("common/versions.hcl", to: "../elsewhere/versions.hcl")
        try infra.commit("Note", ["elsewhere/note.md": "1"])
        let changed = try infra.commit(
            "Raise", ["elsewhere/versions.hcl": Self.versions(patch: 4)])
        let reading = CommitReading(repository: try GitRepository(at: infra.path))
        let tip = try #require(CommitID(try infra.commit("Another note", ["notes/1.md": "1"])))
        var told: [DecisionReport] = []
        try await Deciding(reading: reading).history(from: nil, to: tip) { told.append($0) }
        #expect(told.count == 3)
        #expect(told.last?.target == changed)
        #expect(told.last?.clusters.first?.path == .talosUpgrade)
    }

    /// The same by reading every commit and its parent.
    private func expected(to tip: CommitID, at path: String) async throws -> [String] {
        let reading = CommitReading(repository: try GitRepository(at: path))
        let line = try await reading.repository.firstParentHistory(from: nil, to: tip)
        var expected: [String] = []
        for commit in line.reversed() {
            guard let parent = commit.firstParent else {
                expected.append(commit.id.description)
                continue
            }
            var paths: Set<String> = []
            var isReadable = true
            for side in [commit.id, parent] {
                let contents = (try? await reading.contents(of: side)) ?? []
                isReadable = isReadable && !contents.isEmpty
                paths.formUnion(contents.flatMap(\.inputPaths))
            }
            let changed = try await reading.repository.changedPaths(
                from: parent, to: commit.id, among: isReadable ? paths : [""])
            if !changed.isEmpty { expected.append(commit.id.description) }
        }
        return expected
    }
}

extension InfraRepository {
    /// Puts a symbolic link in the place of a file, and commits it.
    fileprivate func replaceWithLink(_ name: String, to target: String) throws {
        try? FileManager.default.removeItem(atPath: "\(path)/\(name)")
        try FileManager.default.createSymbolicLink(
            atPath: "\(path)/\(name)", withDestinationPath: target)
        try commit("Link \(name)")
    }
}
