import Foundation
import Testing

@testable import Git

/// A repository with others beside it, which commits can have as submodules.
struct SubmoduleFamily {
    let top: Upstream

    init() throws { top = try Upstream() }

    var root: String { top.folder.path }

    /// Makes a commit of files in the repository of this name, which is made when it is not there.
    @discardableResult
    func commit(in name: String, _ files: [String: String]) throws -> CommitID {
        if !exists("\(root)/\(name)") {
            try FileManager.default.createDirectory(
                atPath: "\(root)/\(name)", withIntermediateDirectories: true)
            try git(name, "init", "--quiet", "--initial-branch=main")
        }
        for (file, text) in files { try write(text, to: "\(root)/\(name)/\(file)") }
        for file in files.keys { try git(name, "add", file) }
        try git(name, "commit", "--quiet", "--allow-empty", "--message", "Change")
        return try head(of: name)
    }

    /// Makes a commit that has others at paths, and what is given as its `.gitmodules`.
    @discardableResult
    func commit(
        in name: String = "source", linking links: [(path: String, commit: CommitID)],
        modules: String
    ) throws -> CommitID {
        if name != "source", !exists("\(root)/\(name)") { try commit(in: name, [:]) }
        for link in links {
            try git(
                name, "update-index", "--add", "--cacheinfo",
                "160000,\(link.commit),\(link.path)")
        }
        return try commit(in: name, [".gitmodules": modules])
    }

    func head(of name: String) throws -> CommitID {
        try #require(CommitID(try git(name, "rev-parse", "HEAD")))
    }

    @discardableResult
    func git(_ name: String, _ arguments: String...) throws -> String {
        let output = try Upstream.git(["-C", "\(root)/\(name)"] + arguments, home: root)
        return String(decoding: output, as: UTF8.self).trimmingCharacters(in: .newlines)
    }

    /// The entry of one submodule.
    static func entry(_ path: String, _ url: String, name: String? = nil) -> String {
        "[submodule \"\(name ?? path)\"]\n\tpath = \(path)\n\turl = \(url)\n"
    }
}
