import Foundation
import NIOCore
import NIOPosix
import Testing

/// A connection over which a test says exactly what it wants, and hears everything that comes.
///
/// It never blocks a thread, since the server that it speaks to runs in the same process.
struct HTTPClient: Sendable {
    private let channel: NIOAsyncChannel<ByteBuffer, ByteBuffer>

    /// Connects to an address such as `127.0.0.1:8484`.
    init(to address: String) async throws {
        let colon = try #require(address.lastIndex(of: ":"))
        let host = address[..<colon].filter { !"[]".contains($0) }
        let port = try #require(Int(address[address.index(after: colon)...]))
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: String(host), port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(isOutboundHalfClosureEnabled: false))
                }
            }
    }

    /// Says the parts with a pause after each, and returns what comes until the other side closes.
    ///
    /// A side that closes while it is spoken to is no error: what came counts.
    func exchange(_ parts: [String], pause: Duration = .zero) async throws -> HTTPReply {
        try await channel.executeThenClose { inbound, outbound in
            async let heard = Self.everything(from: inbound)
            for part in parts {
                do {
                    try await outbound.write(ByteBuffer(string: part))
                } catch {
                    break
                }
                try await Task.sleep(for: pause)
            }
            return HTTPReply(await heard)
        }
    }

    private static func everything(from inbound: NIOAsyncChannelInboundStream<ByteBuffer>) async
        -> String
    {
        var text = ""
        do {
            for try await piece in inbound { text += String(buffer: piece) }
        } catch {
            // Reset by the other side.
        }
        return text
    }

    /// One request of a connection of its own.
    static func send(
        _ method: String = "GET", _ path: String, to address: String,
        _ fields: [(String, String)] = [], body: String = ""
    ) async throws -> HTTPReply {
        try await HTTPClient(to: address).exchange([request(method, path, fields, body: body)])
    }

    /// The text of a request.
    static func request(
        _ method: String, _ path: String, _ fields: [(String, String)] = [], body: String = ""
    ) -> String {
        var lines = ["\(method) \(path) HTTP/1.1", "Host: localhost"]
        lines += fields.map { "\($0.0): \($0.1)" }
        if !body.isEmpty { lines.append("Content-Length: \(body.utf8.count)") }
        return lines.joined(separator: "\r\n") + "\r\n\r\n" + body
    }
}

/// What a server answered.
struct HTTPReply: Sendable {
    /// Everything that came.
    let text: String

    init(_ text: String) { self.text = text }

    /// The status of the first answer; 0 when none came.
    var status: Int {
        text.hasPrefix("HTTP/1.1 ") ? Int(text.dropFirst(9).prefix(3)) ?? 0 : 0
    }

    /// How many answers came.
    var count: Int { text.components(separatedBy: "HTTP/1.1 ").count - 1 }

    /// What follows the header.
    var body: String {
        text.range(of: "\r\n\r\n").map { String(text[$0.upperBound...]) } ?? ""
    }

    /// The value of a header field.
    func field(_ name: String) -> String? {
        let lines = text.split(separator: "\r\n")
        return lines.first { $0.lowercased().hasPrefix("\(name.lowercased()): ") }
            .map { String($0.dropFirst(name.count + 2)) }
    }
}
