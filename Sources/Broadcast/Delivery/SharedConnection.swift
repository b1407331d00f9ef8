import LiveSockets
package import NIOCore

/// The last handler of a channel that has subscribers of several boards. What they get goes out one after the other, and what lies unsent
/// for all of them together is bounded as for one that has a connection of its own. Owned by its channel's event loop.
package final class SharedConnection: ChannelInboundHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    private struct Member {
        let subscriber: Subscriber
        let onEnd: (EndReason) -> Void
    }

    let channel: any Channel
    private let backlog: Backlog
    private let socket: DirectSocket?
    private let onTooSlow: () -> Void
    private var members: [Member] = []
    /// Whose turn it is to get a snapshot when the connection has drained.
    private var turn = 0
    private var context: ChannelHandlerContext?
    private(set) var isWritable = true

    init(_ channel: any Channel, backlog: Backlog, socket: DirectSocket?, onTooSlow: @escaping () -> Void) {
        self.channel = channel
        self.backlog = backlog
        self.socket = socket
        self.onTooSlow = onTooSlow
    }

    /// Sends bytes as they are, if the backlog takes them.
    package func write(_ bytes: ByteBuffer) -> Bool {
        if let socket, socket.write(bytes) { return true }
        guard let context, backlog.admits(bytes.readableBytes, isWritable: isWritable, unsent: { unsentBytes }) else {
            return false
        }
        context.writeAndFlush(Self.wrapOutboundOut(bytes), promise: nil)
        return true
    }

    private var unsentBytes: Int {
        (try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? .max / 2
    }

    // MARK: Its subscribers

    func add(_ subscriber: Subscriber, onEnd: @escaping (EndReason) -> Void) {
        members.append(Member(subscriber: subscriber, onEnd: onEnd))
    }

    /// It has left its audience.
    func remove(_ subscriber: Subscriber) {
        members.removeAll { $0.subscriber === subscriber }
    }

    /// It has left its audience, and the peer is to be told why. Who is too slow is so for all of them.
    func end(_ subscriber: Subscriber, _ reason: EndReason) {
        guard let member = members.first(where: { $0.subscriber === subscriber }) else { return }
        remove(subscriber)
        guard reason == .tooSlow else { return member.onEnd(reason) }
        leave()
        onTooSlow()
    }

    private func leave() {
        let all = members
        members = []
        for member in all { member.subscriber.audience.leave(member.subscriber) }
    }

    /// Each in its turn, for as long as the connection takes something: nobody is always the last.
    private func drain() {
        for _ in members.indices where isWritable {
            // Some may leave meanwhile.
            turn = turn + 1 < members.count ? turn + 1 : 0
            guard members.indices.contains(turn) else { return }
            let subscriber = members[turn].subscriber
            if subscriber.phase == .lagging { subscriber.audience.drained(subscriber) }
        }
    }

    // MARK: Its channel

    package func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        isWritable = context.channel.isWritable
    }

    package func handlerRemoved(context _: ChannelHandlerContext) {
        leave()
        context = nil
    }

    package func channelInactive(context: ChannelHandlerContext) {
        leave()
        context.fireChannelInactive()
    }

    package func channelWritabilityChanged(context: ChannelHandlerContext) {
        isWritable = context.channel.isWritable
        if isWritable { drain() }
        context.fireChannelWritabilityChanged()
    }
}

/// Where a subscriber writes that is one of several of a connection, which holds it.
final class SharedPlace {
    unowned let connection: SharedConnection
    /// Makes of frames of the transport the bytes that this subscriber gets.
    private let mark: (ByteBuffer) -> ByteBuffer

    init(_ connection: SharedConnection, mark: @escaping (ByteBuffer) -> ByteBuffer) {
        self.connection = connection
        self.mark = mark
    }

    /// Whether the connection's backlog takes them.
    func write(_ frames: ByteBuffer) -> Bool { connection.write(mark(frames)) }
}

/// One subscriber of a ``SharedConnection``, for who has asked for it. On the connection's loop only.
package struct Subscription {
    let subscriber: Subscriber

    /// It gets nothing more. Nobody is told.
    package func end() {
        subscriber.audience.leave(subscriber)
        subscriber.shared?.connection.remove(subscriber)
    }

    /// The viewer has shown another token.
    package func renew(_ access: Access) {
        subscriber.audience.renew(subscriber, access)
    }

    /// The viewer's rights were looked up, and it may go on.
    package func lookedUp(_ look: RightsLook) {
        subscriber.audience.lookedUp(subscriber, look)
    }
}
