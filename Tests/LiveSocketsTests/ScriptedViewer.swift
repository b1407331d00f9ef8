import NIOCore
import NIOEmbedded

@testable import LiveSockets

/// A viewer on a socket of the scripted kernel, and its channel, which keeps what it is given until it is flushed, and until `isHeld`
/// is over.
final class ScriptedViewer: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let descriptor: Int32
    let socket: DirectSocket
    private let kernel: ScriptedKernel
    private let channel: EmbeddedChannel
    private var waiting: [(text: String, promise: EventLoopPromise<Void>?)] = []
    private(set) var isClosed = false
    /// Called when the channel is flushed, before anything else.
    var onFlush: () -> Void = {}
    /// The socket takes nothing from the channel.
    var isHeld = false {
        didSet { release() }
    }

    init(_ descriptor: Int32, _ kernel: ScriptedKernel, _ sender: LoopSender) throws {
        self.descriptor = descriptor
        self.kernel = kernel
        channel = EmbeddedChannel()
        socket = DirectSocket(channel, descriptor: descriptor, sender: sender)
        try channel.pipeline.syncOperations.addHandler(self)
        channel.connect(to: try SocketAddress(unixDomainSocketPath: "/viewer"), promise: nil)
    }

    var taken: String { kernel.taken(by: descriptor) }

    /// As the broadcaster does with what the short way does not take.
    func queue(_ bytes: ByteBuffer) { channel.writeAndFlush(bytes, promise: nil) }

    func close() {
        isClosed = true
        socket.end()
    }

    func write(context _: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        waiting.append((String(buffer: unwrapOutboundIn(data)), socket.track(promise)))
    }

    func flush(context _: ChannelHandlerContext) {
        onFlush()
        release()
    }

    private func release() {
        while !isHeld, !waiting.isEmpty {
            let (text, promise) = waiting.removeFirst()
            if !isClosed { kernel.takeFromChannel(text, descriptor) }
            promise?.succeed()
        }
    }

    func close(context _: ChannelHandlerContext, mode _: CloseMode, promise: EventLoopPromise<Void>?) {
        close()
        promise?.succeed()
    }
}
