import NIOCore
import NIOEmbedded

@testable import Broadcast

/// A socket whose peer reads or does not: while it does not, what is written stays unsent, and the channel's
/// writability follows the water marks as NIO's own sockets do it.
final class SlowSocket: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    private let channel: EmbeddedChannel
    private let backlog: Backlog
    private var unsent = 0
    private(set) var mostUnsent = 0
    var isReading = true {
        didSet { if isReading { drain() } }
    }

    init(_ channel: EmbeddedChannel, _ backlog: Backlog) {
        self.channel = channel
        self.backlog = backlog
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
        guard !channel.isWritable else { return }
        channel.isWritable = true
        channel.pipeline.fireChannelWritabilityChanged()
    }
}
