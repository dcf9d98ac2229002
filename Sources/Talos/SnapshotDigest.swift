import Crypto

/// Checks an etcd snapshot while it goes by.
///
/// A snapshot is the database, whose size is a multiple of 512, followed by the SHA-256 of it. So
/// the last 32 bytes are held back from the hash until it is known that they are the last.
struct SnapshotDigest {
    private static let trailerLength = 32
    private static let pageLength = 512

    private var hash = SHA256()
    private var tail: [UInt8] = []

    /// How many bytes went by.
    private(set) var count = 0

    /// Takes the next bytes.
    mutating func update(_ bytes: [UInt8]) {
        count += bytes.count
        tail += bytes
        let settled = tail.count - Self.trailerLength
        guard settled > 0 else { return }
        tail.withUnsafeBytes { hash.update(bufferPointer: .init(rebasing: $0[..<settled])) }
        tail.removeFirst(settled)
    }

    /// The SHA-256 of the database in hexadecimal, once all bytes went by; throws when it is not
    /// what the trailer says, or the size shows that something is missing.
    func verified() throws(SnapshotDamage) -> String {
        guard count > Self.trailerLength, count % Self.pageLength == Self.trailerLength else {
            throw .incomplete(bytes: count)
        }
        let computed = Array(hash.finalize())
        guard computed == tail else { throw .hashMismatch }
        return computed.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0\(digits)" : digits
        }.joined()
    }
}

/// What is wrong with a snapshot.
enum SnapshotDamage: Error, CustomStringConvertible {
    case incomplete(bytes: Int)
    case hashMismatch

    var description: String {
        switch self {
        case .incomplete(let bytes): "it is incomplete, it ends after \(bytes) bytes"
        case .hashMismatch: "its content does not match the SHA-256 at its end"
        }
    }
}
