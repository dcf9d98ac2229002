import Foundation
import Testing

/// The project's own Swift files, as the tests about them see them.
enum SourceTree {
    /// One file.
    struct File: Sendable, CustomTestStringConvertible {
        let path: String
        let lines: [Substring]

        var testDescription: String { path }
    }

    /// The root of the repository, found from where this file was compiled.
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The Swift files below a folder, generated ones left out, ordered by path.
    static func files(below folder: String) throws -> [File] {
        let base = root.appendingPathComponent(folder)
        let paths = try FileManager.default.subpathsOfDirectory(atPath: base.path).sorted()
        return try paths.filter { $0.hasSuffix(".swift") && !$0.contains("Generated/") }.map {
            let text = try String(contentsOf: base.appendingPathComponent($0), encoding: .utf8)
            return File(
                path: "\(folder)/\($0)",
                lines: text.split(separator: "\n", omittingEmptySubsequences: false))
        }
    }

    /// The names of the folders directly below a folder.
    static func folders(in folder: String) throws -> [String] {
        let base = root.appendingPathComponent(folder)
        return try FileManager.default.contentsOfDirectory(atPath: base.path).sorted().filter {
            var isFolder: ObjCBool = false
            let path = base.appendingPathComponent($0).path
            return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
                && isFolder.boolValue
        }
    }
}
