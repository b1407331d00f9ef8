import LiveSockets
import NIOCore

/// One subscriber: the last handler of its channel, or one of those of a ``SharedConnection``. Owned by its channel's event loop; its
/// audience, and its pipeline or the connection, hold it.
///
/// It writes by the connection's short way where there is one, and else through its own context, which is the shortest way
/// in the pipeline (no lookup, no check of the loop) and still passes every handler before it.
final class Subscriber: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Phase {
        /// Waits for its first message.
        case joining
        case following
        /// Its backlog was full: gets nothing until it has drained, and then a snapshot.
        case lagging
        /// Whether it may see the board has to be looked up: gets nothing until then, and then what it has missed, by a snapshot.
        case held
        case ended
    }

    let audience: Audience
    let group: Group
    /// The users it follows; nil in the other views.
    let watch: Watch?
    /// Nil in the other views.
    let own: OwnWish?
    var access: Access
    // The small ones lie together: with the reference to a shared connection a subscriber is no larger than without.
    var phase = Phase.joining
    var isListedAsLagging = false
    /// While it was held, something was sent to the others.
    var hasMissed = false
    private var channelIsWritable = true
    /// Kept for its end: the place of this subscriber is free when it is gone.
    private let admission: (any AnyObject & Sendable)?
    /// The short way, where there is one.
    let socket: DirectSocket?
    /// Nil: the connection is this subscriber's own.
    let shared: SharedPlace?
    /// Its index in the audience's group, while following, lagging or held.
    var slot = 0
    var lagEnds = NIODeadline.uptimeNanoseconds(0)
    private var context: ChannelHandlerContext?

    init(
        audience: Audience,
        group: Group,
        users: [String]?,
        own: OwnWish?,
        access: Access,
        admission: (any AnyObject & Sendable)?,
        socket: DirectSocket?,
        shared: SharedPlace? = nil
    ) {
        self.audience = audience
        self.own = own
        self.group = group
        self.watch = users.map(Watch.init)
        self.access = access
        self.admission = admission
        self.socket = socket
        self.shared = shared
    }

    /// What only a subscriber of `View.users` needs.
    final class Watch {
        let users: [String]
        /// The seq of the last message.
        var seq = 0
        /// Scratch space of a delivery.
        var encoded: [ByteBuffer] = []

        init(users: [String]) { self.users = users }
    }

    var channel: (any Channel)? { context?.channel }

    /// Whether it gets what is sent now.
    func takesNow() -> Bool {
        if phase == .following { return true }
        hasMissed = true
        return false
    }

    var isWritable: Bool { shared?.connection.isWritable ?? channelIsWritable }

    /// Sends a frame, if the backlog takes it. The frame's bytes are shared, not copied.
    func send(_ frame: ByteBuffer, within backlog: Backlog) -> Bool {
        if let socket, socket.write(frame) { return true }
        return queue(frame, within: backlog)
    }

    /// The same by the channel alone: the short way takes nothing now.
    func queue(_ frame: ByteBuffer, within backlog: Backlog) -> Bool {
        if let shared { return shared.write(frame) }
        guard let context, backlog.admits(frame.readableBytes, isWritable: channelIsWritable, unsent: { unsentBytes })
        else {
            return false
        }
        context.writeAndFlush(Self.wrapOutboundOut(frame), promise: nil)
        return true
    }

    private var unsentBytes: Int {
        let options = context?.channel.syncOptions
        return (try? options?.getOption(.bufferedWritableBytes)) ?? .max / 2
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        channelIsWritable = context.channel.isWritable
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        audience.leave(self)
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        audience.leave(self)
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case let renewed as RenewedAccess: audience.renew(self, renewed.access)
        case let found as LookedUp: audience.lookedUp(self, found.look)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        channelIsWritable = context.channel.isWritable
        if channelIsWritable, phase == .lagging { audience.drained(self) }
        context.fireChannelWritabilityChanged()
    }
}
