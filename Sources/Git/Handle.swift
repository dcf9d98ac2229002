/// Owns one object that libgit2 made, and frees it exactly once.
///
/// It cannot be copied, so nothing can free the object twice or use it after it is gone.
struct Handle: ~Copyable {
    let pointer: OpaquePointer
    private let release: (OpaquePointer) -> Void

    init(
        _ attempt: @autoclosure () -> String,
        at place: @autoclosure () -> String,
        release: @escaping (OpaquePointer) -> Void,
        _ make: (inout OpaquePointer?) -> Int32
    ) throws(GitError) {
        var made: OpaquePointer?
        try libgit2(attempt(), at: place()) { make(&made) }
        guard let made else { preconditionFailure("libgit2 said success and made no object.") }
        pointer = made
        self.release = release
    }

    deinit { release(pointer) }
}
