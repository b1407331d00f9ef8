import NIOCore
import NIOWebSocket

/// One WebSocket to a board's live path.
enum LiveClient {
    enum Failure: Error, CustomStringConvertible {
        case refused(status: UInt)
        case noAnswer
        case silent

        var description: String {
            switch self {
            case .refused(let status): "the service refused the WebSocket with status \(status)"
            case .noAnswer: "the service did not answer the upgrade"
            case .silent: "the service fell silent"
            }
        }
    }

    /// The service pings each 30 s: a connection that was silent for longer than two of them is dead.
    static let silence = TimeAmount.seconds(75)

    /// An open connection.
    struct Connection: Sendable {
        let channel: any Channel
        /// Its end; fails where it was not the service's will.
        let end: EventLoopFuture<Void>
    }

    /// Connects and upgrades; from then on `onMessage` gets each text message on the channel's event loop. What it throws
    /// ends the connection.
    static func connect(
        to service: ServiceURL,
        path: String,
        on eventLoop: any EventLoop,
        silence: TimeAmount = silence,
        onMessage: @escaping @Sendable (ByteBuffer) throws -> Void
    ) async throws -> Connection {
        try await open(service, path, on: eventLoop) { channel, frames in
            let end = channel.eventLoop.makePromise(of: Void.self)
            let messages = LiveMessages(end: end, onMessage: onMessage)
            let pipeline = channel.pipeline.syncOperations
            channel.closeFuture.whenComplete { _ in end.succeed() }
            try pipeline.addHandlers(IdleStateHandler(readTimeout: silence), messages)
            messages.take(frames, context: try pipeline.context(handler: messages))
            return Connection(channel: channel, end: end.futureResult)
        }
    }

    /// Connects and upgrades, on a channel of which `use` makes what is wanted: on its event loop, in the moment at which
    /// the service has accepted, with the frames that came with that.
    static func open<Connection: Sendable>(
        _ service: ServiceURL,
        _ path: String,
        on eventLoop: any EventLoop,
        use: @escaping @Sendable (any Channel, _ frames: ByteBuffer) throws -> Connection
    ) async throws -> Connection {
        let opened = eventLoop.makePromise(of: Connection.self)
        do {
            let channel = try await service.connect(on: eventLoop) {
                LiveOpening(LiveHandshake(authority: service.authority, path: path), opened: opened, use: use)
            }
            let timeout = eventLoop.scheduleTask(in: .seconds(10)) {
                opened.fail(Failure.noAnswer)
                channel.close(promise: nil)
            }
            defer { timeout.cancel() }
            return try await opened.futureResult.get()
        } catch {
            opened.fail(error)
            throw error
        }
    }
}

/// Asks for the upgrade once connected, and leaves when it is granted.
private final class LiveOpening<Connection: Sendable>: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var handshake: LiveHandshake
    private let opened: EventLoopPromise<Connection>
    private let use: @Sendable (any Channel, ByteBuffer) throws -> Connection

    init(
        _ handshake: LiveHandshake,
        opened: EventLoopPromise<Connection>,
        use: @escaping @Sendable (any Channel, ByteBuffer) throws -> Connection
    ) {
        self.handshake = handshake
        self.opened = opened
        self.use = use
    }

    func channelActive(context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(handshake.request), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        do {
            guard let frames = try handshake.take(unwrapInboundIn(data)) else { return }
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
            opened.succeed(try use(context.channel, frames))
        } catch {
            errorCaught(context: context, error: error)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        opened.fail(error)
        // Not the context's way: it has none any more if `use` failed.
        context.channel.close(promise: nil)
    }

    func channelInactive(context _: ChannelHandlerContext) {
        opened.fail(LiveClient.Failure.noAnswer)
    }
}

/// Hands on each text message, answers pings, and closes when the service does.
private final class LiveMessages: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let end: EventLoopPromise<Void>
    private let onMessage: @Sendable (ByteBuffer) throws -> Void
    private var frames = ServerFrames()

    init(end: EventLoopPromise<Void>, onMessage: @escaping @Sendable (ByteBuffer) throws -> Void) {
        self.end = end
        self.onMessage = onMessage
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        take(unwrapInboundIn(data), context: context)
    }

    func take(_ bytes: ByteBuffer, context: ChannelHandlerContext) {
        do {
            var isOpen = true
            try frames.take(bytes) { frame in
                guard isOpen else { return }
                if let answer = frame.answer { context.writeAndFlush(wrapOutboundOut(answer), promise: nil) }
                if frame.opcode == .connectionClose {
                    isOpen = false
                    context.close(promise: nil)
                }
                guard frame.opcode == .text else { return }
                do {
                    try onMessage(frame.payload)
                } catch {
                    isOpen = false
                    errorCaught(context: context, error: error)
                }
            }
        } catch {
            errorCaught(context: context, error: error)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is IdleStateHandler.IdleStateEvent else { return context.fireUserInboundEventTriggered(event) }
        errorCaught(context: context, error: LiveClient.Failure.silent)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end.fail(error)
        context.close(promise: nil)
    }
}
