import GRPCCore
import SwiftProtobuf
import TalosMessages

extension TalosClient {
    /// A kubeconfig with an administrator's credentials, freshly issued by a control plane.
    ///
    /// Throws ``TalosError`` or ``TalosConfigError``.
    public func kubeconfig() async throws -> String {
        let archive = try await read("Kubeconfig", of: .anyEndpoint) { call in
            try await call.machine.kubeconfig(
                .init(), metadata: call.metadata, options: call.options
            ) { reply in
                var bytes: [UInt8] = []
                for try await piece in reply.messages {
                    bytes += piece.bytes
                    guard bytes.count <= KubeconfigArchive.limit else { break }
                }
                return bytes
            }
        }
        do {
            return try KubeconfigArchive.extract(archive)
        } catch {
            throw TalosError(
                .corrupt, call: "Kubeconfig", node: "a control plane", reason: error.description)
        }
    }
}

/// The archive in which a node sends a kubeconfig: gzip around tar around one file.
///
/// The tar has neither padding nor an end, which is why it is read here by hand.
enum KubeconfigArchive {
    /// No kubeconfig is longer than this.
    static let limit = 1 << 20

    /// Why an archive cannot be read.
    enum Failure: Error, CustomStringConvertible {
        case notGzip
        case notTar

        var description: String {
            switch self {
            case .notGzip: "the reply is no complete gzip archive"
            case .notTar: "the archive in the reply has no file in it"
            }
        }
    }

    private static let headerLength = 512

    /// The text of the first file.
    static func extract(_ archive: [UInt8]) throws(Failure) -> String {
        let tar: [UInt8]
        do {
            tar = try Inflate.decompress(deflated(archive), limit: limit)
        } catch {
            throw .notGzip
        }
        guard tar.count > headerLength, let size = octal(tar[124..<136]),
            size > 0, size <= tar.count - headerLength
        else { throw .notTar }
        return String(decoding: tar[headerLength..<headerLength + size], as: UTF8.self)
    }

    /// The part behind the gzip header (RFC 1952, section 2.3).
    private static func deflated(_ archive: [UInt8]) throws(Failure) -> ArraySlice<UInt8> {
        guard archive.count > 10, archive.starts(with: [0x1f, 0x8b, 8]) else { throw .notGzip }
        let flags = archive[3]
        var rest = archive[10...]
        if flags & 4 != 0 {
            guard rest.count > 2 else { throw .notGzip }
            let start = rest.startIndex
            rest = rest.dropFirst(2 + Int(rest[start]) + Int(rest[start + 1]) << 8)
        }
        for flag: UInt8 in [8, 16] where flags & flag != 0 {
            guard let end = rest.firstIndex(of: 0) else { throw .notGzip }
            rest = rest[(end + 1)...]
        }
        return flags & 2 != 0 ? rest.dropFirst(2) : rest
    }

    private static func octal(_ field: ArraySlice<UInt8>) -> Int? {
        let digits = field.filter { $0 != 0 && $0 != 0x20 }
        return Int(String(decoding: digits, as: UTF8.self), radix: 8)
    }
}
