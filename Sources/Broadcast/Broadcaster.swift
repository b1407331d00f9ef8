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
    private let reading: Mutex<Reading>

    /// Boards that are followed for their many readers.
    private struct Reading {
        var busy = BusyBoards()
        var holds: [String: (hold: BoardHold, until: NIODeadline)] = [:]
    }

    /// - Parameter others: nil: there is one board only.
    package init(
        options: BroadcastOptions,
        framings: Framings,
        eventLoopGroup: any EventLoopGroup,
        source: StandingsSource,
        others: OtherBoards? = nil,
        logger: Logger,
        metricsFactory: any MetricsFactory = MetricsSystem.factory
    ) {
        surroundings = StreamSurroundings(
            options: options,
            framings: framings,
            metrics: BroadcastMetrics(factory: metricsFactory),
            logger: logger,
            eventLoopGroup: eventLoopGroup
        )
        let eventLoop = surroundings.eventLoop
        self.eventLoop = eventLoop
        main = BoardStream(board: nil, surroundings: surroundings, source: source)
        self.others = others
        shares = .makeBoxSendingValue(
            RingShares(budget: options.ringBytes, eventLoop: eventLoop),
            eventLoop: eventLoop
        )
        reading = Mutex(Reading())
        boards = Mutex(FollowedBoards(maximum: options.maximumBoards, grace: options.boardGrace))
        begin(main, isRunning: false)
    }

    // MARK: Many boards

    /// The board's stream, which goes on for as long as somebody has the hold. Any thread.
    package func hold(_ board: String) throws(TooManyBoards) -> BoardHold {
        guard let others else { throw TooManyBoards() }
        let stream = try boards.withLock { boards throws(TooManyBoards) in
            if let stream = boards.hold(board) { return stream }
            if let oldest = try boards.makeRoom() { end(oldest) }
            let stream = BoardStream(board: board, surroundings: surroundings, source: others.source(board))
            boards.add(stream, named: board)
            begin(stream, isRunning: true)
            // With the lock held: what is followed and let go comes in its order.
            others.onFollow(stream)
            surroundings.metrics.boards.set(boards.count)
            return stream
        }
        return BoardHold(stream: stream, onEnd: { [weak self] in self?.letGo(board) })
    }

    /// The board's stream, if somebody holds it, or did of late. Any thread.
    package func stream(of board: String) -> BoardStream? { boards.withLock { $0.stream(of: board) } }

    /// Somebody reads the top of a board: its stream, if it is followed. One that is read often is followed, for as long as it is
    /// and a minute more. Any thread.
    package func streamToRead(_ board: String) -> BoardStream? {
        let now = eventLoop.now
        if reading.withLock({ $0.busy.note(board, now: now) }) { follow(board, until: now + BusyBoards.time) }
        return stream(of: board)
    }

    private func follow(_ board: String, until end: NIODeadline) {
        let isFollowed = reading.withLock { reading in
            guard reading.holds[board] != nil else { return false }
            reading.holds[board]?.until = end
            return true
        }
        // As many as may be are followed for viewers: then Redis is asked.
        guard !isFollowed, let hold = try? hold(board) else { return }
        let isOurs = reading.withLock { reading in
            guard reading.holds[board] == nil else { return false }
            reading.holds[board] = (hold, end)
            return true
        }
        if isOurs { endReading(board, at: end) }
    }

    private func endReading(_ board: String, at time: NIODeadline) {
        eventLoop.scheduleTask(deadline: time) { [weak self] in
            guard let self else { return }
            let now = self.eventLoop.now
            // Let go when the lock is.
            let (ended, next) = self.reading.withLock { reading -> (BoardHold?, NIODeadline?) in
                guard let (_, until) = reading.holds[board] else { return (nil, nil) }
                if until > now { return (nil, until) }
                return (reading.holds.removeValue(forKey: board)?.hold, nil)
            }
            withExtendedLifetime(ended) {}
            if let next { self.endReading(board, at: next) }
        }
    }

    /// Those that are followed, the one of the paths without a board apart.
    package var boardCount: Int { boards.withLock(\.count) }

    private func letGo(_ board: String) {
        let due = boards.withLock { $0.letGo(board, now: eventLoop.now) }
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
    let source: @Sendable (_ board: String) -> StandingsSource
    let onFollow: @Sendable (BoardStream) -> Void
    let onLetGo: @Sendable (BoardStream) -> Void

    /// - Parameters:
    ///   - source: where the standings of a board are read.
    ///   - onFollow: the events of a board are wanted: `subscriptionLive` is to be told when they come, then each of them.
    ///     Any thread; it is called for one board and `onLetGo` for another in the order in which that was decided.
    ///   - onLetGo: they are wanted no more.
    package init(
        source: @escaping @Sendable (_ board: String) -> StandingsSource,
        onFollow: @escaping @Sendable (BoardStream) -> Void,
        onLetGo: @escaping @Sendable (BoardStream) -> Void
    ) {
        self.source = source
        self.onFollow = onFollow
        self.onLetGo = onLetGo
    }
}

/// As many boards are followed as may be: ``BroadcastOptions/maximumBoards``.
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
