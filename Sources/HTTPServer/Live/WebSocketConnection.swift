import NIOCore

/// A WebSocket after its upgrade: answers pings, keeps the closing handshake, finds dead peers. What others write to the
/// channel passes as it is. Owned by its event loop.
final class WebSocketConnection: ChannelDuplexHandler, LivePeer {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// A client may say something now and then; more is a nuisance (1008).
    private static let maximumMessages = 20
    private static let messageInterval = 10

    private let options: ServerOptions
    private let loop: LoopContext
    private var reader: WebSocketReader
    private var context: ChannelHandlerContext?
    private var secondsSilent = 0
    private var secondsSincePing = 0
    private var recentMessages = 0
    private var secondsOfMessages = 0
    /// Seconds left for the peer to answer our close frame; nil until we sent it.
    private var secondsToClose: Int?

    init(options: ServerOptions, loop: LoopContext) {
        self.options = options
        self.loop = loop
        reader = WebSocketReader(maximumMessageBytes: options.maximumWebSocketMessageBytes)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        loop.live[ObjectIdentifier(self)] = self
    }

    func handlerRemoved(context _: ChannelHandlerContext) {
        context = nil
        loop.live[ObjectIdentifier(self)] = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        secondsSilent = 0
        reader.feed(unwrapInboundIn(data))
        do {
            while self.context != nil, let event = try reader.next() { take(event, context: context) }
        } catch {
            end(EndLive(code: error.code, reason: error.reason))
            // What follows a violation cannot be read: nobody waits for the peer's close frame.
            finish(context)
        }
    }

    private func take(_ event: WebSocketReader.Event, context: ChannelHandlerContext) {
        switch event {
        case .message:
            recentMessages += 1
            if recentMessages > Self.maximumMessages { end(EndLive(code: 1008, reason: "too many messages")) }
        case .ping(let payload):
            guard secondsToClose == nil else { return }
            context.writeAndFlush(wrapOutboundOut(WebSocketFrame.pong(payload)), promise: nil)
        case .pong: break
        case .close(let code):
            if secondsToClose == nil { end(EndLive(code: code ?? 1000, reason: "")) }
            finish(context)
        }
    }

    /// After our close frame nothing else may be written (RFC 6455, section 5.5.1).
    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard secondsToClose == nil else {
            promise?.fail(ChannelError.alreadyClosed)
            return
        }
        context.write(data, promise: promise)
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard let event = event as? EndLive else { return context.triggerUserOutboundEvent(event, promise: promise) }
        end(event)
        promise?.succeed()
    }

    func end(_ end: EndLive) {
        guard let context, secondsToClose == nil else { return }
        secondsToClose = Int(options.closeTimeout.components.seconds)
        context.writeAndFlush(wrapOutboundOut(WebSocketFrame.close(code: end.code, reason: end.reason)), promise: nil)
    }

    private func finish(_ context: ChannelHandlerContext) {
        context.close(promise: nil)
    }

    func tick() {
        guard let context else { return }
        if let left = secondsToClose {
            secondsToClose = left - 1
            if left <= 0 { finish(context) }
            return
        }
        secondsSilent += 1
        secondsSincePing += 1
        secondsOfMessages += 1
        if secondsOfMessages >= Self.messageInterval { (secondsOfMessages, recentMessages) = (0, 0) }
        let pingInterval = Int(options.pingInterval.components.seconds)
        if secondsSilent >= 2 * pingInterval { return finish(context) }
        if secondsSincePing >= pingInterval {
            secondsSincePing = 0
            context.writeAndFlush(wrapOutboundOut(WebSocketFrame.ping()), promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error _: any Error) {
        finish(context)
    }
}
