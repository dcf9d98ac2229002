import Foundation
import Glibc
import Synchronization

/// A proxy that leads every CONNECT to one port on loopback, and keeps what it was asked.
final class ConnectProxy: Sendable {
    private final class Asked: Sendable {
        private let kept = Mutex<[String]>([])
        var heads: [String] { kept.withLock { $0 } }
        func add(_ head: String) { kept.withLock { $0.append(head) } }
    }

    private let listener: Listener
    private let asked: Asked

    var port: UInt16 { listener.port }

    /// The heads of the requests that came in.
    var heads: [String] { asked.heads }

    /// Lets nobody through without `user:password`, where it is given; `answer` instead of leading
    /// anywhere is for a proxy that lies.
    init(to port: UInt16, requiring pair: String? = nil, answer: String? = nil) throws {
        let asked = Asked()
        let wanted = pair.map { "Basic \(Data($0.utf8).base64EncodedString())" }
        self.asked = asked
        listener = try Listener { outside in
            defer { close(outside) }
            let head = Self.head(outside)
            asked.add(head)
            if let wanted, !head.contains(wanted) {
                let refusal =
                    "HTTP/1.1 407 Proxy Authentication Required\r\n"
                    + "Proxy-Authenticate: Basic realm=\"proxy\"\r\n"
                    + "Connection: close\r\nContent-Length: 0\r\n\r\n"
                Listener.send(Array(refusal.utf8), over: outside)
                return
            }
            if let answer {
                Listener.send(Array(answer.utf8), over: outside)
                return Listener.awaitClose(outside)
            }
            let inside = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            _ = fcntl(inside, F_SETFD, FD_CLOEXEC)
            Listener.connect(inside, to: port)
            Listener.send(Array("HTTP/1.1 200 Connected\r\n\r\n".utf8), over: outside)
            let back = DispatchSemaphore(value: 0)
            Thread.detachNewThread {
                Self.pump(from: inside, to: outside)
                back.signal()
            }
            Self.pump(from: outside, to: inside)
            back.wait()
            close(inside)
        }
    }

    private static func head(_ connection: Int32) -> String {
        var text = ""
        var byte: UInt8 = 0
        while !text.hasSuffix("\r\n\r\n"), recv(connection, &byte, 1, 0) == 1 {
            text.unicodeScalars.append(Unicode.Scalar(byte))
        }
        return text
    }

    private static func pump(from source: Int32, to sink: Int32) {
        while let chunk = FaultyWire.receive(from: source), Listener.send(chunk, over: sink) {}
        shutdown(source, Int32(SHUT_RDWR))
        shutdown(sink, Int32(SHUT_RDWR))
    }
}
