import NIOCore

/// The end of a connection whose peer may still be sending: our side is closed after what was written, and what still comes
/// is read and dropped, within bounds (RFC 9112, section 9.6).
///
/// A socket that is closed with unread bytes in it answers with a reset, and a reset makes the peer's kernel throw away
/// our last words before they are read.
final class LingeringClose: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    /// More than that is not worth reading.
    private static let maximumBytes = 262_144

    private let timeout: TimeAmount
    private var dropped = 0
    private var timer: Scheduled<Void>?

    private init(timeout: TimeAmount) {
        self.timeout = timeout
    }

    /// Closes the channel of `context` when everything is written and nothing more will be. What still comes reaches
    /// neither `first` nor a handler behind it.
    static func begin(
        _ context: ChannelHandlerContext,
        before first: any ChannelHandler,
        timeout: TimeAmount
    ) {
        let pipeline = context.pipeline.syncOperations
        do {
            try pipeline.addHandler(LingeringClose(timeout: timeout), position: .before(first))
        } catch {
            context.close(promise: nil)
        }
    }

    func handlerAdded(context: ChannelHandlerContext) {
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: timeout) {
            context.close(promise: nil)
        }
        context.close(mode: .output, promise: nil)
        // Reading may have been held back.
        context.read()
    }

    func handlerRemoved(context _: ChannelHandlerContext) {
        timer?.cancel()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        dropped += unwrapInboundIn(data).readableBytes
        if dropped > Self.maximumBytes { context.close(promise: nil) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error _: any Error) {
        context.close(promise: nil)
    }
}
