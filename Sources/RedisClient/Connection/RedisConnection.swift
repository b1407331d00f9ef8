import Logging
import NIOCore

/// One connection: commands out, replies in, in order. Owned by its event loop.
///
/// Commands of one tick of the loop leave in one write. It ends itself when a reply is late, when the stream is out of
/// step, and when the server says that it is the wrong one; whoever waits then is told ``RedisError/outcomeUnknown(_:)``.
final class RedisConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    typealias Reply = Result<RESPValue, RedisError>

    enum Waiter {
        case caller(CheckedContinuation<Reply, Never>)
        /// A command of our own: what to do with its reply.
        case own((Reply) -> Void)

        func resume(_ reply: Reply) {
            switch self {
            case .caller(let continuation): continuation.resume(returning: reply)
            case .own(let act): act(reply)
            }
        }
    }

    private let options: RedisOptions
    private let eventLoop: any EventLoop
    /// A message of the subscribed channel; nil on a connection that does not subscribe.
    private let onMessage: ((_ payload: [UInt8]) -> Void)?
    private let onClosed: (RedisError.UnknownReason) -> Void
    private var pipeline: Pipeline<Waiter>
    private let reader = ReplyReader()
    private var unsent = ByteBuffer()
    private var isFlushScheduled = false
    private var deadlineTimer: Scheduled<Void>?
    private var keepAlive: Scheduled<Void>?
    private var isQuiet = true
    private var context: ChannelHandlerContext?
    private var closeReason = RedisError.UnknownReason.connectionLost

    init(
        options: RedisOptions,
        eventLoop: any EventLoop,
        onMessage: ((_ payload: [UInt8]) -> Void)?,
        onClosed: @escaping (RedisError.UnknownReason) -> Void
    ) {
        self.options = options
        self.eventLoop = eventLoop
        self.onMessage = onMessage
        self.onClosed = onClosed
        pipeline = Pipeline(limit: options.maximumPendingCommands)
    }

    var pendingCount: Int { pipeline.count }

    func send(_ command: RedisCommand, _ waiter: Waiter) {
        guard let context, context.channel.isActive else { return waiter.resume(.failure(.notSent(.disconnected))) }
        guard !pipeline.isFull else { return waiter.resume(.failure(.notSent(.queueFull))) }
        command.write(into: &unsent)
        pipeline.sent(waiter, deadline: .now() + TimeAmount(options.commandTimeout))
        armDeadline()
        guard !isFlushScheduled else { return }
        isFlushScheduled = true
        eventLoop.assumeIsolated().execute { self.flush() }
    }

    func close() {
        context?.close(promise: nil)
    }

    private func flush() {
        isFlushScheduled = false
        guard let context, unsent.readableBytes > 0 else { return }
        context.writeAndFlush(wrapOutboundOut(unsent), promise: nil)
        // Reuses the storage: the socket has nearly always taken the bytes by now.
        unsent.clear()
    }

    // MARK: Replies

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        isQuiet = false
        do {
            try reader.feed(unwrapInboundIn(data))
            guard let onMessage else {
                while let reply = try reader.next() { try take(reply) }
                return
            }
            while let incoming = try reader.nextOrMessage() {
                switch incoming {
                case .reply(let reply): try take(reply)
                case .message(let payload): onMessage(payload)
                }
            }
        } catch {
            context.close(promise: nil)
        }
    }

    private func take(_ reply: RESPValue) throws(ReplyReader.ProtocolError) {
        guard let waiter = pipeline.replied() else { throw .init() }
        if case .error(let refusal) = reply {
            waiter.resume(.failure(.refused(refusal)))
            if refusal.callsForReconnect { close() }
        } else {
            waiter.resume(.success(reply))
        }
    }

    // MARK: Time

    private func armDeadline() {
        guard deadlineTimer == nil, let deadline = pipeline.nextDeadline else { return }
        deadlineTimer = eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { self.deadlineReached() }
    }

    private func deadlineReached() {
        deadlineTimer = nil
        if let deadline = pipeline.nextDeadline, deadline <= .now() {
            closeReason = .timeout
            close()
        } else {
            armDeadline()
        }
    }

    /// An idle connection is asked PING; the reply's deadline finds a dead one.
    private func startKeepAlive() {
        let interval = TimeAmount(options.keepAliveInterval)
        keepAlive = eventLoop.assumeIsolated().scheduleTask(in: interval) {
            if self.isQuiet, self.pipeline.isEmpty { self.send(RedisCommand("PING"), .own { _ in }) }
            self.isQuiet = true
            self.startKeepAlive()
        }
    }

    // MARK: Channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        startKeepAlive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error _: any Error) {
        context.close(promise: nil)
    }

    func handlerRemoved(context _: ChannelHandlerContext) {
        end()
    }

    private func end() {
        guard context != nil else { return }
        context = nil
        deadlineTimer?.cancel()
        keepAlive?.cancel()
        for waiter in pipeline.abandon() { waiter.resume(.failure(.outcomeUnknown(closeReason))) }
        onClosed(closeReason)
    }
}
