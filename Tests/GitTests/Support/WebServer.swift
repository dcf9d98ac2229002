import Foundation
import Glibc
import Synchronization

/// A web server on loopback that serves repositories through the real `git http-backend`.
///
/// On request it behaves as no server should. One thread a connection; nothing but `git` is needed.
final class WebServer: Sendable {
    /// What the server does with the answer that it ought to give.
    enum Behaviour: Equatable {
        case honest
        /// Reads the request and says nothing.
        case silent
        /// Sends one byte now and then.
        case dripping
        /// Sends so many bytes of each answer to a POST, and then nothing more.
        case stallsInPack(after: Int)
        /// Sends so many bytes of any answer, and closes the connection.
        case closes(after: Int)
        /// Sends so many bytes of any answer, and resets the connection.
        case resets(after: Int)
        /// Sends this instead.
        case says(String)
        /// Sends this, and then the second text for ever.
        case repeats(String, String)
        /// Sends this instead of a pack.
        case packs([UInt8])
        /// Sends this instead of a pack, and then the second text for ever.
        case repeatsInPack(String, String)
        /// Sends whoever asks for a pack elsewhere.
        case redirectsPosts(String)
        /// Asks for a credential before it gives a pack, and takes none.
        case refusesPosts
        /// Tells the client what it sent to prove itself.
        case echoesAuthorization
    }

    private let state: State
    private let listener: Listener

    /// What the connections share.
    private final class State: Sendable {
        struct Value {
            var behaviour = Behaviour.honest
            var requests: [String] = []
            var authorizations: [String] = []
            var required: String?
        }
        let root: String
        private let value = Mutex(Value())

        init(root: String) { self.root = root }

        func with<R: Sendable>(_ body: (inout Value) -> R) -> R { value.withLock { body(&$0) } }
    }

    /// Serves every repository below `root` on a free port.
    init(root: String) throws {
        let state = State(root: root)
        self.state = state
        listener = try Listener { connection in Self.serve(connection, state) }
    }

    var port: UInt16 { listener.port }

    /// The URL of a repository below the root.
    func url(_ name: String = "source/.git") -> String { "http://127.0.0.1:\(port)/\(name)" }

    /// What came in so far, as `GET /path`.
    var requests: [String] { state.with { $0.requests } }

    /// Every `Authorization` header that came in.
    var authorizations: [String] { state.with { $0.authorizations } }

    func behave(_ behaviour: Behaviour) { state.with { $0.behaviour = behaviour } }

    /// Lets nobody in without `user:secret`.
    func require(_ pair: String) {
        let value = "Basic \(Data(pair.utf8).base64EncodedString())"
        state.with { $0.required = value }
    }

    private static func serve(_ connection: Int32, _ state: State) {
        defer { close(connection) }
        guard let request = Request(from: connection) else { return }
        let (behaviour, isAllowed) = state.with { value in
            value.requests.append("\(request.method) \(request.path)")
            if let sent = request.authorization { value.authorizations.append(sent) }
            let isAllowed = value.required == nil || value.required == request.authorization
            return (value.behaviour, isAllowed)
        }
        guard isAllowed else {
            Listener.send(Array(challenge.utf8), over: connection)
            return
        }
        respond(to: request, behaviour, over: connection, state.root)
    }

    private static let challenge =
        "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"test\"\r\n"
        + "Connection: close\r\nContent-Length: 0\r\n\r\n"

    private static func respond(
        to request: Request, _ behaviour: Behaviour, over connection: Int32, _ root: String
    ) {
        let whole = { answer(to: request, root) }
        switch behaviour {
        case .honest: Listener.send(whole(), over: connection)
        case .stallsInPack(let count):
            let isPack = request.method == "POST"
            Listener.send(whole().prefix(isPack ? count : .max), over: connection)
            if isPack { Listener.awaitClose(connection) }
        case .closes(let count): Listener.send(whole().prefix(count), over: connection)
        case .resets(let count):
            Listener.send(whole().prefix(count), over: connection)
            var rest = linger(l_onoff: 1, l_linger: 0)
            setsockopt(
                connection, SOL_SOCKET, SO_LINGER, &rest, socklen_t(MemoryLayout<linger>.size))
        case .packs, .repeatsInPack, .redirectsPosts, .refusesPosts:
            guard request.method == "POST" else {
                Listener.send(whole(), over: connection)
                return
            }
            misbehave(behaviour, to: request, over: connection)
        default: misbehave(behaviour, to: request, over: connection)
        }
    }

