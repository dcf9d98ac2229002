import NIOCore
import NIOEmbedded
import Testing

@testable import Talos

@Suite("Frame gate")
struct FrameGateTests {
    private func frame(type: UInt8, flags: UInt8 = 0, payload: [UInt8]) -> [UInt8] {
        let count = payload.count
        return [UInt8(count >> 16), UInt8(count >> 8 & 255), UInt8(count & 255), type, flags]
            + [0, 0, 0, 1] + payload
    }

    /// Reads `bytes` in pieces of the given sizes, and returns what came out in front and behind.
    private func pass(
        _ bytes: [UInt8], pieces: [Int], maxFrameSize: Int = 100
    ) throws -> (inward: [[UInt8]], outward: [UInt8]) {
        let channel = EmbeddedChannel(handler: FrameGate(maxFrameSize: maxFrameSize))
        var rest = bytes[...]
        for size in pieces {
            try channel.writeInbound(ByteBuffer(bytes: rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        try channel.writeInbound(ByteBuffer(bytes: rest))
        var inward: [[UInt8]] = []
        while let buffer = try channel.readInbound(as: ByteBuffer.self) {
            inward.append(Array(buffer.readableBytesView))
        }
        var outward: [UInt8] = []
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) {
            outward += buffer.readableBytesView
        }
        return (inward, outward)
    }

    /// Whether the bytes are whole frames with nothing over.
    private func isWhole(_ bytes: [UInt8]) -> Bool {
        var at = 0
        while at + 9 <= bytes.count {
            at += 9 + Int(bytes[at]) << 16 + Int(bytes[at + 1]) << 8 + Int(bytes[at + 2])
        }
        return at == bytes.count
    }

    @Test("However the bytes arrive, whole frames pass in order", arguments: 0..<200)
    func splits(seed: Int) throws {
        var random = Sequence64(state: UInt64(seed))
        var bytes: [UInt8] = []
        for index in 0..<20 {
            let count = Int.random(in: 0...100, using: &random)
            bytes += frame(type: 0, payload: Array(repeating: UInt8(index), count: count))
        }
        let pieces = (0..<30).map { _ in Int.random(in: 0...60, using: &random) }
        let (inward, outward) = try pass(bytes, pieces: pieces)
        #expect(inward.flatMap(\.self) == bytes)
        #expect(inward.allSatisfy(isWhole))
        #expect(outward.isEmpty)
    }

    @Test("A PING is answered with its own content, and goes no further", arguments: 1..<40)
    func ping(piece: Int) throws {
        let data = frame(type: 0, payload: [1, 2, 3])
        let content: [UInt8] = [9, 8, 7, 6, 5, 4, 3, 2]
        var ping = frame(type: 6, payload: content)
        ping[8] = 0
        let bytes = data + ping + data
        let pieces = Array(repeating: piece, count: bytes.count / piece)
        let (inward, outward) = try pass(bytes, pieces: pieces)
        #expect(inward.flatMap(\.self) == data + data)
        #expect(outward == [0, 0, 8, 6, 1, 0, 0, 0, 0] + content)
    }

    @Test("The answer to our own PING passes, and so does one of a wrong size")
    func otherPings() throws {
        let bytes =
            frame(type: 6, flags: 1, payload: Array(repeating: 0, count: 8))
            + frame(type: 6, payload: [1])
        let (inward, outward) = try pass(bytes, pieces: [])
        #expect(inward.flatMap(\.self) == bytes)
        #expect(outward.isEmpty)
    }

    @Test("A frame longer than agreed is left to the HTTP/2 handler, at once")
    func tooLong() throws {
        let small = frame(type: 0, payload: [1])
        let start = frame(type: 0, payload: Array(repeating: 0, count: 101)).prefix(12)
        let (inward, _) = try pass(small + start, pieces: [5])
        #expect(inward.flatMap(\.self) == small + start)
    }
}

/// Numbers that look random and come from a seed (SplitMix64).
struct Sequence64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
