/// What a board shows from now on, kept by its stream: the standings, or the caller's own place, whenever they have changed. To who is slow
/// the newest alone is given. It comes back by itself, from where it was, and ends by leaving the loop, by cancelling its task, or by an
/// error that waiting does not mend.
///
/// Each loop over it is a connection of its own (Server-Sent Events).
public struct Live<Element: Sendable>: AsyncSequence, Sendable {
    /// A ``LeaderboardError``.
    public typealias Failure = any Error

    private let start: @Sendable (AsyncThrowingStream<Element, any Error>.Continuation) -> Task<Void, Never>

    /// Begins to follow.
    public func makeAsyncIterator() -> Iterator {
        let (stream, continuation) = AsyncThrowingStream<Element, any Error>.makeStream(
            bufferingPolicy: .bufferingNewest(1)
        )
        // It ends with the stream, which ends with its iterator.
        let task = start(continuation)
        continuation.onTermination = { _ in task.cancel() }
        return Iterator(base: stream.makeAsyncIterator())
    }

    /// One loop; it ends the connection when it is let go.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate var base: AsyncThrowingStream<Element, any Error>.Iterator

        /// The newest that has not been given yet; nil: it has been left.
        public mutating func next() async throws -> Element? { try await next(isolation: #isolation) }

        /// The same where the caller is.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws -> Element? {
            try await base.next(isolation: actor)
        }
    }
}

extension Live<Standings> {
    init(board: Board, rows: Int, options: LiveOptions) {
        start = { continuation in
            let standings = LiveStandings(board, rows: rows, options) { continuation.yield($0) }
            return Task {
                let stream = LiveStream(board.leaderboard, path: board.path, query: standings.query, options: options)
                continuation.finish(throwing: await stream.run(standings))
            }
        }
    }
}

extension Live<OwnPlace> {
    init(board: Board, neighbours: Int?, maxRate: Int?, options: LiveOptions) {
        start = { continuation in
            let place = LiveOwnPlace { continuation.yield($0) }
            let query = [
                ("view", "me"), ("window", options.window), ("neighbours", neighbours.map(String.init)),
                ("max_rate", maxRate.map(String.init)),
            ]
            return Task {
                let stream = LiveStream(board.leaderboard, path: board.path, query: query, options: options)
                continuation.finish(throwing: await stream.run(place))
            }
        }
    }
}

/// What of a board is followed, and who is told of what happens beside. The closures are called one after the other, and what waits for them
/// is the stream.
public struct LiveOptions: Sendable {
    /// Of the board; nil: the one that never ends.
    public var window: String?
    /// With what users say of themselves.
    public var includesMetadata = false
    /// Each message's changes, by who made them.
    public var onChanges: (@Sendable ([Change]) -> Void)?
    /// A season is over; the standings of the next one follow.
    public var onSeason: (@Sendable (SeasonEnd) -> Void)?
    /// What becomes of the connection.
    public var onState: (@Sendable (LiveState) -> Void)?
    /// So long without a sign of life, and it connects anew: before the first message, and later.
    public var patience = Duration.seconds(10)
    /// The same, once a message has come.
    public var silence = Duration.seconds(75)

    /// What is not said is left out.
    public init(
        window: String? = nil,
        includesMetadata: Bool = false,
        onChanges: (@Sendable ([Change]) -> Void)? = nil,
        onSeason: (@Sendable (SeasonEnd) -> Void)? = nil,
        onState: (@Sendable (LiveState) -> Void)? = nil
    ) {
        self.window = window
        self.includesMetadata = includesMetadata
        self.onChanges = onChanges
        self.onSeason = onSeason
        self.onState = onState
    }
}

/// Whether a stream is there.
public enum LiveState: Sendable {
    case connecting
    case live
    /// It comes back then; why it was lost.
    case waiting(Duration, LeaderboardError)
    /// Nil: it was left.
    case ended(LeaderboardError?)
}
