extension YAMLReader {
    mutating func sequence(isIndentless: Bool) throws(YAMLFailure) -> Value {
        if !isIndentless { scanner.skip() }
        var elements: [Value] = []
        while true {
            let token = try scanner.peek()
            guard case .blockEntry = token.kind else {
                if isIndentless { break }
                guard case .blockEnd = token.kind else {
                    throw failure("did not find expected '-' indicator", at: token)
                }
                scanner.skip()
                break
            }
            scanner.skip()
            switch try scanner.peek().kind {
            case .blockEntry, .blockEnd: elements.append(.null(.dynamic))
            case .key where isIndentless, .value where isIndentless:
                elements.append(.null(.dynamic))
            default: elements.append(try value(isBlock: true, allowsIndentless: false))
            }
        }
        return .tuple(ValueList(elements))
    }

    mutating func blockMapping() throws(YAMLFailure) -> Value {
        scanner.skip()
        var mapping = YAMLMapping()
        while true {
            let token = try scanner.peek()
            if case .blockEnd = token.kind { break }
            guard case .key = token.kind else {
                throw failure("did not find expected key", at: token)
            }
            scanner.skip()
            let name = try blockMappingPart { reader throws(YAMLFailure) in
                try reader.key(isBlock: true)
            }
            if case .value = try scanner.peek().kind {
                scanner.skip()
                let value = try blockMappingPart { reader throws(YAMLFailure) in
                    try reader.value(isBlock: true, allowsIndentless: true)
                }
                try add(name ?? .null, value ?? .null(.dynamic), to: &mapping, at: token)
            } else {
                try add(name ?? .null, .null(.dynamic), to: &mapping, at: token)
            }
        }
        scanner.skip()
        return mapping.value
    }

    /// A key or a value, or nothing when it is left out.
    private mutating func blockMappingPart<Part>(
        _ read: (inout YAMLReader) throws(YAMLFailure) -> Part
    ) throws(YAMLFailure) -> Part? {
        switch try scanner.peek().kind {
        case .key, .value, .blockEnd: return nil
        default: return try read(&self)
        }
    }

    private mutating func key(isBlock: Bool) throws(YAMLFailure) -> YAMLKey {
        let token = try scanner.peek()
        let node = try node(isBlock: isBlock, allowsIndentless: isBlock)
        guard case .scalar(let text, let tag, let style, _) = node else {
            throw failure("only strings are allowed as mapping keys", at: token)
        }
        return try YAMLScalar.key(of: text, tag: tag, style: style)
    }

    private mutating func add(
        _ key: YAMLKey, _ value: Value, to mapping: inout YAMLMapping, at token: YAMLToken
    ) throws(YAMLFailure) {
        switch key {
        case .null: throw failure("mapping key cannot be null", at: token)
        case .name(let name): mapping.add(name, value)
        case .merge:
            if value.elements != nil {
                throw .doubt("a merge of several mappings, which only newer readers know")
            }
            guard let attributes = value.attributes else {
                throw failure("cannot merge \(value.type.friendlyName) into mapping", at: token)
            }
            try use(attributes.count)
            for (name, value) in attributes { mapping.add(name, value) }
        }
    }
}

extension YAMLReader {
    mutating func flowSequence() throws(YAMLFailure) -> Value {
        scanner.skip()
        var elements: [Value] = []
        var token = try scanner.peek()
        while true {
            if case .flowSequenceEnd = token.kind { break }
            if !elements.isEmpty {
                token = try flowSeparator(token, end: "]")
                if case .flowSequenceEnd = token.kind { break }
            }
            if case .key = token.kind {
                elements.append(try flowPair())
            } else {
                elements.append(try value(isBlock: false, allowsIndentless: false))
            }
            token = try scanner.peek()
        }
        scanner.skip()
        return .tuple(ValueList(elements))
    }

    private mutating func flowSeparator(
        _ token: YAMLToken, end: String
    ) throws(YAMLFailure) -> YAMLToken {
        guard case .flowEntry = token.kind else {
            throw failure("did not find expected ',' or '\(end)'", at: token)
        }
        scanner.skip()
        return try scanner.peek()
    }

    /// A mapping of one pair, as an element of a sequence may be written.
    private mutating func flowPair() throws(YAMLFailure) -> Value {
        let start = try scanner.peek()
        scanner.skip()
        var mapping = YAMLMapping()
        var name = YAMLKey.null
        switch try scanner.peek().kind {
        case .value, .flowEntry, .flowSequenceEnd: scanner.skip()
        default: name = try key(isBlock: false)
        }
        try add(name, try flowValue(), to: &mapping, at: start)
        return mapping.value
    }

    mutating func flowMapping() throws(YAMLFailure) -> Value {
        scanner.skip()
        var mapping = YAMLMapping()
        var token = try scanner.peek()
        var isFirst = true
        while true {
            if case .flowMappingEnd = token.kind { break }
            if !isFirst {
                token = try flowSeparator(token, end: "}")
                if case .flowMappingEnd = token.kind { break }
            }
            isFirst = false
            if case .key = token.kind {
                scanner.skip()
                var name = YAMLKey.null
                switch try scanner.peek().kind {
                case .value, .flowEntry, .flowMappingEnd: break
                default: name = try key(isBlock: false)
                }
                try add(name, try flowValue(), to: &mapping, at: token)
            } else {
                try add(try key(isBlock: false), .null(.dynamic), to: &mapping, at: token)
            }
            token = try scanner.peek()
        }
        scanner.skip()
        return mapping.value
    }

    /// The value after a colon, if there is one.
    private mutating func flowValue() throws(YAMLFailure) -> Value {
        guard case .value = try scanner.peek().kind else { return .null(.dynamic) }
        scanner.skip()
        switch try scanner.peek().kind {
        case .flowEntry, .flowSequenceEnd, .flowMappingEnd: return .null(.dynamic)
        default: return try value(isBlock: false, allowsIndentless: false)
        }
    }
}
