import NIOCore
import NIOEmbedded

@testable import Broadcast

/// A socket whose peer reads or does not: while it does not, what is written stays unsent, and the channel's
/// writability follows the water marks as NIO's own sockets do it.
final class SlowSocket: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    private let channel: EmbeddedChannel
    private let backlog: Backlog
    private var context: ChannelHandlerContext?
    private var unsent = 0
    private(set) var mostUnsent = 0
    var isReading = true {
        didSet { if isReading { drain() } }
    }

    init(_ channel: EmbeddedChannel, _ backlog: Backlog) {
        self.channel = channel
        self.backlog = backlog
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context _: ChannelHandlerContext) { context = nil }

    /// The short way past the channel: it takes all or nothing, and nothing while there is something unsent.
    func writeDirectly(_ bytes: ByteBuffer) -> Bool {
        guard isReading, unsent == 0, channel.isActive, let context else { return false }
        context.writeAndFlush(NIOAny(bytes), promise: nil)
        return true
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        unsent += unwrapOutboundIn(data).readableBytes
        mostUnsent = max(mostUnsent, unsent)
        context.write(data, promise: promise)
        guard unsent > backlog.highMark, channel.isWritable else { return }
        channel.isWritable = false
        context.fireChannelWritabilityChanged()
    }

    func flush(context: ChannelHandlerContext) {
        guard isReading else { return }
        unsent = 0
        context.flush()
    }

    private func drain() {
        unsent = 0
        channel.flush()
        if tellsOfDrain { tellOfDrain() }
    }

    /// False: the channel has drained, and nobody knows yet.
    var tellsOfDrain = true {
        didSet { if tellsOfDrain, unsent == 0 { tellOfDrain() } }
    }

    private func tellOfDrain() {
        guard !channel.isWritable else { return }
        channel.isWritable = true
        channel.pipeline.fireChannelWritabilityChanged()
    }
}
