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
    private static let roomyAllowance = StackLender.roomySize - 1_024 * 1_024

    private var start: UInt
    private let allowance: Int
    /// Where to go on when there is no more room.
    let lender: StackLender

    /// Begins to watch from the caller's frame on.
    init() {
        start = Self.here()
        allowance = Self.allowance
        lender = StackLender()
    }

    /// Begins to watch a thread with a large stack, from the caller's frame on.
    init(on lender: StackLender) {
        start = Self.here()
        allowance = Self.roomyAllowance
        self.lender = lender
    }

    /// Begins to watch anew from the caller's frame on, which may be on another thread.
    mutating func restart() {
        start = Self.here()
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
}
