import ArgumentParser
import ClusterModel
import Foundation
import Git
import Infrastructure

/// Runs a command's work; an error becomes one sentence and a hint on standard error, and exit 1.
func reportingErrors(_ work: () async throws -> Void) async throws {
    do {
        try await work()
    } catch let error as ReadError {
        complain(error.rendered())
        throw ExitCode.failure
    } catch let error as any ExplainedError {
        complain("error: \(error)", hint: error.hint)
        throw ExitCode.failure
    } catch let error as SignatureError {
        complain("error: \(error)", hint: error.hint)
        throw ExitCode.failure
    } catch let error as GitError {
        complain("error: \(error)", hint: error.hint)
        throw ExitCode.failure
    }
}

/// Writes to standard error.
func complain(_ message: String, hint: String = "") {
    let text = message + (hint.isEmpty ? "" : "\nhint: \(hint)") + "\n"
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
}
