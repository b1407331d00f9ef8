import NIOCore

/// Keeps a listener quiet and polite while the system has no more connections for it. The first handler of its channel; owned
/// by its event loop.
final class ListenerHandler: ChannelInboundHandler {
    typealias InboundIn = any Channel
    typealias InboundOut = any Channel

    /// Of connections that wait, in one go: about 2 ms.
    private static let maximumRefused = 256

    private let server: ServerContext
    private let loop: LoopContext
    private let spare = SpareDescriptor()
    private var pause = AcceptPause()

    init(server: ServerContext, loop: LoopContext) {
        self.server = server
        self.loop = loop
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        pause.accepted()
        context.fireChannelRead(data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? IOError else { return context.fireErrorCaught(error) }
        switch pause.failed(error.errnoCode) {
        case .goOn: return
        case .fail: return context.fireErrorCaught(error)
        case .rest(let duration, let spareHelps):
            server.metrics.couldNotAccept()
            server.onTrouble(.cannotAccept(errorNumber: error.errnoCode))
            if spareHelps { refuseWaiting(context.channel) }
            rest(context, duration)
        }
    }

    /// NIO passes on no `read` that is held back here: after an error the one before counts as unanswered still. What it heeds is
    /// the channel's option.
    private func rest(_ context: ChannelHandlerContext, _ duration: TimeAmount) {
        let channel = context.channel
        try? channel.syncOptions?.setOption(.autoRead, value: false)
        channel.eventLoop.scheduleTask(in: duration) {
            try? channel.syncOptions?.setOption(.autoRead, value: true)
        }
    }

    private func refuseWaiting(_ channel: any Channel) {
        // What is no HTTP here cannot be told in HTTP.
        let bytes = server.options.tls == nil ? ConnectionRefusal.system.bytes(loop) : nil
        let pipeline = channel.pipeline.syncOperations
        let count = try? pipeline.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) {
            spare.refuse(at: $0, with: bytes, maximum: Self.maximumRefused)
        }
        server.metrics.refused(.system, count: count ?? 0)
    }
}
