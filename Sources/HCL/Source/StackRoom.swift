#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Watches how much of a thread's stack recursion has used, and lends it another stack in time.
///
/// How deep a source may be nested must not depend on the thread that reads it: threads of Swift's
/// concurrency have 512 KiB on some systems, and builds for debugging use much more of that for
/// each level than others. The limits on depth are what bounds the recursion; this only makes sure
/// that there is room up to them. Sources that people write never get here.
struct StackRoom {
    /// How much a recursion may use before it goes on elsewhere.
    ///
    /// The parser can run in the midst of an evaluation, so twice this and the caller's part must
    /// fit the smallest stack.
    private static let allowance = 128 * 1_024
    /// The stack of a thread made for deep recursion; pages that are not used cost nothing.
    private static let roomySize = 16 * 1_024 * 1_024
    private static let roomyAllowance = roomySize - 1_024 * 1_024

    private let start: UInt
    private let allowance: Int

    /// Begins to watch from the caller's frame on.
    init() {
        start = Self.here()
        allowance = Self.allowance
    }

    private init(start: UInt) {
        self.start = start
        allowance = Self.roomyAllowance
    }

    /// Whether the recursion should go on elsewhere.
    var isShort: Bool {
        abs(Int(bitPattern: start) - Int(bitPattern: Self.here())) > allowance
    }

    @inline(never)
    private static func here() -> UInt {
        var byte: UInt8 = 0
        return withUnsafeMutablePointer(to: &byte) { UInt(bitPattern: $0) }
    }

    /// Runs work on a thread with a large stack, and waits for its end; false when there is none.
    ///
    /// The work gets what watches its stack. It is done when this returns, so although it moves
    /// to another thread nothing happens at the same time as anything else.
    static func elsewhere(_ work: (StackRoom) -> Void) -> Bool {
        withoutActuallyEscaping(work) { work in
            let errand = Unmanaged.passRetained(Errand(work))
            defer { errand.release() }
            return run(errand.toOpaque())
        }
    }

    /// Work on its way to another thread.
    private final class Errand {
        private let work: (StackRoom) -> Void

        init(_ work: @escaping (StackRoom) -> Void) { self.work = work }

        func run() { work(StackRoom(start: StackRoom.here())) }
    }

    private static func run(_ errand: UnsafeMutableRawPointer) -> Bool {
        var attributes = pthread_attr_t()
        guard pthread_attr_init(&attributes) == 0 else { return false }
        defer { pthread_attr_destroy(&attributes) }
        guard pthread_attr_setstacksize(&attributes, roomySize) == 0 else { return false }
        #if canImport(Darwin)
        var thread: pthread_t?
        let status = pthread_create(
            &thread, &attributes,
            { errand in
                Unmanaged<Errand>.fromOpaque(errand).takeUnretainedValue().run()
                return nil
            }, errand)
        guard status == 0, let thread else { return false }
        #else
        var thread = pthread_t()
        let status = pthread_create(
            &thread, &attributes,
            { errand in
                guard let errand else { return nil }
                Unmanaged<Errand>.fromOpaque(errand).takeUnretainedValue().run()
                return nil
            }, errand)
        guard status == 0 else { return false }
        #endif
        return pthread_join(thread, nil) == 0
    }
}
