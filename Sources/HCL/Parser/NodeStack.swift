/// Where the parts of lists are collected whose lengths are not known yet.
///
/// A list that is begun inside another ends before it, so one stack serves all: each list is the
/// stretch above the height at which it began, and its parts are moved, not copied, into an array
/// of just the right size.
struct NodeStack<Element>: ~Copyable {
    private var base: UnsafeMutablePointer<Element>
    private var capacity = 32
    /// How many parts there are, of all lists together.
    private(set) var count = 0

    init() {
        base = .allocate(capacity: capacity)
    }

    deinit {
        base.deinitialize(count: count)
        base.deallocate()
    }

    /// The part added last.
    var last: Element? { count > 0 ? base[count - 1] : nil }

    /// The part at a height, which must be less than `count`.
    subscript(height: Int) -> Element {
        precondition(height < count, "There is no part at this height.")
        return base[height]
    }

    mutating func push(_ element: Element) {
        if count == capacity { grow() }
        (base + count).initialize(to: element)
        count += 1
    }

    /// Puts a part in the place of the one added last, which there must be.
    mutating func replaceLast(with element: Element) {
        precondition(count > 0, "There is no part to replace.")
        base[count - 1] = element
    }

    /// Takes away all parts from a height on and returns them in order.
    mutating func pop(from height: Int) -> [Element] {
        let size = count - height
        guard size > 0 else { return [] }
        count = height
        let first = base + height
        var parts: [Element] = []
        parts.reserveCapacity(size)
        for place in 0..<size { parts.append((first + place).move()) }
        return parts
    }

    private mutating func grow() {
        let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity * 2)
        larger.moveInitialize(from: base, count: count)
        base.deallocate()
        base = larger
        capacity *= 2
    }
}
