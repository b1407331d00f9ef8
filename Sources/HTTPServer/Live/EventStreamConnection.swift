import NIOCore

/// An event stream after its head: heartbeats, and a last word. What the client still sends is let go.
/// Owned by its event loop.
final class EventStreamConnection: ChannelDuplexHandler, LivePeer {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let options: ServerOptions
    private let loop: LoopContext
    private var context: ChannelHandlerContext?
    private var secondsSinceHeartbeat = 0

    init(options: ServerOptions, loop: LoopContext) {
        self.options = options
        self.loop = loop
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        loop.live[ObjectIdentifier(self)] = self
    }

    func handlerRemoved(context _: ChannelHandlerContext) {
        context = nil
        loop.live[ObjectIdentifier(self)] = nil
    }

    func channelRead(context _: ChannelHandlerContext, data _: NIOAny) {}

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard let event = event as? EndLive else { return context.triggerUserOutboundEvent(event, promise: promise) }
        end(event)
        promise?.succeed()
    }

    /// Tells when to come back, each client another time, so that they do not come all at once.
    func end(_: EndLive) {
        guard let context else { return }
        let farewell = ServerSentEvent.retry(milliseconds: .random(in: 500...5000))
        context.writeAndFlush(wrapOutboundOut(farewell)).assumeIsolated().whenComplete { _ in
            context.close(promise: nil)
        }
    }

    func tick() {
        secondsSinceHeartbeat += 1
        guard let context, secondsSinceHeartbeat >= Int(options.heartbeatInterval.components.seconds) else { return }
        secondsSinceHeartbeat = 0
        context.writeAndFlush(wrapOutboundOut(ServerSentEvent.heartbeat), promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error _: any Error) {
        context.close(promise: nil)
    }
}
