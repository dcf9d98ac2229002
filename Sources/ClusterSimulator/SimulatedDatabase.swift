import Crypto

/// The etcd database of a simulated cluster, as a snapshot carries it.
///
/// It is made of pages of 512 bytes, as etcd's own, and followed by its SHA-256.
struct SimulatedDatabase: Sendable {
    /// The database without its trailer.
    let pages: [UInt8]

    /// Creates the database of a cluster that has had `snapshots` snapshots taken before.
    init(seed: UInt64, snapshots: Int, pageCount: Int = 96) {
        var generator = SeededGenerator(seed: seed &+ UInt64(snapshots))
        var pages: [UInt8] = []
        pages.reserveCapacity(pageCount * 512)
        while pages.count < pageCount * 512 {
            withUnsafeBytes(of: generator.next().littleEndian) { pages.append(contentsOf: $0) }
        }
        self.pages = pages
    }

    /// The SHA-256 of the pages.
    var digest: [UInt8] { Array(SHA256.hash(data: pages)) }

    /// The SHA-256 in hexadecimal.
    var digestText: String {
        digest.map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }.joined()
    }

    /// What a snapshot streams.
    var snapshot: [UInt8] { pages + digest }
}
