import CLibgit2

/// Names a commit: the SHA-1 of its content, as 40 lower-case hexadecimal digits.
public struct CommitID: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The 40 digits.
    public let description: String

    /// Reads 40 hexadecimal digits of either case; anything else gives `nil`.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count == 40, text.allSatisfy({ $0.isASCII && $0.isHexDigit }) else {
            return nil
        }
        description = text.lowercased()
    }

    /// Reads a name that was encoded as a string, and refuses what is no commit ID.
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let id = CommitID(text) else {
            let context = DecodingError.Context(
                codingPath: decoder.codingPath,
                debugDescription: "\(text.debugDescription) is no commit ID."
            )
            throw DecodingError.dataCorrupted(context)
        }
        self = id
    }

    init(_ id: git_oid) { description = hexadecimal(id) }

    /// The first eight digits, for a table or a log line; not always unique.
    public var short: String { String(description.prefix(8)) }

    /// Encodes the 40 digits as a string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    var oid: git_oid {
        var oid = git_oid()
        let code = git_oid_fromstr(&oid, description)
        precondition(code == 0, "A commit ID always holds 40 hexadecimal digits.")
        return oid
    }
}

/// The 40 digits of an object's name.
func hexadecimal(_ id: git_oid) -> String {
    var id = id
    return String(unsafeUninitializedCapacity: 40) { buffer in
        buffer.withMemoryRebound(to: CChar.self) { digits in
            _ = git_oid_fmt(digits.baseAddress, &id)
        }
        return 40
    }
}
