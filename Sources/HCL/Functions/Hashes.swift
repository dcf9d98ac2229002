/// What the hash functions have in common.
enum Hashes {
    static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// The message with a one bit, zeros and its length in bits, as a multiple of a block.
    static func padded(_ message: [UInt8], block: Int, isBigEndian: Bool) -> [UInt8] {
        var bytes = message + [0x80]
        let lengthSize = block / 8
        while bytes.count % block != block - lengthSize { bytes.append(0) }
        let bits = UInt64(message.count) * 8
        let length = (0..<UInt64(8)).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
        let zeros = [UInt8](repeating: 0, count: lengthSize - 8)
        return bytes + (isBigEndian ? zeros + length.reversed() : length + zeros)
    }

    /// The words of a block.
    static func words<Word: FixedWidthInteger>(
        _ bytes: ArraySlice<UInt8>, as type: Word.Type, isBigEndian: Bool
    ) -> [Word] {
        let size = Word.bitWidth / 8
        return stride(from: bytes.startIndex, to: bytes.endIndex, by: size).map { start in
            let word = bytes[start..<start + size].reduce(Word.zero) { $0 << 8 | Word($1) }
            return isBigEndian ? word : word.byteSwapped
        }
    }

    static func bytes<Word: FixedWidthInteger>(_ words: [Word], isBigEndian: Bool) -> [UInt8] {
        words.flatMap { word in
            let ordered = isBigEndian ? word.bigEndian : word.littleEndian
            return withUnsafeBytes(of: ordered) { Array($0) }
        }
    }

    static func rotateLeft(_ word: UInt32, _ count: UInt32) -> UInt32 {
        word << count | word >> (32 - count)
    }

    /// The first bits of the fractional part of a root of each of the first primes, which is what
    /// the constants of the SHA-2 family are.
    static func fractionalRoots(_ count: Int, degree: Int) -> [UInt64] {
        primes(count).map { prime in
            // The root times 2^64, found bit by bit in exact arithmetic.
            let target = BigUnsigned(prime) << (64 * degree)
            var root = BigUnsigned(0)
            for bit in (0..<70).reversed() {
                let candidate = root + (BigUnsigned(1) << bit)
                let power = (1..<degree).reduce(candidate) { total, _ in total * candidate }
                if power <= target { root = candidate }
            }
            return root.limbs.first ?? 0
        }
    }

    private static func primes(_ count: Int) -> [UInt64] {
        var found: [UInt64] = []
        var candidate: UInt64 = 2
        while found.count < count {
            if found.allSatisfy({ candidate % $0 != 0 }) { found.append(candidate) }
            candidate += 1
        }
        return found
    }
}

/// The MD5 message digest of RFC 1321.
enum MD5 {
    private static let shifts: [UInt32] = [
        7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21,
    ]
    private static let constants: [UInt32] = [
        0xD76A_A478, 0xE8C7_B756, 0x2420_70DB, 0xC1BD_CEEE, 0xF57C_0FAF, 0x4787_C62A, 0xA830_4613,
        0xFD46_9501, 0x6980_98D8, 0x8B44_F7AF, 0xFFFF_5BB1, 0x895C_D7BE, 0x6B90_1122, 0xFD98_7193,
        0xA679_438E, 0x49B4_0821, 0xF61E_2562, 0xC040_B340, 0x265E_5A51, 0xE9B6_C7AA, 0xD62F_105D,
        0x0244_1453, 0xD8A1_E681, 0xE7D3_FBC8, 0x21E1_CDE6, 0xC337_07D6, 0xF4D5_0D87, 0x455A_14ED,
        0xA9E3_E905, 0xFCEF_A3F8, 0x676F_02D9, 0x8D2A_4C8A, 0xFFFA_3942, 0x8771_F681, 0x6D9D_6122,
        0xFDE5_380C, 0xA4BE_EA44, 0x4BDE_CFA9, 0xF6BB_4B60, 0xBEBF_BC70, 0x289B_7EC6, 0xEAA1_27FA,
        0xD4EF_3085, 0x0488_1D05, 0xD9D4_D039, 0xE6DB_99E5, 0x1FA2_7CF8, 0xC4AC_5665, 0xF429_2244,
        0x432A_FF97, 0xAB94_23A7, 0xFC93_A039, 0x655B_59C3, 0x8F0C_CC92, 0xFFEF_F47D, 0x8584_5DD1,
        0x6FA8_7E4F, 0xFE2C_E6E0, 0xA301_4314, 0x4E08_11A1, 0xF753_7E82, 0xBD3A_F235, 0x2AD7_D2BB,
        0xEB86_D391,
    ]

    static func digest(of message: [UInt8]) -> [UInt8] {
        var state: [UInt32] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476]
        let bytes = Hashes.padded(message, block: 64, isBigEndian: false)
        for start in stride(from: 0, to: bytes.count, by: 64) {
            let words = Hashes.words(
                bytes[start..<start + 64], as: UInt32.self, isBigEndian: false)
            var (a, b, c, d) = (state[0], state[1], state[2], state[3])
            for step in 0..<64 {
                let mix: UInt32
                let place: Int
                switch step / 16 {
                case 0: (mix, place) = (b & c | ~b & d, step)
                case 1: (mix, place) = (d & b | ~d & c, (5 * step + 1) % 16)
                case 2: (mix, place) = (b ^ c ^ d, (3 * step + 5) % 16)
                default: (mix, place) = (c ^ (b | ~d), 7 * step % 16)
                }
                let sum = a &+ mix &+ constants[step] &+ words[place]
                (a, d, c) = (d, c, b)
                b = b &+ Hashes.rotateLeft(sum, shifts[step / 16 * 4 + step % 4])
            }
            state = zip(state, [a, b, c, d]).map { $0 &+ $1 }
        }
        return Hashes.bytes(state, isBigEndian: false)
    }
}

/// The SHA-1 digest of FIPS 180-4.
enum SHA1 {
    static func digest(of message: [UInt8]) -> [UInt8] {
        var state: [UInt32] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0]
        let bytes = Hashes.padded(message, block: 64, isBigEndian: true)
        for start in stride(from: 0, to: bytes.count, by: 64) {
            var words = Hashes.words(bytes[start..<start + 64], as: UInt32.self, isBigEndian: true)
            for step in 16..<80 {
                let mix = words[step - 3] ^ words[step - 8] ^ words[step - 14] ^ words[step - 16]
                words.append(Hashes.rotateLeft(mix, 1))
            }
            var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
            for step in 0..<80 {
                let (mix, constant): (UInt32, UInt32) =
                    switch step / 20 {
                    case 0: (b & c | ~b & d, 0x5A82_7999)
                    case 1: (b ^ c ^ d, 0x6ED9_EBA1)
                    case 2: (b & c | b & d | c & d, 0x8F1B_BCDC)
                    default: (b ^ c ^ d, 0xCA62_C1D6)
                    }
                let sum = Hashes.rotateLeft(a, 5) &+ mix &+ e &+ constant &+ words[step]
                (e, d, c, b, a) = (d, c, Hashes.rotateLeft(b, 30), a, sum)
            }
            state = zip(state, [a, b, c, d, e]).map { $0 &+ $1 }
        }
        return Hashes.bytes(state, isBigEndian: true)
    }
}
