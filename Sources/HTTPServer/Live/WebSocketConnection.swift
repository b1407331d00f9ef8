import LiveSockets
import NIOCore

/// A WebSocket after its upgrade: answers pings, keeps the closing handshake, finds dead peers. What others write to the
/// channel passes as it is. Owned by its event loop.
final class WebSocketConnection: ChannelDuplexHandler, LivePeer {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Phase {
        case open
        /// Our close frame is out, and the peer's is due.
        case closing(NIODeadline)
        /// Nothing more is read or written.
        case closed
    }

    private let loop: LoopContext
    private let direct: DirectSocket?
    private var reader: WebSocketReader
    private var context: ChannelHandlerContext?
    /// Nil: what the client says is let go.
    private var take: ((ByteBuffer?) -> Void)?
    private var phase = Phase.open
    private var chatter = Chatter()
    /// Without a sign of life until then the peer is dead.
    private var silenceEnds: NIODeadline
    private var nextPing: NIODeadline

    init(maximumMessageBytes: Int, isDeflated: Bool = false, loop: LoopContext, direct: DirectSocket?) {
        self.loop = loop
        self.direct = direct
        reader = WebSocketReader(maximumMessageBytes: maximumMessageBytes, isDeflated: isDeflated)
        let now = loop.eventLoop.now
        nextPing = now + loop.times.ping
        silenceEnds = now + loop.times.silence
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        loop.live[ObjectIdentifier(self)] = self
    }

    func channelInactive(context: ChannelHandlerContext) {
        direct?.end()
        context.fireChannelInactive()
    }

    func handlerRemoved(context _: ChannelHandlerContext) {
        direct?.end()
        take = nil
        context = nil
        loop.live[ObjectIdentifier(self)] = nil
    }

    // MARK: What the peer sends

    /// See ``LiveChannel/onMessage(maximumBytes:messages:_:)``.
    func hear(maximumBytes: Int, messages: Int?, _ take: @escaping (ByteBuffer?) -> Void) {
        reader.maximumMessageBytes = max(reader.maximumMessageBytes, maximumBytes)
        if let messages { chatter.maximumMessages = messages }
        self.take = take
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .closed = phase { return }
        let now = loop.eventLoop.now
        silenceEnds = now + loop.times.silence
        reader.feed(unwrapInboundIn(data))
        do {
            while let event = try reader.next() {
                take(event, now, context: context)
                if case .closed = phase { return }
            }
        } catch {
            end(EndLive(code: error.code, reason: error.reason))
            // What follows a violation cannot be read: nobody waits for the peer's close frame.
            finish(context)
        }
    }

    private func take(_ event: WebSocketReader.Event, _ now: NIODeadline, context: ChannelHandlerContext) {
        if !chatter.admits(event, now) { end(EndLive(code: 1008, reason: "too many messages")) }
        switch event {
        case .message(let text):
            if case .open = phase { take?(text) }
        case .fragment, .pong: break
        case .ping(let payload):
            // A peer that does not read gets none: a pong may answer several pings (RFC 6455, section 5.5.3).
            guard case .open = phase, context.channel.isWritable else { return }
            say(WebSocketFrame.pong(payload), context)
        case .close(let code):
            end(EndLive(code: code ?? 1000, reason: ""))
            finish(context)
        }
    }

    /// The peer ended its side without a close frame.
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event as? ChannelEvent == .inputClosed else { return context.fireUserInboundEventTriggered(event) }
        context.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error _: any Error) {
        context.close(promise: nil)
    }

    // MARK: What it gets

    /// After our close frame nothing else may be written (RFC 6455, section 5.5.1).
    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .open = phase else {
            promise?.fail(ChannelError.alreadyClosed)
            return
        }
        context.write(data, promise: direct?.track(promise) ?? promise)
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard let event = event as? EndLive else { return context.triggerUserOutboundEvent(event, promise: promise) }
        end(event)
        promise?.succeed()
    }

    func end(_ end: EndLive) {
        guard let context, case .open = phase else { return }
        phase = .closing(loop.eventLoop.now + loop.times.close)
        direct?.end()
        say(WebSocketFrame.close(code: end.code, reason: end.reason), context)
    }

    private func say(_ frame: ByteBuffer, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(frame), promise: direct?.track(nil))
    }

    /// Both sides have said their last word: the server closes the connection (RFC 6455, section 7.1.1).
    private func finish(_ context: ChannelHandlerContext) {
        phase = .closed
        LingeringClose.begin(context, before: self, timeout: loop.times.linger)
    }

    func abort() {
        context?.close(promise: nil)
    }

    // MARK: Time

    func tick(_ now: NIODeadline) {
        switch phase {
        case .closed: return
        case .closing(let deadline):
            if deadline <= now { abort() }
        case .open:
            if silenceEnds <= now { return abort() }
            guard let context, nextPing <= now else { return }
            nextPing = now + loop.times.ping
            say(WebSocketFrame.ping(), context)
        }
    }
}
