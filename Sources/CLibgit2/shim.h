// The door to libgit2.
//
// Swift cannot call a variadic function, so each global option that is used has a typed wrapper
// here. Everything else is libgit2's own header.

#ifndef UPREV_CLIBGIT2_SHIM_H
#define UPREV_CLIBGIT2_SHIM_H

#include <fcntl.h>
#include <git2.h>
#include <git2/sys/odb_backend.h>
#include <git2/sys/repository.h>
#include <git2/sys/stream.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if LIBGIT2_VER_MAJOR < 1 || (LIBGIT2_VER_MAJOR == 1 && LIBGIT2_VER_MINOR < 5)
#error "libgit2 1.5 or newer is needed: apt-get install libgit2-dev"
#endif

/// Sets where configuration of this level is looked for; an empty path means nowhere.
static inline int cgit_set_search_path(git_config_level_t level, const char *path) {
    return git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, (int)level, path);
}

/// Sets where templates for new repositories are looked for; an empty path means nowhere.
static inline int cgit_set_template_path(const char *path) {
    return git_libgit2_opts(GIT_OPT_SET_TEMPLATE_PATH, path);
}

/// Says whether a repository that belongs to another user may be opened.
static inline int cgit_set_owner_validation(int enabled) {
    return git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, enabled);
}

/// Sets the name that servers see.
static inline int cgit_set_user_agent(const char *name) {
    return git_libgit2_opts(GIT_OPT_SET_USER_AGENT, name);
}

/// Bounds the object cache of the whole process.
static inline int cgit_set_cache_max_size(ssize_t bytes) {
    return git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, bytes);
}

/// Says whether every object that is read is hashed again.
static inline int cgit_set_strict_hash_verification(int enabled) {
    return git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, enabled);
}

/// Says whether what is written under the Git directory is flushed to the disk.
static inline int cgit_set_fsync_gitdir(int enabled) {
    return git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, enabled);
}

/// Bounds the number of objects that a received pack may claim.
static inline int cgit_set_pack_max_objects(size_t count) {
    return git_libgit2_opts(GIT_OPT_SET_PACK_MAX_OBJECTS, count);
}

/// A stream that libgit2 drives, with what it belongs to.
typedef struct {
    git_stream base;
    void *context;
} cgit_stream;

/// A store of objects that libgit2 asks, with what it belongs to.
typedef struct {
    git_odb_backend base;
    void *context;
} cgit_store;

// Linux calls that Swift's Glibc module does not show.

/// Swaps two paths of one file system in one step.
static inline int cgit_exchange(const char *first, const char *second) {
    const unsigned int exchange = 2;
    return (int)syscall(SYS_renameat2, AT_FDCWD, first, AT_FDCWD, second, exchange);
}

/// Opens a file that lives in memory and is closed on exec.
static inline int cgit_memory_file(const char *name) {
    const unsigned int close_on_exec = 1;
    return (int)syscall(SYS_memfd_create, name, close_on_exec);
}

/// Flushes the file system that holds the open file.
static inline int cgit_flush_file_system(int descriptor) {
    return (int)syscall(SYS_syncfs, descriptor);
}

/// Makes a pipe whose ends are closed on exec.
static inline int cgit_pipe(int ends[2]) {
    return (int)syscall(SYS_pipe2, ends, O_CLOEXEC);
}

/// Bounds the memory that the process may have for itself.
static inline int cgit_limit_memory(rlim_t bytes) {
    const struct rlimit limit = {bytes, bytes};
    return setrlimit(RLIMIT_DATA, &limit);
}

/// Bounds the size of every file that the process writes.
static inline int cgit_limit_files(rlim_t bytes) {
    const struct rlimit limit = {bytes, bytes};
    return setrlimit(RLIMIT_FSIZE, &limit);
}

/// Keeps what is in memory out of core files, and out of reach of other processes of the user.
static inline int cgit_hide_memory(void) {
    const struct rlimit none = {0, 0};
    return setrlimit(RLIMIT_CORE, &none) | prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);

/// Lets a child inherit no descriptor from this number on.
static inline int cgit_close_from(posix_spawn_file_actions_t *actions, int from) {
    return posix_spawn_file_actions_addclosefrom_np(actions, from);
}

#endif
