import Crypto

/// Names content by its SHA-256.
enum ContentHash {
    /// The hash of bytes as 64 hexadecimal digits.
    static func hexadecimal(of bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let hash = SHA256.hash(data: bytes)
        let text = hash.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(decoding: text, as: UTF8.self)
    }
}
