import Logging
import Metrics
import NIOCore

/// What the streams of an instance share.
struct StreamSurroundings: Sendable {
    let options: BroadcastOptions
    let framings: Framings
    let metrics: BroadcastMetrics
    let logger: Logger
    /// Where the streams live.
    let eventLoop: any EventLoop
    /// On the streams' loop.
    let ownRows: NIOLoopBoundBox<OwnRows>
    /// Of each loop. The streams' own is the last: the others set out on a frame before it is busy with its own subscribers.
    let shards: [NIOLoopBoundBox<Shard>]
    let placeOfLoop: [ObjectIdentifier: Int]
    /// Viewers of the board are held until their rights have been looked up. Any loop.
    let onHeld: @Sendable (_ board: String) -> Void

    init(
        options: BroadcastOptions,
        framings: Framings,
        metrics: BroadcastMetrics,
        logger: Logger,
        eventLoopGroup: any EventLoopGroup,
        onHeld: @escaping @Sendable (_ board: String) -> Void
    ) {
        self.onHeld = onHeld
        self.options = options
        self.framings = framings
        self.metrics = metrics
        self.logger = logger
        let own = eventLoopGroup.next()
        eventLoop = own
        ownRows = .makeBoxSendingValue(OwnRows(maximum: options.ownRowsInAll), eventLoop: own)
        let loops = eventLoopGroup.makeIterator().filter { $0 !== own } + [own]
        shards = loops.map { .makeBoxSendingValue(Shard(eventLoop: $0, options: options), eventLoop: $0) }
        placeOfLoop = Dictionary(
            loops.enumerated().map { (ObjectIdentifier($1), $0) },
            uniquingKeysWith: { first, _ in first }
        )
    }
}
