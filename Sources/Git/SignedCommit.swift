/// A commit object, cut into what was signed and the signature, as Git itself cuts it.
struct SignedCommit: Hashable {
    /// What a signature is made with.
    enum Format: Hashable {
        case ssh
        case openPGP
        /// An X.509 signature, or something that no Git makes.
        case other
    }

    /// The object without its signature headers, byte for byte.
    private(set) var payload: [UInt8] = []

    /// The armoured signatures; none in a commit that is not signed, and no Git makes several.
    private(set) var signatures: [[UInt8]] = []

    /// When the committer says that it was made, in seconds since 1970; `nil` when unreadable.
    private(set) var time: Int?

    /// The first line of the message.
    private(set) var subject = ""

    /// Cuts an object.
    init(_ object: [UInt8]) {
        var start = object.startIndex
        var header = Header.plain
        // An empty line ends the headers; it and the message belong to the payload.
        while start < object.endIndex, object[start] != newline {
            let end = object[start...].firstIndex(of: newline).map { $0 + 1 } ?? object.endIndex
            take(object[start..<end], in: &header)
            start = end
        }
        payload += object[start...]
        let line = object[start...].drop { $0 == newline }.prefix { $0 != newline }
        subject = String(decoding: line, as: UTF8.self)
        time = payload.committerTime
    }

    /// What the signature is made with, by its first line; that is also how Git tells them apart.
    static func format(of signature: [UInt8]) -> Format {
        if signature.starts(with: Array("-----BEGIN SSH SIGNATURE-----".utf8)) { return .ssh }
        if signature.starts(with: Array("-----BEGIN PGP SIGNATURE-----".utf8)) { return .openPGP }
        return .other
    }

    private enum Header {
        case plain
        case signature
        /// The signature of the same commit in a repository with SHA-256, which Git leaves out too.
        case otherSignature
    }

    private mutating func take(_ line: ArraySlice<UInt8>, in header: inout Header) {
        let continues = line.first == space
        if !continues { header = Self.header(of: line) }
        switch (header, continues) {
        case (.plain, _): payload += line
        case (.otherSignature, _): break
        case (.signature, false): signatures.append(Array(line.dropFirst("gpgsig ".utf8.count)))
        case (.signature, true): signatures[signatures.count - 1] += line.dropFirst()
        }
    }

    private static func header(of line: ArraySlice<UInt8>) -> Header {
        if line.starts(with: Array("gpgsig ".utf8)) { return .signature }
        if line.starts(with: Array("gpgsig-sha256 ".utf8)) { return .otherSignature }
        return .plain
    }
}

private let newline = UInt8(ascii: "\n")
private let space = UInt8(ascii: " ")

extension [UInt8] {
    /// The time in the `committer` header of a commit: the number after the last `>`.
    fileprivate var committerTime: Int? {
        for line in split(separator: newline, omittingEmptySubsequences: false) {
            if line.isEmpty { return nil }
            guard line.starts(with: Array("committer ".utf8)),
                let close = line.lastIndex(of: UInt8(ascii: ">"))
            else { continue }
            let words = line[(close + 1)...].split(separator: space)
            return words.first.flatMap { Int(String(decoding: $0, as: UTF8.self)) }
        }
        return nil
    }
}
