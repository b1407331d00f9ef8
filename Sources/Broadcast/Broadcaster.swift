package import LiveSockets
package import Logging
package import Metrics
package import NIOCore
import ServiceLifecycle
import Synchronization

/// The boards that an instance broadcasts: one always, the others while somebody wants them.
///
/// A board's stream is made for the first who holds it, and ends ``BroadcastOptions/boardGrace`` after the last has let it go:
/// of a board that nobody watches nothing is known here, and nothing is asked.
package final class Broadcaster: Sendable, Service {
    /// Where the streams live.
    package let eventLoop: any EventLoop
    /// The board of the paths that name none.
    package let main: BoardStream
    private let surroundings: StreamSurroundings
    private let others: OtherBoards?
    private let shares: NIOLoopBoundBox<RingShares>
    private let boards: Mutex<FollowedBoards>
    private let busy = Mutex(BusyBoards())

    /// - Parameters:
    ///   - main: the name of the board of the paths that name none.
    ///   - others: nil: there is one board only.
    ///   - onHeld: viewers of the board are held until ``LookedUp`` tells that they may see it; who may not is to be sent away. Any loop.
    package init(
        main name: String,
        options: BroadcastOptions,
        framings: Framings,
        eventLoopGroup: any EventLoopGroup,
        source: StandingsSource,
        others: OtherBoards? = nil,
        onHeld: @escaping @Sendable (_ board: String) -> Void = { _ in },
        logger: Logger,
        metricsFactory: any MetricsFactory = MetricsSystem.factory
    ) {
        surroundings = StreamSurroundings(
            options: options,
            framings: framings,
            metrics: BroadcastMetrics(factory: metricsFactory),
            logger: logger,
            eventLoopGroup: eventLoopGroup,
            onHeld: onHeld
        )
        let eventLoop = surroundings.eventLoop
        self.eventLoop = eventLoop
        main = BoardStream(LiveWindow(name), isMain: true, surroundings: surroundings, source: source)
        self.others = others
        shares = .makeBoxSendingValue(
            RingShares(budget: options.ringBytes, eventLoop: eventLoop),
            eventLoop: eventLoop
        )
        boards = Mutex(FollowedBoards(options))
        begin(main, isRunning: false)
    }

    // MARK: Many boards

    /// The stream of the board, or of a window of it, which goes on for as long as somebody has the hold. Any thread.
    /// - Parameter isMade: false: it is a name at which there may be a board, and nobody has made one.
    package func hold(
        _ board: String,
        window: String? = nil,
        isMade: Bool = true
    ) throws(TooManyBoards) -> BoardHold {
        let board = LiveWindow(board, window: window)
        guard let others else { throw TooManyBoards() }
        let stream = try boards.withLock { boards throws(TooManyBoards) in
            if let stream = try boards.hold(board, isMade: isMade) { return stream }
            if let oldest = try boards.makeRoom(isMade: isMade) { end(oldest) }
            let stream = begin(board, others)
            boards.add(stream, named: board, isMade: isMade)
            surroundings.metrics.boards.set(boards.count)
            return stream
        }
        return BoardHold(stream: stream, onEnd: { [weak self] in self?.letGo(board) })
    }

    /// The stream of the board, or of a window of it, if somebody holds it, or did of late. Any thread.
    package func stream(of board: String, window: String? = nil) -> BoardStream? {
        boards.withLock { $0.stream(of: LiveWindow(board, window: window)) }
    }

    /// Whether there is a copy of the board here. Any thread.
    package func isFollowed(_ board: String) -> Bool { board == main.followed.board || stream(of: board) != nil }

    /// An update of the board is about to be answered with success: who reads its copy after that sees it. Of one that is not followed
    /// there is no copy, and one that is made from now on has the update. Any thread.
    package func acknowledged(_ seq: Int, on board: String) {
        (board == main.followed.board ? main : stream(of: board))?.acknowledged(seq)
    }

    /// Somebody reads a board: its stream, if it is followed. One that is read often is followed, for as long as it is and a minute
    /// more, if no other has to give way for that. Any thread.
    package func streamToRead(_ board: String) -> BoardStream? {
        if board == main.followed.board { return main }
        let now = eventLoop.now
        guard busy.withLock({ $0.note(board, now: now) }) else { return stream(of: board) }
        return follow(LiveWindow(board), until: now + BusyBoards.time)
    }

    private func follow(_ board: LiveWindow, until end: NIODeadline) -> BoardStream? {
        guard let others else { return nil }
        let (stream, due) = boards.withLock { boards -> (BoardStream?, NIODeadline?) in
            if boards.extend(board, until: end) { return (boards.stream(of: board), boards.nextSweep()) }
            guard !boards.isFull else { return (nil, nil) }
            let stream = begin(board, others)
            boards.add(stream, named: board, until: end)
            surroundings.metrics.boards.set(boards.count)
            return (stream, boards.nextSweep())
        }
        if let due { sweep(at: due) }
        return stream
    }

    /// Makes the channel one that subscribers of several boards share (``BoardStream/subscribe(over:transport:view:cursor:includesMetadata:access:admission:mark:onEnd:)``).
    ///
    /// On the channel's loop. Raw bytes written to the channel must go out as they are. Sets the channel's write-buffer water marks.
    /// - Parameter socket: as of ``BoardStream/subscribe(_:transport:view:cursor:namesBoard:includesMetadata:access:admission:socket:)``.
    package func share(
        _ channel: any Channel,
        transport: Transport,
        socket: DirectSocket? = nil
    ) throws -> SharedConnection {
        let (backlog, end) = (surroundings.options.backlog, surroundings.framings[transport].end)
        let connection = SharedConnection(
            channel,
            backlog: backlog,
            socket: socket,
            onTooSlow: { end(channel, .tooSlow) }
        )
        try channel.syncOptions?.setOption(.writeBufferWaterMark, value: backlog.marks)
        try channel.pipeline.syncOperations.addHandler(connection)
        return connection
    }

    /// The streams that somebody watches now. Any thread.
    package var watched: [BoardStream] {
        ([main] + boards.withLock { Array($0.all) }).filter { $0.viewers > 0 }
    }

    /// Those that are followed, the one of the paths without a board apart.
    package var boardCount: Int { boards.withLock(\.count) }

    private func letGo(_ board: LiveWindow) {
        let due = boards.withLock { boards in
            boards.letGo(board, now: eventLoop.now)
            return boards.nextSweep()
        }
        if let due { sweep(at: due) }
    }

    /// One timer for all that may have to end.
    private func sweep(at due: NIODeadline) {
        eventLoop.scheduleTask(deadline: due) { [weak self] in
            guard let self else { return }
            let next = self.boards.withLock { boards in
                for stream in boards.takeEnded(now: self.eventLoop.now) { self.end(stream) }
                self.surroundings.metrics.boards.set(boards.count)
                return boards.nextSweep()
            }
            if let next { self.sweep(at: next) }
        }
    }

    /// With the lock held: what is followed and let go comes in its order.
    private func begin(_ board: LiveWindow, _ others: OtherBoards) -> BoardStream {
        let stream = BoardStream(board, surroundings: surroundings, source: others.source(board))
        begin(stream, isRunning: true)
        others.onFollow(stream)
        return stream
    }

    private func begin(_ stream: BoardStream, isRunning: Bool) {
        stream.home.execute { [shares] home in
            shares.value.add(home)
            if isRunning { home.run() }
        }
    }

    private func end(_ stream: BoardStream) {
        others?.onLetGo(stream)
        stream.home.execute { [shares] home in
            home.stop()
            shares.value.remove(home)
        }
    }

    // MARK: Life

    /// Follows the boards until graceful shutdown. The subscribers' connections are their server's to end.
    package func run() async throws {
        start()
        defer { stop() }
        try? await gracefulShutdown()
    }

    func start() { main.home.execute { $0.run() } }

    func stop() {
        main.home.execute { $0.stop() }
        boards.withLock { boards in
            for stream in boards.all { stream.home.execute { $0.stop() } }
        }
    }
}

