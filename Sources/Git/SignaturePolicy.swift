import Foundation

/// Finds out whether commits are signed by those who may change clusters.
///
/// One signature is enough for a commit, of either kind; which keys count is said by the files of
/// the agent's own settings alone. A commit is verified once for each content of these files:
/// asking again costs no process. Errors are ``SignatureError``.
public actor SignaturePolicy {
    /// As many commits are looked at since the reconciled one.
    static let rangeLimit = 50_000

    /// As many verdicts are remembered.
    static let memoryLimit = 100_000

    /// What a commit may be large; Git's own are some hundred bytes.
    static let commitLimit = 1 << 20

    /// How much time one call may take before it leaves the rest to the next.
    static let patience = Duration.seconds(10)

    /// The files that name signers.
    public nonisolated let files: SignerFiles

    private let folder: String
    private let programs: [String]
    private let executor = BlockingExecutor(label: "uprev.git.signatures")
    private var contents: SignerContents?
    private var verdicts: [CommitID: Result<Signer, SignatureError>] = [:]

    /// How many signatures were given to a program since the start.
    private(set) var judged = 0

    /// The queue that waits for the programs.
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    /// Describes a policy; nothing is read yet.
    ///
    /// `folder` is an absolute path that belongs to this policy alone: the folder is made while
    /// programs read from it, for its owner only, and removed again. `ssh-keygen` and `gpgv` are
    /// looked for in the folders `programs`.
    public init(
        files: SignerFiles, folder: String, programs: [String] = SignaturePolicy.searchPath
    ) {
        self.files = files
        self.folder = folder
        self.programs = programs
    }

    /// Where programs are looked for by default: as the agent itself was started, then where
    /// distributions have them.
    public static var searchPath: [String] {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        return path.split(separator: ":").map(String.init).filter { $0.hasPrefix("/") }
            + ["/usr/bin", "/bin", "/usr/local/bin"]
    }

    /// Verifies one commit, and none of those before it.
    public func verify(
        _ commit: CommitID, in repository: GitRepository
    ) throws(SignatureError) -> VerifiedCommit {
        let store = try opened(repository)
        guard let verified = try verify([commit], in: store).first else {
            preconditionFailure("A commit that is not refused is verified.")
        }
        return verified
    }

    /// Verifies every commit that `tip` reaches over any parent and none of `trusted` does: merges
    /// and their side branches too.
    ///
    /// Of `trusted`, commits that the repository does not have exclude nothing; without any, the
    /// whole history must verify. Returns the commits, parents before children; throws for the first
    /// one that is refused. One call takes a bounded time: where that is not enough it throws the
    /// rule `unfinished`, and the next call goes on.
    public func verify(
        from trusted: [CommitID], to tip: CommitID, in repository: GitRepository
    ) throws(SignatureError) -> [VerifiedCommit] {
        let store = try opened(repository)
        let commits: [CommitID]?
        do throws(GitError) {
            commits = try store.commits(to: tip, notIn: trusted, limit: Self.rangeLimit)
        } catch {
            throw SignatureError(error)
        }
        guard let commits else { throw .tooMany(tip, limit: Self.rangeLimit) }
        return try verify(commits, in: store)
    }

    /// A handle of this actor's own, since it waits on its own queue.
    private func opened(_ repository: GitRepository) throws(SignatureError) -> LocalRepository {
        do throws(GitError) {
            return try LocalRepository(at: repository.path)
        } catch {
            throw SignatureError(error)
        }
    }

    private func verify(
        _ commits: [CommitID], in store: LocalRepository
    ) throws(SignatureError) -> [VerifiedCommit] {
        let now = try SignerContents(of: files)
        if now != contents || verdicts.count > Self.memoryLimit { verdicts.removeAll() }
        contents = now
        let deadline = ContinuousClock.now.advanced(by: Self.patience)
        var judge: SignatureJudge?
        defer { judge?.folder.remove() }
        var verified: [VerifiedCommit] = []
        for commit in commits {
            if let known = verdicts[commit] {
                verified.append(VerifiedCommit(id: commit, signer: try known.get()))
                continue
            }
            guard ContinuousClock.now < deadline else {
                throw .unfinished(verified.count, of: commits.count)
            }
            if judge == nil { judge = try SignatureJudge(now, at: folder, programs: programs) }
            guard let judge else { preconditionFailure("A judge was just made.") }
            let signer = try conclude(judge, commit, in: store)
            verified.append(VerifiedCommit(id: commit, signer: signer))
        }
        return verified
    }

    /// Judges a commit and remembers the verdict; what is no verdict is thrown and forgotten.
    private func conclude(
        _ judge: SignatureJudge, _ commit: CommitID, in store: LocalRepository
    ) throws(SignatureError) -> Signer {
        let object: [UInt8]?
        do throws(GitError) {
            object = try store.object(of: commit, limit: Self.commitLimit)
        } catch {
            throw SignatureError(error)
        }
        guard let object else {
            let refusal = SignatureRefusal(.malformed, "it is larger than a commit can be")
            throw refusal.error(on: commit, subject: "")
        }
        let signed = SignedCommit(object)
        judged += 1
        let verdict = try judge.judge(signed)
            .mapError { $0.error(on: commit, subject: signed.subject) }
        if verdict.isLasting(for: signed) { verdicts[commit] = verdict }
        return try verdict.get()
    }
}

