import CLibgit2

/// Sets libgit2 up, once in the life of the process and never torn down.
///
/// Nothing of the user or the host bleeds in: no configuration of theirs (a `url.insteadOf` in it
/// would rewrite the remote unseen) and no templates (they hold hooks). The check of who owns a
/// repository is off, because libgit2 runs no hook and no command that a repository could plant,
/// and mounted volumes often belong to another user.
enum GitLibrary {
    private static let outcome = Result<Void, GitError> { () throws(GitError) in
        // Nothing of libgit2 works before this, its error messages included.
        guard git_libgit2_init() > 0 else { throw unusable("does not start") }
        guard git_libgit2_features() & Int32(GIT_FEATURE_THREADS.rawValue) != 0 else {
            throw unusable("was built without threads")
        }
        let levels = [
            GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL,
            GIT_CONFIG_LEVEL_PROGRAMDATA,
        ]
        for level in levels { try call("search path") { cgit_set_search_path(level, "") } }
        try call("template path") { cgit_set_template_path("") }
        try call("owner validation") { cgit_set_owner_validation(0) }
        try call("user agent") { cgit_set_user_agent("uprev") }
        try call("cache size") { cgit_set_cache_max_size(16 << 20) }
        try call("hash verification") { cgit_set_strict_hash_verification(1) }
        try call("flushing") { cgit_set_fsync_gitdir(1) }
        try call("pack size") { cgit_set_pack_max_objects(10_000_000) }
    }

    /// Makes sure that libgit2 is set up.
    static func start() throws(GitError) { try outcome.get() }

    private static func unusable(_ reason: String) -> GitError {
        GitError(
            .library,
            "The installed libgit2 \(reason).",
            hint: "Install the distribution's own libgit2."
        )
    }

    @discardableResult
    private static func call(_ what: String, _ set: () -> Int32) throws(GitError) -> Int32 {
        try libgit2("set up the \(what) of libgit2", at: "start", set)
    }
}
