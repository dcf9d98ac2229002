/// The elements of a list, set or tuple.
public struct ValueList: Sendable {
    /// The elements in order.
    public let elements: [Value]
    /// How many collections are inside one another at the deepest place; one for a flat list.
    public let nesting: Int
    /// About how many bytes the collection would be written with.
    ///
    /// Parts that occur several times count each time. Saturates.
    let weight: Int

    /// Creates a list of elements.
    public init(_ elements: [Value]) {
        self.elements = elements
        var deepest = 0
        var weight = 1
        for element in elements {
            deepest = Swift.max(deepest, element.nesting)
            weight = weight.addingSaturated(element.weight)
        }
        nesting = deepest + 1
        self.weight = weight
    }
}

extension ValueList: RandomAccessCollection, ExpressibleByArrayLiteral {
    /// Creates a list from a literal.
    public init(arrayLiteral elements: Value...) {
        self.init(elements)
    }

    /// The index of the first element: zero.
    public var startIndex: Int { 0 }
    /// The number of elements.
    public var endIndex: Int { elements.count }

    /// The element at an index, which must be in range.
    public subscript(index: Int) -> Value { elements[index] }
}
