import Foundation
import Glibc
import TestSupport
import Testing

@testable import Git

/// `git daemon` proves nothing of itself, so its protocol is refused before a byte is sent.
@Suite("A git:// source", .enabled(if: Programs.canServeGit, Programs.reason))
struct GitDaemonTests {
    @Test("The real daemon serves git, and gets no connection from here")
    func refused() async throws {
        let upstream = try Upstream()
        let tip = try upstream.commit(InfraFiles.all)
        let counter = SSHServer.Counter()
        let root = upstream.folder.path
        let listener = try Listener { connection in
            counter.add()
            let daemon = try? ServerProcess(
                Programs.gitDaemon, ["--inetd", "--export-all", "--base-path=\(root)", root],
                input: connection, output: connection)
            close(connection)
            daemon?.wait()
        }
        let url = "git://127.0.0.1:\(listener.port)/source"
        let list = try Upstream.git(["ls-remote", url, "refs/heads/main"], home: root)
        #expect(String(decoding: list, as: UTF8.self).hasPrefix(tip.description))
        #expect(counter.count == 1)

        let error = #expect(throws: GitError.self) { try RemoteURL(url) }
        #expect(error?.kind == .insecureURL)
        #expect(error?.disposition == .stalled)
        #expect(error?.description.contains("decide what the cluster runs") == true)
        for verb in [["check"], ["run", "--talosconfig", "x", "--state-dir", "\(root)/state"]] {
            let result = try Program.uprev().run(verb + ["--repository", url])
            #expect(result.status == 1, "\(result.errors)")
            #expect(result.errors.contains("git://"), "\(result.errors)")
        }
        #expect(counter.count == 1)
    }
}