extension Result<Signer, SignatureError> {
    /// Whether the same would be said at any time; GnuPG does not know keys that were made after
    /// what a clock which is late says.
    fileprivate func isLasting(for commit: SignedCommit) -> Bool {
        guard case .failure = self, let signature = commit.signatures.first else { return true }
        return SignedCommit.format(of: signature) == .ssh
    }
}

/// The programs and files of one look.
struct SignatureJudge {
    /// What a signature may be large: certificates with many principals are some kilobytes.
    static let signatureLimit = 64 << 10

    let folder: SignatureFolder
    private let ssh: SSHSignatureCheck?
    private let openPGP: OpenPGPSignatureCheck?

    init(_ contents: SignerContents, at path: String, programs: [String]) throws(SignatureError) {
        let folder = try SignatureFolder(at: path)
        self.folder = folder
        do throws(SignatureError) {
            ssh =
                contents.allowedSigners == nil
                ? nil : try SSHSignatureCheck(contents, in: folder, programs: programs)
            openPGP =
                contents.keyring == nil
                ? nil : try OpenPGPSignatureCheck(contents, in: folder, programs: programs)
        } catch {
            folder.remove()
            throw error
        }
    }

    /// Judges a commit by its one signature.
    func judge(
        _ commit: SignedCommit
    ) throws(SignatureError) -> Result<Signer, SignatureRefusal> {
        guard let signature = commit.signatures.first else {
            return .failure(SignatureRefusal(.unsigned, "it is not signed"))
        }
        guard commit.signatures.count == 1, signature.count <= Self.signatureLimit else {
            return .failure(
                SignatureRefusal(.malformed, "it has more than one signature, or one too large"))
        }
        switch (SignedCommit.format(of: signature), ssh, openPGP) {
        case (.ssh, let ssh?, _): return try ssh.judge(commit, signature)
        case (.openPGP, _, let openPGP?): return try openPGP.judge(commit, signature)
        case (.ssh, nil, _):
            return .failure(
                SignatureRefusal(.unsupported, "it is signed with SSH, and no such signer is named")
            )
        case (.openPGP, _, nil):
            return .failure(
                SignatureRefusal(
                    .unsupported, "it is signed with OpenPGP, and no such signer is named"))
        case (.other, _, _):
            return .failure(
                SignatureRefusal(.unsupported, "its signature is neither of SSH nor of OpenPGP"))
        }
    }
}