/// How boards are followed that are there for as long as somebody wants them.
package struct OtherBoards: Sendable {
    let source: @Sendable (_ followed: LiveWindow) -> StandingsSource
    let onFollow: @Sendable (BoardStream) -> Void
    let onLetGo: @Sendable (BoardStream) -> Void

    /// - Parameters:
    ///   - source: where the standings of a board, or of a window of it, are read.
    ///   - onFollow: the events of a board are wanted: `subscriptionLive` is to be told when they come, then each of them.
    ///     Any thread; it is called for one board and `onLetGo` for another in the order in which that was decided.
    ///   - onLetGo: they are wanted no more.
    package init(
        source: @escaping @Sendable (_ followed: LiveWindow) -> StandingsSource,
        onFollow: @escaping @Sendable (BoardStream) -> Void,
        onLetGo: @escaping @Sendable (BoardStream) -> Void
    ) {
        self.source = source
        self.onFollow = onFollow
        self.onLetGo = onLetGo
    }
}

/// As many boards, each window counted by itself, are followed as may be: ``BroadcastOptions/maximumBoards``.
package struct TooManyBoards: Error, Sendable, Equatable {}

/// Keeps a board's stream going.
package final class BoardHold: Sendable {
    package let stream: BoardStream
    private let onEnd: @Sendable () -> Void

    init(stream: BoardStream, onEnd: @escaping @Sendable () -> Void) {
        self.stream = stream
        self.onEnd = onEnd
    }

    deinit { onEnd() }
}
