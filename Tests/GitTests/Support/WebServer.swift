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
        /// Sends this instead.
        case says(String)
    }

    let port: UInt16
    private let listening: Int32
    private let root: String
    private let state = Mutex((behaviour: Behaviour.honest, requests: [String]()))

    /// Serves every repository below `root` on a free port.
    init(root: String) throws {
        self.root = root
        listening = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        _ = fcntl(listening, F_SETFD, FD_CLOEXEC)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listening = listening
        port = try withUnsafeMutablePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard bind(listening, address, size) == 0, listen(listening, 64) == 0,
                    getsockname(listening, address, &size) == 0
                else { throw POSIXError(.EADDRNOTAVAIL) }
            }
            return UInt16(bigEndian: pointer.pointee.sin_port)
        }
        Thread.detachNewThread { [weak self] in
            while true {
                let connection = accept(listening, nil, nil)
                guard connection >= 0 else { return }
                _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
                guard let server = self else {
                    close(connection)
                    return
                }
                Thread.detachNewThread { server.serve(connection) }
            }
        }
    }

    deinit {
        shutdown(listening, Int32(SHUT_RDWR))
        close(listening)
    }

    /// The URL of a repository below the root.
    func url(_ name: String = "source/.git") -> String { "http://127.0.0.1:\(port)/\(name)" }

    /// What came in so far, as `GET /path`.
    var requests: [String] { state.withLock { $0.requests } }

    func behave(_ behaviour: Behaviour) { state.withLock { $0.behaviour = behaviour } }

    private func serve(_ connection: Int32) {
        defer { close(connection) }
        guard let request = Request(from: connection) else { return }
        let behaviour = state.withLock { state in
            state.requests.append("\(request.method) \(request.path)")
            return state.behaviour
        }
        switch behaviour {
        case .honest:
            send(answer(to: request)[...], over: connection)
        case .silent:
            awaitClose(connection)
        case .dripping:
            for byte in "HTTP/1.1 200 OK\r\nX-Filler: ".utf8 + Array(repeating: 0x61, count: 5000) {
                guard send([byte], over: connection) else { return }
                usleep(10_000)
            }
        case .stallsInPack(let count):
            let answer = answer(to: request)
            guard request.method == "POST" else {
                send(answer[...], over: connection)
                return
            }
            send(answer.prefix(count), over: connection)
            awaitClose(connection)
        case .closes(let count):
            send(answer(to: request).prefix(count), over: connection)
        case .says(let text):
            send(Array(text.utf8)[...], over: connection)
        }
    }

    private func awaitClose(_ connection: Int32) {
        var byte: UInt8 = 0
        while recv(connection, &byte, 1, 0) > 0 {}
    }

    @discardableResult
    private func send(_ bytes: ArraySlice<UInt8>, over connection: Int32) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private func answer(to request: Request) -> [UInt8] {
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
