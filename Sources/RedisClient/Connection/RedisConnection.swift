import Logging
import NIOCore

/// One connection: commands out, replies in, in order. Owned by its event loop.
///
/// Commands of one tick of the loop leave in one write. It ends itself when a reply is late or too long, and when the
/// stream is out of step; whoever waits then is told ``RedisError/outcomeUnknown(_:)``, unless the command had not left yet
/// (``UnsentCommands``). When the server says that it is the wrong one, it ends after the last reply.
final class RedisConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    typealias Reply = ReplyContinuation.Reply

    enum Waiter {
        case caller(ReplyContinuation)
        /// A caller whose good reply counts once a replica has what came before it.
        case replicated(ReplyContinuation)
        /// A command of our own: what to do with its reply.
        case own((Reply) -> Void)
        /// UNSUBSCRIBE from a channel.
        case leaving(String)

        func resume(_ reply: Reply) {
            switch self {
            case .caller(let continuation), .replicated(let continuation): continuation.resume(reply)
            case .own(let act): act(reply)
            case .leaving: break
            }
        }
    }

    /// Who hears what a connection that subscribes is told without having asked.
    struct Listener {
        let onMessage: (_ channel: String, _ payload: [UInt8]) -> Void
        /// The server ended the subscription, for the channel's slot is another one's now.
        var onDropped: (_ channel: String) -> Void = { _ in }
    }

    private let options: RedisOptions
    private let commandTimeout: TimeAmount
    private let eventLoop: any EventLoop
    /// Nil on a connection that does not subscribe.
    private let listener: Listener?
    /// - Parameter reason: constant words.
    private let onClosed: (_ reason: String) -> Void
    /// The server refused a command because it is the wrong one; the connection takes no more.
    private let onWrongServer: (RedisRefusal) -> Void
    /// The server refused a command whose slot is elsewhere; told before the one who waits for its reply.
    private let onRedirected: (RedisRefusal) -> Void
    /// A caller's command that has not left this connection, which is closed.
    private let onUnsent: (RedisCommand, Waiter) -> Void
    private var pipeline = Pipeline<Waiter>()
    private let reader: ReplyReader
    private var unfinishedBytes = 0
    private var unsent = UnsentCommands()
    private var isFlushScheduled = false
    private var replication: ReplicationBatch
    private var isDraining = false
    private var deadlineTimer: Scheduled<Void>?
    private var keepAlive: Scheduled<Void>?
    private var lastRead = NIODeadline.now()
    private var context: ChannelHandlerContext?
    private var closeReason = RedisError.UnknownReason.connectionLost
    private var closeDetail: String?

    /// - Parameter quorum: how many replicas a replicated write needs; nil where there are no such writes.
    init(
        options: RedisOptions,
        eventLoop: any EventLoop,
        quorum: ReplicaQuorum? = nil,
        listener: Listener? = nil,
        onWrongServer: @escaping (RedisRefusal) -> Void = { _ in },
        onRedirected: @escaping (RedisRefusal) -> Void = { _ in },
        onUnsent: @escaping (RedisCommand, Waiter) -> Void = { $1.resume(.failure(.notSent(.disconnected))) },
        onClosed: @escaping (_ reason: String) -> Void
    ) {
        self.options = options
        commandTimeout = TimeAmount(options.commandTimeout)
        self.eventLoop = eventLoop
        self.listener = listener
        replication = ReplicationBatch(quorum: quorum ?? ReplicaQuorum())
        reader = ReplyReader(takesMessages: listener != nil)
        self.onWrongServer = onWrongServer
        self.onRedirected = onRedirected
        self.onUnsent = onUnsent
        self.onClosed = onClosed
    }

    func send(_ command: RedisCommand, _ waiter: Waiter) {
        guard let context, context.channel.isActive, !isDraining else {
            return waiter.resume(.failure(.notSent(.disconnected)))
        }
        guard pipeline.count + replication.heldCount < options.maximumPendingCommands else {
            return waiter.resume(.failure(.notSent(.queueFull)))
        }
        if case .replicated(let continuation) = waiter, !replication.admit(command, continuation) { return }
        enqueue(command, waiter)
        guard !isFlushScheduled else { return }
        isFlushScheduled = true
        eventLoop.assumeIsolated().execute { self.flush() }
    }

    private func enqueue(_ command: RedisCommand, _ waiter: Waiter) {
        unsent.add(command, waiter, waiters: command.isAsking ? 2 : 1, isFirst: pipeline.isEmpty)
        let deadline = NIODeadline.now() + commandTimeout
        if command.isAsking { pipeline.sent(.own { _ in }, deadline: deadline) }
        pipeline.sent(waiter, deadline: deadline)
        armDeadline()
    }

    private func flush() {
        isFlushScheduled = false
        guard let context, unsent.count > 0 else { return }
        if let wait = replication.wait(options.replicaTimeout) { enqueue(wait, .own { self.waited($0) }) }
        context.writeAndFlush(wrapOutboundOut(unsent.leave()), promise: nil)
        unsent.left()
    }

    private func waited(_ reply: Reply) {
        for (command, continuation) in replication.confirmed(reply) { enqueue(command, .replicated(continuation)) }
        flush()
    }

    func close() {
        context?.close(promise: nil)
    }

    /// Takes no more commands, passes no more messages on (a replica repeats those of the primary, which the next connection
    /// gets too), and closes when the replies of the commands before are in, or have timed out.
    func drain() {
        isDraining = true
        if pipeline.isEmpty { close() }
    }

    // MARK: Replies

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        lastRead = .now()
        let bytes = unwrapInboundIn(data)
        unfinishedBytes += bytes.readableBytes
        do {
            try reader.feed(bytes)
            while let incoming = try reader.next() {
                unfinishedBytes = 0
                switch incoming {
                case .reply(let reply): try take(reply)
                case .message(let channel, let payload): if !isDraining { listener?.onMessage(channel, payload) }
                }
            }
        } catch {
            close(because: "the server's bytes are no reply to what was asked")
        }
        if unfinishedBytes > options.maximumReplyBytes { close(because: "the server's reply is too long") }
        if isDraining, pipeline.isEmpty { close() }
    }

    private func take(_ reply: RESPValue) throws(ReplyReader.ProtocolError) {
        if let listener, let channel = reply.endedSubscription, !pipeline.isLeaving(channel) {
            if !isDraining { listener.onDropped(channel) }
            return
        }
        guard let waiter = pipeline.replied() else { throw .init() }
        if case .error(let refusal) = reply { return refused(refusal, waiter) }
        if case .replicated(let continuation) = waiter { return replication.keep(reply, continuation) }
        waiter.resume(.success(reply))
    }

    private func refused(_ refusal: RedisRefusal, _ waiter: Waiter) {
        if refusal.isRedirection {
            onRedirected(refusal)
        } else if refusal.isWrongServer, !isDraining {
            // Those on the way get their answers, which are of the same kind; it closes once this one is told, too.
            isDraining = true
            onWrongServer(refusal)
        }
        waiter.resume(.failure(.refused(refusal)))
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

    /// An idle connection is asked PING when its last byte is so old; the reply's deadline finds a dead one.
    private func startKeepAlive() {
        let interval = TimeAmount(options.keepAliveInterval)
        let isQuiet = lastRead + interval <= .now()
        if isQuiet, pipeline.isEmpty { send(RedisCommand("PING"), .own { _ in }) }
        let next = isQuiet ? .now() + interval : lastRead + interval
        keepAlive = eventLoop.assumeIsolated().scheduleTask(deadline: next) { self.startKeepAlive() }
    }

    // MARK: Channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        lastRead = .now()
        startKeepAlive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func errorCaught(context _: ChannelHandlerContext, error: any Error) {
        close(because: ConnectionTrouble.words(for: error))
    }

    func handlerRemoved(context _: ChannelHandlerContext) {
        end()
    }

    private func close(because detail: String) {
        closeDetail = closeDetail ?? detail
        close()
    }

    private func end() {
        guard context != nil else { return }
        context = nil
        deadlineTimer?.cancel()
        keepAlive?.cancel()
        replication.abandon(closeReason)
        let waiters = pipeline.abandon()
        let (unsentCount, fate) = unsent.abandon()
        for waiter in waiters.dropLast(unsentCount) { waiter.resume(.failure(.outcomeUnknown(closeReason))) }
        var movable: [UnsentCommands.Entry] = []
        switch fate {
        case .unsent:
            for waiter in waiters.suffix(unsentCount) { waiter.resume(.failure(.notSent(.disconnected))) }
        case .unknown:
            for waiter in waiters.suffix(unsentCount) { waiter.resume(.failure(.outcomeUnknown(closeReason))) }
        case .movable(let entries): movable = entries
        }
        onClosed(closeDetail ?? closeReason.rawValue)
        for (command, waiter) in movable { moveOn(command, waiter) }
    }

    /// What the connection said for itself is said anew over the next one.
    private func moveOn(_ command: RedisCommand, _ waiter: Waiter) {
        switch waiter {
        case .caller, .replicated: onUnsent(command, waiter)
        case .own, .leaving: waiter.resume(.failure(.notSent(.disconnected)))
        }
    }
}

extension Pipeline<RedisConnection.Waiter> {
    /// Whether the next reply is due to an UNSUBSCRIBE from this channel.
    fileprivate func isLeaving(_ channel: String) -> Bool {
        if case .leaving(channel)? = next { true } else { false }
    }
}

extension RESPValue {
    /// The channel of `sunsubscribe`: the answer to it, or what a node says by itself when it gives the slot away.
    fileprivate var endedSubscription: String? {
        guard case .array(let fields) = self, fields.count == 3, fields[0].text == "sunsubscribe" else { return nil }
        return fields[1].text
    }
}
