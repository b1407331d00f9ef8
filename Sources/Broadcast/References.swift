import NIOCore

/// The centre, as the other loops see it.
final class HomeReference: Sendable {
    let eventLoop: any EventLoop
    private let home: NIOLoopBoundBox<Home>

    init(_ home: sending Home, eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        self.home = .makeBoxSendingValue(home, eventLoop: eventLoop)
    }

    /// On the centre's loop, in the order of the calls; never before this returns, so a shard in the middle of a frame is
    /// not changed under its feet.
    func execute(_ body: @escaping @Sendable (Home) -> Void) {
        eventLoop.execute { [home] in body(home.value) }
    }

    /// On the centre's loop only.
    var value: Home { home.value }

    /// At once when on the centre's loop already; the stream of changes has one caller, so it stays in order.
    func run(_ body: @escaping @Sendable (Home) -> Void) {
        if eventLoop.inEventLoop { body(home.value) } else { execute(body) }
    }
}

/// A shard, as the centre sees it.
struct ShardReference: Sendable {
    let eventLoop: any EventLoop
    private let shard: NIOLoopBoundBox<Shard>

    init(_ shard: sending Shard, eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        self.shard = .makeBoxSendingValue(shard, eventLoop: eventLoop)
    }

    /// On the shard's loop, in the order of the calls: at once when it is the caller's, one hop otherwise.
    func run(_ body: @escaping @Sendable (Shard) -> Void) {
        if eventLoop.inEventLoop { body(shard.value) } else { eventLoop.execute { [shard] in body(shard.value) } }
    }

    /// On the shard's loop only.
    var value: Shard { shard.value }
}

/// A subscriber, as it travels to the centre and back; touched on its own loop only.
typealias SubscriberReference = NIOLoopBound<Subscriber>
