import NIOCore

/// Stands between TLS and the HTTP/2 handler, and lets only whole frames through.
///
/// It works around two habits of NIOHTTP2 1.46. Its frame decoder keeps what is left of a read and
/// appends the next one to it; while no read ends where a frame ends, that buffer is copied and
/// grown for ever, and a snapshot crawls. And it closes a connection that brings 200 PING frames in
/// 30 seconds, which a Go server with dynamic windows sends in ordinary work. So frames are cut here,
/// and PINGs are answered here. There is no limit on PINGs: the peer holds a certificate of the
/// cluster.
final class FrameGate: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private static let headerLength = 9

    private let maxFrameSize: Int
    /// The beginning of a frame that is not complete yet.
    private var held = ByteBuffer()
    /// Set once a frame is longer than was agreed; the HTTP/2 handler then refuses the connection.
    private var isOpen = false

    /// Creates a gate for a connection that agreed on frames of at most `maxFrameSize` bytes.
    init(maxFrameSize: Int) { self.maxFrameSize = maxFrameSize }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        guard !isOpen else { return context.fireChannelRead(data) }
        if held.readableBytes > 0 {
            held.writeBuffer(&bytes)
            bytes = held
            held = ByteBuffer()
        }
        pass(bytes, context)
    }

    /// Hands on the whole frames at the start of `bytes`, and holds back the rest.
    private func pass(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        var bytes = bytes
        var run = 0
        while let header = FrameHeader(bytes, after: run) {
            guard header.payloadLength <= maxFrameSize else {
                isOpen = true
                return context.fireChannelRead(wrapInboundOut(bytes))
            }
            let length = Self.headerLength + header.payloadLength
            guard run + length <= bytes.readableBytes else { break }
            if header.isPing {
                forward(&bytes, run, context)
                run = 0
                answer(bytes.readSlice(length: length), context)
            } else {
                run += length
            }
        }
        forward(&bytes, run, context)
        hold(bytes, context)
    }

    private func forward(_ bytes: inout ByteBuffer, _ length: Int, _ context: ChannelHandlerContext)
    {
        guard length > 0, let frames = bytes.readSlice(length: length) else { return }
        context.fireChannelRead(wrapInboundOut(frames))
    }

    /// Copies the beginning of a frame, so that it shares no storage with frames already handed on.
    private func hold(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        guard bytes.readableBytes > 0 else { return }
        let payload = FrameHeader(bytes, after: 0)?.payloadLength ?? 0
        held = context.channel.allocator.buffer(capacity: Self.headerLength + payload)
        held.writeImmutableBuffer(bytes)
    }

    private func answer(_ ping: ByteBuffer?, _ context: ChannelHandlerContext) {
        guard var ping else { return }
        ping.moveReaderIndex(forwardBy: Self.headerLength)
        var reply = context.channel.allocator.buffer(capacity: 17)
        reply.writeBytes([0, 0, 8, 6, 1, 0, 0, 0, 0])
        reply.writeBuffer(&ping)
        context.writeAndFlush(wrapOutboundOut(reply), promise: nil)
    }
}

/// The part of an HTTP/2 frame header that the gate looks at (RFC 9113, section 4.1).
private struct FrameHeader {
    let payloadLength: Int
    let isPing: Bool

    init?(_ bytes: ByteBuffer, after offset: Int) {
        let start = bytes.readerIndex + offset
        guard offset + 9 <= bytes.readableBytes,
            let word = bytes.getInteger(at: start, as: UInt32.self),
            let flags = bytes.getInteger(at: start + 4, as: UInt8.self)
        else { return nil }
        payloadLength = Int(word >> 8)
        let isAcknowledgement = flags & 1 == 1
        isPing = word & 0xff == 6 && !isAcknowledgement && payloadLength == 8
    }
}
