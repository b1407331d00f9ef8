import NIOCore
import NIOEmbedded

/// A channel without a network that lives on one of the model's loops.
final class ModelChannel: Channel {
    let embedded: EmbeddedChannel
    private let loop: ModelLoop

    /// On the loop.
    init(_ loop: ModelLoop) throws {
        self.loop = loop
        embedded = EmbeddedChannel()
        embedded.connect(to: try SocketAddress(unixDomainSocketPath: "/model"), promise: nil)
    }

    var eventLoop: any EventLoop { loop }

    func enter(_ body: () -> Void) { loop.enter(body) }

    /// The peer goes.
    func end() {
        enter {
            embedded.close(promise: nil)
            embedded.embeddedEventLoop.run()
        }
    }

    var allocator: ByteBufferAllocator { embedded.allocator }
    var closeFuture: EventLoopFuture<Void> { embedded.closeFuture }
    var pipeline: ChannelPipeline { embedded.pipeline }
    var localAddress: SocketAddress? { nil }
    var remoteAddress: SocketAddress? { nil }
    var parent: (any Channel)? { nil }
    var isWritable: Bool { embedded.isWritable }
    var isActive: Bool { embedded.isActive }
    var _channelCore: any ChannelCore { embedded._channelCore }
    var syncOptions: (any NIOSynchronousChannelOptions)? { embedded.syncOptions }

    func setOption<Option: ChannelOption>(_ option: Option, value: Option.Value) -> EventLoopFuture<Void> {
        embedded.setOption(option, value: value)
    }

    func getOption<Option: ChannelOption>(_ option: Option) -> EventLoopFuture<Option.Value> {
        embedded.getOption(option)
    }
}