    private static func misbehave(
        _ behaviour: Behaviour, to request: Request, over connection: Int32
    ) {
        switch behaviour {
        case .silent: Listener.awaitClose(connection)
        case .dripping:
            for byte in "HTTP/1.1 200 OK\r\nX-Filler: ".utf8 + Array(repeating: 0x61, count: 5000) {
                guard Listener.send([byte], over: connection) else { return }
                usleep(10_000)
            }
        case .says(let text): Listener.send(Array(text.utf8), over: connection)
        case .redirectsPosts(let place):
            Listener.send(
                Array("HTTP/1.1 302 Found\r\nLocation: \(place)\r\n\r\n".utf8), over: connection)
        case .refusesPosts: Listener.send(Array(challenge.utf8), over: connection)
        case .packs(let bytes): say(bytes, type: "result", over: connection)
        case .repeats(let head, let line): endlessly(head, line, over: connection)
        case .repeatsInPack(let start, let line):
            let head =
                "HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-result\r\n"
                + "Connection: close\r\n\r\n"
            endlessly(head + start, line, over: connection)
        case .echoesAuthorization:
            let line = "ERR you sent \(request.authorization ?? "none") \u{1b}[31m"
            let length = String(line.utf8.count + 4, radix: 16)
            let packet = String(repeating: "0", count: 4 - length.count) + length + line
            say(
                Array("001e# service=git-upload-pack\n0000\(packet)".utf8),
                type: "advertisement", over: connection)
        default: break
        }
    }

    private static func endlessly(_ head: String, _ line: String, over connection: Int32) {
        guard Listener.send(Array(head.utf8), over: connection) else { return }
        let chunk = Array(String(repeating: line, count: 1000).utf8)
        while Listener.send(chunk, over: connection) {}
    }

    private static func say(_ body: [UInt8], type: String, over connection: Int32) {
        let head =
            "HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-\(type)\r\n"
            + "Content-Length: \(body.count)\r\nConnection: close\r\n\r\n"
        Listener.send(Array(head.utf8) + body, over: connection)
    }

    private static func answer(to request: Request, _ root: String) -> [UInt8] {
        let output = try? Upstream.git(
            ["http-backend"],
            input: request.body,
            home: root,
            extra: [
                "GIT_PROJECT_ROOT": root, "GIT_HTTP_EXPORT_ALL": "1",
                "REQUEST_METHOD": request.method, "PATH_INFO": request.path,
                "QUERY_STRING": request.query, "CONTENT_TYPE": request.contentType,
                "CONTENT_LENGTH": "\(request.body.count)", "REMOTE_ADDR": "127.0.0.1",
            ]
        )
        guard let output, let split = output.headerEnd else {
            return Array("HTTP/1.1 500 Failed\r\nContent-Length: 0\r\n\r\n".utf8)
        }
        let header = String(decoding: output[..<split], as: UTF8.self)
        let body = output[split...]
        var lines = header.split(separator: "\r\n").map(String.init)
        let status = lines.firstIndex { $0.hasPrefix("Status: ") }
            .map { String(lines.remove(at: $0).dropFirst("Status: ".count)) }
        lines.insert("HTTP/1.1 \(status ?? "200 OK")", at: 0)
        lines += ["Content-Length: \(body.count)", "Connection: close", "", ""]
        return Array(lines.joined(separator: "\r\n").utf8) + body
    }
}

extension WebServer {
    /// One request, read to its end.
    private struct Request {
        let method: String
        let path: String
        let query: String
        let contentType: String
        let authorization: String?
        let body: [UInt8]

        init?(from connection: Int32) {
            var received: [UInt8] = []
            while received.headerEnd == nil {
                guard Self.receive(connection, into: &received) else { return nil }
            }
            guard let split = received.headerEnd else { return nil }
            let lines = String(decoding: received[..<split], as: UTF8.self).split(separator: "\r\n")
            let words = lines.first?.split(separator: " ") ?? []
            guard words.count == 3 else { return nil }
            let target = words[1].split(separator: "?", maxSplits: 1)
            method = String(words[0])
            path = target[0].removingPercentEncoding ?? ""
            query = target.count > 1 ? String(target[1]) : ""
            let fields = Dictionary(
                lines.dropFirst().map { line in
                    let parts = line.split(separator: ":", maxSplits: 1)
                    let value = parts.count > 1 ? parts[1].drop { $0 == " " } : ""
                    return (parts[0].lowercased(), String(value))
                },
                uniquingKeysWith: { first, _ in first }
            )
            contentType = fields["content-type"] ?? ""
            authorization = fields["authorization"]
            let length = Int(fields["content-length"] ?? "") ?? 0
            while received.count < split + length {
                guard Self.receive(connection, into: &received) else { return nil }
            }
            body = Array(received[split..<split + length])
        }

        private static func receive(_ connection: Int32, into bytes: inout [UInt8]) -> Bool {
            let chunk = [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
                count = max(0, recv(connection, buffer.baseAddress, buffer.count, 0))
            }
            bytes += chunk
            return !chunk.isEmpty
        }
    }
}

extension [UInt8] {
    /// The offset behind the empty line that ends a header.
    fileprivate var headerEnd: Int? {
        let mark = Array("\r\n\r\n".utf8)
        guard count >= 4 else { return nil }
        return (0...count - 4).first { Array(self[$0..<$0 + 4]) == mark }.map { $0 + 4 }
    }
}
