import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL

/// One connection to a wire server.
final class KubernetesWireHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// What an API server takes in of one request.
    private static let bodyLimit = 3 * 1024 * 1024

    private let core: KubernetesWireCore
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []

    init(core: KubernetesWireCore) { self.core = core }

    func channelActive(context: ChannelHandlerContext) {
        core.add(context.channel)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        core.remove(context.channel)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = []
        case .body(let bytes):
            body += bytes.readableBytesView
            if body.count > Self.bodyLimit { context.close(promise: nil) }
        case .end:
            if let head { answer(head, context: context) }
        }
    }

    private func answer(_ head: HTTPRequestHead, context: ChannelHandlerContext) {
        let user = core.user(token: token(in: head), certificate: certificate(context))
        let parts = head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let request = KubernetesWireRequest(
            method: head.method.rawValue, path: String(parts[0]),
            query: query(parts.count > 1 ? parts[1] : ""),
            contentType: head.headers.first(name: "Content-Type"),
            accept: head.headers.first(name: "Accept"), body: body, user: user?.name)
        switch core.answer(request, as: user) {
        case .silence: break
        case .hangUp, .lostReply: context.close(promise: nil)
        case .reply(let reply): send(reply, isWhole: true, context)
        case .unfinished(let reply): send(reply, isWhole: false, context)
        }
    }

    private func token(in head: HTTPRequestHead) -> String? {
        guard let field = head.headers.first(name: "Authorization"), field.hasPrefix("Bearer ")
        else { return nil }
        return String(field.dropFirst("Bearer ".count))
    }

    private func certificate(_ context: ChannelHandlerContext) -> [UInt8]? {
        let leaf = try? context.pipeline.syncOperations.nioSSL_peerCertificate()
        return try? leaf?.toDERBytes()
    }

    private func query(_ text: Substring) -> [String: String] {
        var fields: [String: String] = [:]
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            fields[String(parts[0])] = parts.count > 1 ? parts[1].removingPercentEncoding : ""
        }
        return fields
    }

    private func send(
        _ reply: KubernetesWireReply, isWhole: Bool, _ context: ChannelHandlerContext
    ) {
        var headers = HTTPHeaders(reply.headers.map { ($0.key, $0.value) })
        headers.add(name: "Content-Type", value: reply.contentType)
        let length = reply.body.count + (isWhole ? 0 : 1)
        headers.add(name: "Content-Length", value: "\(length)")
        let head = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: reply.status),
            headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        let bytes = ByteBuffer(bytes: reply.body)
        context.write(wrapOutboundOut(.body(.byteBuffer(bytes))), promise: nil)
        if isWhole { context.write(wrapOutboundOut(.end(nil)), promise: nil) }
        context.flush()
    }
}
