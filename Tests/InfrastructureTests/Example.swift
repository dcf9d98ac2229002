import ClusterModel
import Foundation
import HCL
import Testing

@testable import Infrastructure

/// The example repository of the project, read from disk as if it were one commit.
enum Example {
    static func tree() throws -> MemoryFileTree {
        let tests = URL(filePath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent()
        let root = tests.appending(path: "../../manifests/example").standardizedFileURL
        let listed = try #require(
            FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil))
        var tree = MemoryFileTree([:])
        for case let url as URL in listed where !url.hasDirectoryPath {
            let path = url.standardizedFileURL.path.dropFirst(root.path.count + 1)
            tree.files[String(path)] = [UInt8](try Data(contentsOf: url))
        }
        return tree
    }

    /// The only cluster of a tree and what it should be.
    static func state(_ tree: MemoryFileTree) throws -> DesiredState {
        let reader = CommitReader(tree)
        let definition = try #require(try reader.clusters().first)
        return try #require(try reader.desiredState(of: definition))
    }
}

extension Example {
    /// The fingerprint of a text in HCL.
    static func fingerprint(_ text: String) throws -> String {
        SyntaxFingerprint.text(of: try Body.parse(SourceFile(path: "x.hcl", text: text)))
    }
}
