#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Lends the stack of another thread, which is made when it is first needed and then kept.
///
/// A lender belongs to one evaluation or parse. Its thread ends with it, so one that is needed
/// again and again costs no more than one thread.
final class StackLender {
    /// The stack of a thread made for deep recursion; pages that are not used cost nothing.
    static let roomySize = 16 * 1_024 * 1_024

    private let desk = StackDesk()
    private var thread: pthread_t?
    /// What lends to recursion that uses up even the stack of this lender.
    private(set) lazy var next: StackLender = StackLender()

    /// The number of threads that this lender and the next ones have.
    var threadCount: Int { thread == nil ? 0 : 1 + next.threadCount }

    /// Runs work on the other thread, and waits for its end; false when there is no thread.
    ///
    /// The work gets what watches its stack. It is done when this returns, so although it moves
    /// to another thread nothing happens at the same time as anything else.
    func run(_ work: (StackRoom) -> Void) -> Bool {
        guard thread != nil || start() else { return false }
        withoutActuallyEscaping(work) { work in
            desk.order { [next] in work(StackRoom(on: next)) }
        }
        return true
    }

    private func start() -> Bool {
        var attributes = pthread_attr_t()
        guard pthread_attr_init(&attributes) == 0 else { return false }
        defer { pthread_attr_destroy(&attributes) }
        guard pthread_attr_setstacksize(&attributes, Self.roomySize) == 0 else { return false }
        let keeper = Unmanaged.passRetained(desk)
        #if canImport(Darwin)
        var made: pthread_t?
        let status = pthread_create(
            &made, &attributes,
            { keeper in
                Unmanaged<StackDesk>.fromOpaque(keeper).takeRetainedValue().serve()
                return nil
            }, keeper.toOpaque())
        #else
        var made = pthread_t()
        let status = pthread_create(
            &made, &attributes,
            { keeper in
                guard let keeper else { return nil }
                Unmanaged<StackDesk>.fromOpaque(keeper).takeRetainedValue().serve()
                return nil
            }, keeper.toOpaque())
        #endif
        guard status == 0 else {
            keeper.release()
            return false
        }
        thread = made
        return true
    }

    deinit {
        guard let thread else { return }
        desk.close()
        // The last owner may let go while it runs on the thread itself, which cannot await itself.
        if pthread_equal(thread, pthread_self()) != 0 {
            pthread_detach(thread)
        } else {
            pthread_join(thread, nil)
        }
    }
}

/// Where a thread waits for work and another one for its end.
private final class StackDesk {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let change = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var order: (() -> Void)?
    private var isBusy = false
    private var isClosed = false

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(change, nil)
    }

    deinit {
        pthread_cond_destroy(change)
        pthread_mutex_destroy(mutex)
        change.deallocate()
        mutex.deallocate()
    }

    /// Has work done by the thread that serves, and waits for its end.
    func order(_ work: @escaping () -> Void) {
        pthread_mutex_lock(mutex)
        precondition(!isBusy, "A stack is lent to one piece of work at a time.")
        order = work
        isBusy = true
        pthread_cond_broadcast(change)
        while isBusy { pthread_cond_wait(change, mutex) }
        pthread_mutex_unlock(mutex)
    }

    /// Sends the thread home.
    func close() {
        pthread_mutex_lock(mutex)
        isClosed = true
        pthread_cond_broadcast(change)
        pthread_mutex_unlock(mutex)
    }

    /// Does work as it comes, until the desk is closed.
    func serve() {
        pthread_mutex_lock(mutex)
        while !isClosed {
            guard isBusy else {
                pthread_cond_wait(change, mutex)
                continue
            }
            pthread_mutex_unlock(mutex)
            perform()
            pthread_mutex_lock(mutex)
            isBusy = false
            pthread_cond_broadcast(change)
        }
        pthread_mutex_unlock(mutex)
    }

    /// Does the work and lets go of it, as it must not outlive the wait for its end.
    @inline(never)
    private func perform() {
        order?()
        order = nil
    }
}
