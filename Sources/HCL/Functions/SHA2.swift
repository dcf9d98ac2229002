/// The SHA-256 digest of FIPS 180-4.
enum SHA256 {
    private static let rounds = Hashes.fractionalRoots(64, degree: 3).map { UInt32($0 >> 32) }
    private static let start = Hashes.fractionalRoots(8, degree: 2).map { UInt32($0 >> 32) }

    static func digest(of message: [UInt8]) -> [UInt8] {
        SHA2.digest(
            of: message, block: 64, start: start, rounds: rounds,
            rotations: SHA2.Rotations(
                large: [2, 13, 22, 6, 11, 25], small: [7, 18, 3, 17, 19, 10]))
    }
}

/// The SHA-512 digest of FIPS 180-4.
enum SHA512 {
    private static let rounds = Hashes.fractionalRoots(80, degree: 3)
    private static let start = Hashes.fractionalRoots(8, degree: 2)

    static func digest(of message: [UInt8]) -> [UInt8] {
        SHA2.digest(
            of: message, block: 128, start: start, rounds: rounds,
            rotations: SHA2.Rotations(
                large: [28, 34, 39, 14, 18, 41], small: [1, 8, 7, 19, 61, 6]))
    }
}

/// The computation that both sizes of SHA-2 share.
private enum SHA2 {
    /// Distances of rotation; the third of each three small ones is a shift.
    struct Rotations {
        let large: [Int]
        let small: [Int]
    }

    static func digest<Word: FixedWidthInteger & UnsignedInteger>(
        of message: [UInt8], block: Int, start: [Word], rounds: [Word], rotations: Rotations
    ) -> [UInt8] {
        func rotate(_ word: Word, _ count: Int) -> Word {
            word >> count | word << (Word.bitWidth - count)
        }
        func mix(_ word: Word, _ counts: ArraySlice<Int>) -> Word {
            counts.reduce(0) { $0 ^ rotate(word, $1) }
        }
        var state = start
        let bytes = Hashes.padded(message, block: block, isBigEndian: true)
        for offset in stride(from: 0, to: bytes.count, by: block) {
            var words = Hashes.words(
                bytes[offset..<offset + block], as: Word.self, isBigEndian: true)
            for step in 16..<rounds.count {
                let (first, second) = (words[step - 15], words[step - 2])
                let low = mix(first, rotations.small[0..<2]) ^ first >> rotations.small[2]
                let high = mix(second, rotations.small[3..<5]) ^ second >> rotations.small[5]
                words.append(words[step - 16] &+ low &+ words[step - 7] &+ high)
            }
            var now = state
            for step in rounds.indices {
                let (a, b, c, e) = (now[0], now[1], now[2], now[4])
                let choice = e & now[5] ^ ~e & now[6]
                let majority = a & b ^ a & c ^ b & c
                let first =
                    now[7] &+ mix(e, rotations.large[3...]) &+ choice &+ rounds[step]
                    &+ words[step]
                let second = mix(a, rotations.large[..<3]) &+ majority
                now = [first &+ second, a, b, c, now[3] &+ first, e, now[5], now[6]]
            }
            state = zip(state, now).map { $0 &+ $1 }
        }
        return Hashes.bytes(state, isBigEndian: true)
    }
}
