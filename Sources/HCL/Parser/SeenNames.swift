/// The names of the attributes of one body so far.
///
/// Names are told apart by their bytes, as the reference implementation does, and looked at where
/// they stand in the source.
struct SeenNames: ~Copyable {
    /// Up to this many attributes a look at each is quicker than a table.
    private static let mostCompared = 8

    /// Where the attributes of the body begin on the parser's stack.
    let firstAttribute: Int
    private var places: [Name: Int] = [:]

    init(firstAttribute: Int) {
        self.firstAttribute = firstAttribute
    }

    /// The place of an attribute on the stack that has the name already; otherwise nothing, and
    /// the name is taken for the attribute to be pushed next.
    mutating func note(_ range: ByteRange, in parser: borrowing Parser) -> Int? {
        let name = Name(bytes: parser.bytes(in: range))
        let count = parser.attributes.count
        guard count - firstAttribute >= Self.mostCompared else {
            return (firstAttribute..<count).first { place in
                Name(bytes: parser.bytes(in: parser.attributes[place].nameRange)) == name
            }
        }
        if places.isEmpty {
            for place in firstAttribute..<count {
                places[Name(bytes: parser.bytes(in: parser.attributes[place].nameRange))] = place
            }
        }
        if let place = places[name] { return place }
        places[name] = count
        return nil
    }

    private struct Name: Hashable {
        let bytes: UnsafeBufferPointer<UInt8>

        static func == (left: Name, right: Name) -> Bool {
            left.bytes.elementsEqual(right.bytes)
        }

        func hash(into hasher: inout Hasher) {
            hasher.combine(bytes: UnsafeRawBufferPointer(bytes))
        }
    }
}
