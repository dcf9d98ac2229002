/// The archive in which a node sends a kubeconfig: gzip around a tar that is never closed.
///
/// As on Talos, the file in it is not padded and no end mark follows (facts 1.9).
enum WireArchive {
    /// Packs one file.
    static func make(_ name: String, _ content: [UInt8]) -> [UInt8] {
        gzip(header(name, content.count) + content)
    }

    /// A tar header in the format of POSIX.1-1988.
    private static func header(_ name: String, _ size: Int) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: 512)
        func write(_ text: String, at offset: Int) {
            header.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
        }
        write(name, at: 0)
        write("0000600", at: 100)
        write("0000000", at: 108)
        write("0000000", at: 116)
        write(octal(size, digits: 11), at: 124)
        write("00000000000", at: 136)
        write("        ", at: 148)
        write("0", at: 156)
        write("ustar", at: 257)
        write("00", at: 263)
        let sum = header.reduce(0) { $0 + Int($1) }
        write(octal(sum, digits: 6) + "\0 ", at: 148)
        return header
    }

    private static func octal(_ number: Int, digits: Int) -> String {
        let text = String(number, radix: 8)
        return String(repeating: "0", count: digits - text.count) + text
    }

    /// Wraps bytes into gzip (RFC 1952) with stored blocks (RFC 1951, section 3.2.4).
    private static func gzip(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]
        let limit = 65535
        for start in stride(from: 0, to: bytes.count, by: limit) {
            let block = bytes[start..<min(start + limit, bytes.count)]
            let isLast = block.endIndex == bytes.count
            result.append(isLast ? 1 : 0)
            result += littleEndian(UInt32(block.count), count: 2)
            result += littleEndian(~UInt32(block.count), count: 2)
            result += block
        }
        return result + littleEndian(checksum(bytes), count: 4)
            + littleEndian(UInt32(bytes.count), count: 4)
    }

    private static func littleEndian(_ number: UInt32, count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }

    /// CRC-32 as gzip wants it.
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var sum: UInt32 = 0xffff_ffff
        for byte in bytes {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? (sum >> 1) ^ 0xedb8_8320 : sum >> 1 }
        }
        return ~sum
    }
}
