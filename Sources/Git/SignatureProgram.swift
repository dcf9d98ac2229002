import Foundation
import Glibc

/// A private folder for what the verifying programs read, made anew and removed after use.
struct SignatureFolder {
    let path: String

    /// Makes the folder, in place of what a killed process left there.
    init(at path: String) throws(SignatureError) {
        self.path = path
        remove()
        let parent = (path as NSString).deletingLastPathComponent
        do {
            try FileManager.default.createDirectory(
                atPath: parent, withIntermediateDirectories: true)
        } catch {
            throw SignatureError(GitError.system("create \(parent)", because: error))
        }
        guard mkdir(path, 0o700) == 0 else {
            throw SignatureError(GitError.system("create \(path)"))
        }
    }

    /// Writes a file that only this user can read, and returns its path.
    func write(_ bytes: [UInt8], to name: String) throws(SignatureError) -> String {
        let file = "\(path)/\(name)"
        unlink(file)
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let descriptor = open(file, flags, 0o600)
        guard descriptor >= 0 else { throw SignatureError(GitError.system("create \(file)")) }
        defer { close(descriptor) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw SignatureError(GitError.system("write \(file)")) }
            rest = rest.dropFirst(count)
        }
        return file
    }

    /// Removes the folder with everything in it.
    func remove() { try? FileManager.default.removeItem(atPath: path) }
}

/// A program that verifies signatures, run with a deadline and nothing from the environment.
struct SignatureProgram {
    /// How a call ended.
    struct Answer {
        let succeeded: Bool
        let output: String
        let diagnostics: String
    }

    /// How long one call may take; it computes, and waits for nobody.
    static let timeout = Duration.seconds(10)

    private let name: String
    private let path: String

    /// Finds the program in the first of the folders that has it.
    init(_ name: String, package: String, in folders: [String]) throws(SignatureError) {
        let paths = folders.map { "\($0)/\(name)" }
        guard let path = paths.first(where: { access($0, X_OK) == 0 }) else {
            throw .missing(name, package: package)
        }
        self.name = name
        self.path = path
    }

    /// Runs the program to its end.
    ///
    /// Times without a zone, as in an allowed signers file, are in UTC whatever the machine's is.
    func run(_ arguments: [String], input: [UInt8] = []) throws(SignatureError) -> Answer {
        let child = ChildProcess(
            executable: path, arguments: arguments, environment: ["LC_ALL": "C", "TZ": "UTC"],
            outputLimit: 1 << 20)
        let ending: ChildProcess.Ending
        do throws(ChildProcess.Failure) {
            ending = try child.run(input: input, deadline: .now.advanced(by: Self.timeout))
        } catch {
            throw failure(error.reason)
        }
        guard let code = ending.exitCode else {
            throw failure("signal \(ending.signal ?? 0) ended it")
        }
        return Answer(
            succeeded: code == 0, output: String(decoding: ending.output, as: UTF8.self),
            diagnostics: String(decoding: ending.diagnostics, as: UTF8.self))
    }

    /// The program did not do its work, which says nothing about the signature.
    func failure(_ reason: String) -> SignatureError {
        SignatureError(
            .programFailed, "\(name) did not verify a signature: \(shown(reason)).",
            hint: "It is tried again; if this stays, run it by hand as the agent's user.")
    }
}

extension ChildProcess.Failure {
    fileprivate var reason: String {
        switch self {
        case .deadlinePassed: "it did not end within \(SignatureProgram.timeout)"
        case .stopped: "it was stopped"
        case .outputTooLong: "it writes without end"
        case .system(let attempt, let code):
            "the agent could not \(attempt): \(String(cString: strerror(code)))"
        }
    }
}
