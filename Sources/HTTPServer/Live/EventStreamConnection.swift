import LiveSockets
import NIOCore

/// An event stream after its head: heartbeats, and a last word. What the client still sends is let go.
/// Owned by its event loop.
final class EventStreamConnection: ChannelDuplexHandler, LivePeer {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let loop: LoopContext
    private let direct: DirectSocket?
    private var context: ChannelHandlerContext?
    private var nextHeartbeat: NIODeadline
    /// When the last word must have been written; nil until it was said.
    private var end: NIODeadline?

    init(loop: LoopContext, direct: DirectSocket?) {
        self.loop = loop
        self.direct = direct
        nextHeartbeat = loop.eventLoop.now + loop.times.heartbeat
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
        context = nil
        loop.live[ObjectIdentifier(self)] = nil
    }

    func channelRead(context _: ChannelHandlerContext, data _: NIOAny) {}

    /// A client that ends its side has gone: an event stream has no other end.
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event as? ChannelEvent == .inputClosed else { return context.fireUserInboundEventTriggered(event) }
        context.close(promise: nil)
    }

    /// After our last word nothing else is written.
    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard end == nil else {
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

    /// Tells when to come back, each client another time, so that they do not come all at once.
    func end(_: EndLive) {
        guard let context, end == nil else { return }
        end = loop.eventLoop.now + loop.times.close
        direct?.end()
        let farewell = ServerSentEvent.retry(milliseconds: .random(in: 500...5000))
        let (me, timeout) = (NIOLoopBound(self, eventLoop: context.eventLoop), loop.times.linger)
        context.writeAndFlush(wrapOutboundOut(farewell)).whenSuccess {
            guard let context = me.value.context else { return }
            LingeringClose.begin(context, before: me.value, timeout: timeout)
        }
    }

    func abort() {
        context?.close(promise: nil)
    }

    func tick(_ now: NIODeadline) {
        if let end {
            if end <= now { abort() }
            return
        }
        guard let context, nextHeartbeat <= now else { return }
        nextHeartbeat = now + loop.times.heartbeat
        // Who does not read needs no heartbeat: the broadcaster looks after its backlog.
        guard context.channel.isWritable else { return }
        context.writeAndFlush(wrapOutboundOut(ServerSentEvent.heartbeat), promise: direct?.track(nil))
    }

    func errorCaught(context: ChannelHandlerContext, error _: any Error) {
        context.close(promise: nil)
    }
}
