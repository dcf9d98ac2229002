import Foundation

/// A request to the API server, relative to where the kubeconfig says it is.
struct APIRequest: Sendable {
    enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case patch = "PATCH"
    }

    let method: Method
    let target: String
    let contentType: String?
    let body: [UInt8]?

    static func get(_ path: [String], query: [(String, String)] = []) -> APIRequest {
        var target = encoded(path)
        if !query.isEmpty {
            target += "?" + query.map { "\($0)=\(encoded($1))" }.joined(separator: "&")
        }
        return APIRequest(method: .get, target: target, contentType: nil, body: nil)
    }

    static func post(_ path: [String], _ object: some Encodable) throws -> APIRequest {
        APIRequest(
            method: .post, target: encoded(path), contentType: "application/json",
            body: Array(try JSONEncoder().encode(object)))
    }

    static func patch(_ path: [String], _ patch: some Encodable) throws -> APIRequest {
        APIRequest(
            method: .patch, target: encoded(path), contentType: "application/merge-patch+json",
            body: Array(try JSONEncoder().encode(patch)))
    }

    private static func encoded(_ path: [String]) -> String {
        path.map { "/" + encoded($0) }.joined()
    }

    /// Percent-encodes everything but unreserved characters (RFC 3986, 2.3).
    ///
    /// A segment of dots alone would name another resource, so its dots are encoded too.
    private static func encoded(_ segment: String) -> String {
        let isDots = segment.allSatisfy { $0 == "." }
        return segment.utf8.map { byte in
            let isUnreserved =
                switch byte {
                case UInt8(ascii: "."): !isDots
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                    UInt8(ascii: "~"):
                    true
                default: false
                }
            guard !isUnreserved else { return String(UnicodeScalar(byte)) }
            return "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }
}

/// What the API server answered.
struct APIResponse: Sendable {
    let status: Int
    let body: [UInt8]

    /// The server's own account of what it did not do, where it gave one.
    var problem: APIStatus? {
        guard let status = try? JSONDecoder().decode(APIStatus.self, from: Data(body)),
            status.kind == "Status"
        else { return nil }
        return status
    }

    func decode<Value: Decodable>(_ type: Value.Type) -> Value? {
        try? JSONDecoder().decode(type, from: Data(body))
    }
}
