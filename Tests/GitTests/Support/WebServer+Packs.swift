extension WebServer {
    /// The answer to a fetch that carries a pack as servers send it, in packets of the first band.
    static func answer(_ pack: [UInt8], ending: String = "0000") -> [UInt8] {
        var answer = Array("0008NAK\n".utf8)
        var rest = pack[...]
        while !rest.isEmpty {
            let part = rest.prefix(65_515)
            let length = String(part.count + 5, radix: 16)
            answer += Array((String(repeating: "0", count: 4 - length.count) + length).utf8)
            answer += [1] + part
            rest = rest.dropFirst(part.count)
        }
        return answer + Array(ending.utf8)
    }
}
