/// Decompresses DEFLATE data (RFC 1951), of which it has all in memory.
///
/// It exists for the kubeconfig that a node sends as a small archive, and is plain rather than fast.
struct Inflate {
    /// Why data cannot be decompressed.
    enum Failure: Error, Equatable {
        case truncated
        case invalid
        case tooLong
    }

    private static let lengthBase = [
        3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115,
        131, 163, 195, 227, 258,
    ]
    private static let lengthBits = [
        0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
    ]
    private static let distanceBase = [
        1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537,
        2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577,
    ]
    private static let distanceBits = [
        0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12,
        13, 13,
    ]
    private static let codeLengthOrder = [
        16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
    ]

    private var input: BitReader
    private var output: [UInt8] = []
    private let limit: Int

    private init(_ bytes: ArraySlice<UInt8>, limit: Int) {
        input = BitReader(bytes)
        self.limit = limit
    }

    /// The decompressed data, of at most `limit` bytes; what follows the data is left alone.
    static func decompress(
        _ bytes: ArraySlice<UInt8>, limit: Int
    ) throws(Failure) -> [UInt8] {
        var inflate = Inflate(bytes, limit: limit)
        try inflate.run()
        return inflate.output
    }

    private mutating func run() throws(Failure) {
        var isLast = false
        while !isLast {
            isLast = try input.bits(1) == 1
            switch try input.bits(2) {
            case 0: try copyStored()
            case 1: try expand(Self.fixedLiterals, Self.fixedDistances)
            case 2:
                let (literals, distances) = try readCodes()
                try expand(literals, distances)
            default: throw .invalid
            }
        }
    }

    private static let fixedLiterals = HuffmanCode(
        Array(repeating: 8, count: 144) + Array(repeating: 9, count: 112)
            + Array(repeating: 7, count: 24) + Array(repeating: 8, count: 8))
    private static let fixedDistances = HuffmanCode(Array(repeating: 5, count: 30))

    private mutating func copyStored() throws(Failure) {
        input.skipToByte()
        let length = try input.bits(16)
        guard try input.bits(16) == length ^ 0xffff else { throw .invalid }
        for _ in 0..<length { try append(UInt8(try input.bits(8))) }
    }

    private mutating func append(_ byte: UInt8) throws(Failure) {
        guard output.count < limit else { throw .tooLong }
        output.append(byte)
    }

    private mutating func expand(
        _ literals: HuffmanCode, _ distances: HuffmanCode
    ) throws(Failure) {
        while true {
            let symbol = try literals.next(&input)
            if symbol == 256 { return }
            if symbol < 256 {
                try append(UInt8(symbol))
                continue
            }
            guard symbol - 257 < Self.lengthBase.count else { throw .invalid }
            let length =
                Self.lengthBase[symbol - 257] + (try input.bits(Self.lengthBits[symbol - 257]))
            let code = try distances.next(&input)
            guard code < Self.distanceBase.count else { throw .invalid }
            let distance = Self.distanceBase[code] + (try input.bits(Self.distanceBits[code]))
            guard distance <= output.count else { throw .invalid }
            for _ in 0..<length { try append(output[output.count - distance]) }
        }
    }

    private mutating func readCodes() throws(Failure) -> (HuffmanCode, HuffmanCode) {
        let literalCount = try input.bits(5) + 257
        let distanceCount = try input.bits(5) + 1
        var lengths = Array(repeating: 0, count: 19)
        for place in Self.codeLengthOrder.prefix(try input.bits(4) + 4) {
            lengths[place] = try input.bits(3)
        }
        let code = HuffmanCode(lengths)
        var all: [Int] = []
        while all.count < literalCount + distanceCount {
            let symbol = try code.next(&input)
            switch symbol {
            case 0..<16: all.append(symbol)
            case 16:
                guard let last = all.last else { throw .invalid }
                all += Array(repeating: last, count: try input.bits(2) + 3)
            case 17: all += Array(repeating: 0, count: try input.bits(3) + 3)
            default: all += Array(repeating: 0, count: try input.bits(7) + 11)
            }
        }
        guard all.count == literalCount + distanceCount else { throw .invalid }
        return (
            HuffmanCode(Array(all[..<literalCount])), HuffmanCode(Array(all[literalCount...]))
        )
    }
}

/// Takes bits from bytes, the lowest first.
private struct BitReader {
    private let bytes: ArraySlice<UInt8>
    private var position: Int
    private var held = 0
    private var heldCount = 0

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    mutating func bits(_ count: Int) throws(Inflate.Failure) -> Int {
        while heldCount < count {
            guard position < bytes.endIndex else { throw .truncated }
            held |= Int(bytes[position]) << heldCount
            heldCount += 8
            position += 1
        }
        defer {
            held >>= count
            heldCount -= count
        }
        return held & ((1 << count) - 1)
    }

    mutating func skipToByte() {
        held >>= heldCount % 8
        heldCount -= heldCount % 8
    }
}

/// A canonical Huffman code (RFC 1951, section 3.2.2).
private struct HuffmanCode {
    private static let maxLength = 15

    /// How many codes there are of each length.
    private var counts = Array(repeating: 0, count: HuffmanCode.maxLength + 1)
    /// The symbols in the order of their codes.
    private var symbols: [Int]

    init(_ lengths: [Int]) {
        for length in lengths where length > 0 { counts[length] += 1 }
        symbols = lengths.indices.filter { lengths[$0] > 0 }
            .sorted { (lengths[$0], $0) < (lengths[$1], $1) }
    }

    func next(_ input: inout BitReader) throws(Inflate.Failure) -> Int {
        var code = 0
        var first = 0
        var index = 0
        for length in 1...Self.maxLength {
            code |= try input.bits(1)
            let count = counts[length]
            if code - first < count {
                guard code >= first else { throw .invalid }
                return symbols[index + code - first]
            }
            index += count
            first = (first + count) << 1
            code <<= 1
        }
        throw .invalid
    }
}
