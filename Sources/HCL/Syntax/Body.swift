/// The content of a file or of a block: attributes and blocks.
public struct Body: Sendable {
    /// The file that the body was read from.
    public let source: SourceFile
    /// The attributes in the order of the file, no two with one name.
    public let attributes: [Attribute]
    /// The blocks in the order of the file; several may have one type.
    public let blocks: [Block]
    /// The bytes from the opening brace to the closing one, or the whole file.
    public let range: ByteRange

    /// The attribute with a name.
    public func attribute(named name: String) -> Attribute? {
        attributes.first { $0.name == name }
    }

    /// The blocks of a type, in the order of the file.
    public func blocks(ofType type: String) -> [Block] {
        blocks.filter { $0.type == type }
    }
}

/// A name with an expression, as in `talos_version = "v1.12.1"`.
public struct Attribute: Sendable {
    /// The name.
    public let name: String
    /// The expression after the equals sign.
    public let expression: Expression
    /// The bytes of name, equals sign and expression.
    public let range: ByteRange
    /// The bytes of the name.
    public let nameRange: ByteRange

    /// The file that the attribute was read from.
    public var source: SourceFile { expression.source }
    /// The place of the name, for messages.
    public var nameLocation: SourceRange { SourceRange(source: source, bytes: nameRange) }
}

/// A block, as in `include "root" { … }`.
public struct Block: Sendable {
    /// The word that the block begins with.
    public let type: String
    /// The labels after the type, decoded.
    public let labels: [String]
    /// The content between the braces.
    public let body: Body
    /// The bytes from the type to the closing brace.
    public let range: ByteRange
    /// The bytes of the type.
    public let typeRange: ByteRange
    /// The bytes of each label, with its quotes.
    public let labelRanges: [ByteRange]

    /// The place of the type and the labels, for messages.
    public var headerLocation: SourceRange {
        SourceRange(
            source: body.source, bytes: typeRange.union(labelRanges.last ?? typeRange))
    }
}
