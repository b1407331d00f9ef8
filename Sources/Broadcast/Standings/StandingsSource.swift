package import Board
package import NIOCore
package import Seasons

/// Where the broadcaster reads what the stream cannot tell it. Each read is one consistent look at the board.
/// An error means "not now": it is asked again, with growing pauses. ``BoardGone`` means that there is no such board.
package struct StandingsSource: Sendable {
    /// What a look at the board finds.
    package struct Look: Sendable {
        /// The best users.
        package let snapshot: Snapshot
        package let shownTo: ShownTo
        /// Nil: of the window that never ends.
        package let season: SeasonLook?
        /// The board is not shown as it is: the snapshot is of when it was frozen, and changes go to nobody.
        package let frozen: FrozenLook?

        package init(
            _ snapshot: Snapshot,
            shownTo: ShownTo = .everybody,
            season: SeasonLook? = nil,
            frozen: FrozenLook? = nil
        ) {
            self.snapshot = snapshot
            self.shownTo = shownTo
            self.season = season
            self.frozen = frozen
        }
    }

    /// What a look at a window finds beside the standings. The cursor of the look is of ``SeasonPlace/shownEpoch``.
    package struct SeasonLook: Sendable {
        package let place: SeasonPlace
        package let clock: RedisClock
        /// Of the season that was shown before, if that is another.
        package let ended: LastStandings?

        package init(_ place: SeasonPlace, clock: RedisClock, ended: LastStandings?) {
            self.place = place
            self.clock = clock
            self.ended = ended
        }
    }

    typealias Looking = @Sendable (_ limit: Int, _ shown: Season?, _ eventLoop: any EventLoop) -> EventLoopFuture<Look>
    /// What was read besides, and to whom the board was shown then. What is not as the last look found it is told to nobody.
    package struct Answer<Value: Sendable>: Sendable {
        let value: Value
        let shownTo: ShownTo

        package init(_ value: Value, shownTo: ShownTo) {
            (self.value, self.shownTo) = (value, shownTo)
        }
    }

    typealias Asking =
        @Sendable (_ users: [String], _ season: String?, _ eventLoop: any EventLoop) -> EventLoopFuture<
            Answer<[UserStanding]>
        >
    typealias AskingWhatIsSaid =
        @Sendable (_ users: [String], _ eventLoop: any EventLoop) -> EventLoopFuture<Answer<[String?]>>
    typealias Paging =
        @Sendable (_ offset: Int, _ limit: Int, _ season: String?, _ eventLoop: any EventLoop) -> EventLoopFuture<
            Snapshot?
        >
    typealias AskingOwn =
        @Sendable (_ wishes: [OwnWish], _ season: String?, _ isFrozen: Bool, _ eventLoop: any EventLoop) ->
        EventLoopFuture<Answer<[OwnStanding]>>
    typealias Turning = @Sendable (_ eventLoop: any EventLoop) -> EventLoopFuture<Void>

    /// The best `limit` users with the epoch and seq they stand for. Of a window, of the season that runs.
    let look: Looking
    /// Score and rank of these users, at most 256, in any order; who is missing from the answer is not on the board.
    let standings: Asking
    /// The season that was found last should be over: the next one is to begin, even if nobody plays.
    let turn: Turning
    /// What these users say of themselves, in their order: JSON objects; nil: nothing.
    let metadata: AskingWhatIsSaid
    /// Rows from this place on, at most 1000, with the board's own cursor; nil: they cannot be had as they are.
    let page: Paging
    /// Where these users stand and who is near, in their order; of a board that is frozen, nobody is near.
    let own: AskingOwn

    /// The closures are given the broadcaster's loop, and are called again only after they returned.
    /// - Parameters:
    ///   - look: `shown` is the season of a window that was found before.
    ///   - standings: `season` is that of a window.
    package init(
        look:
            @escaping @Sendable (_ limit: Int, _ shown: Season?, _ eventLoop: any EventLoop) async throws -> Look,
        standings:
            @escaping @Sendable (_ users: [String], _ season: String?, _ eventLoop: any EventLoop) async throws
            -> Answer<[UserStanding]>,
        metadata: @escaping @Sendable (_ users: [String], _ eventLoop: any EventLoop) async throws -> Answer<[String?]>,
        page:
            @escaping @Sendable (_ offset: Int, _ limit: Int, _ season: String?, _ eventLoop: any EventLoop)
            async throws -> Snapshot?,
        own:
            @escaping @Sendable (
                _ wishes: [OwnWish], _ season: String?, _ isFrozen: Bool, _ eventLoop: any EventLoop
            ) async throws -> Answer<[OwnStanding]>,
        turn: @escaping @Sendable (_ eventLoop: any EventLoop) async throws -> Void = { _ in }
    ) {
        self.init(
            look: { limit, shown, loop in loop.makeFutureWithTask { try await look(limit, shown, loop) } },
            standings: { users, season, loop in
                loop.makeFutureWithTask { try await standings(users, season, loop) }
            },
            turn: { loop in loop.makeFutureWithTask { try await turn(loop) } },
            metadata: { users, loop in loop.makeFutureWithTask { try await metadata(users, loop) } },
            page: { offset, limit, season, loop in
                loop.makeFutureWithTask { try await page(offset, limit, season, loop) }
            },
            own: { wishes, season, isFrozen, loop in
                loop.makeFutureWithTask { try await own(wishes, season, isFrozen, loop) }
            }
        )
    }

    /// For a source that answers by futures of the loop it is given.
    init(
        look: @escaping Looking,
        standings: @escaping Asking,
        turn: @escaping Turning = { $0.makeSucceededVoidFuture() },
        metadata: @escaping AskingWhatIsSaid = { users, loop in
            loop.makeSucceededFuture(Answer(users.map { _ in nil }, shownTo: .everybody))
        },
        page: @escaping Paging = { _, _, _, loop in loop.makeSucceededFuture(nil) },
        own: @escaping AskingOwn = { wishes, _, _, loop in
            loop.makeSucceededFuture(Answer(wishes.map { _ in .absent(total: 0) }, shownTo: .everybody))
        }
    ) {
        self.look = look
        self.standings = standings
        self.turn = turn
        self.metadata = metadata
        self.page = page
        self.own = own
    }
}

/// What is shown of a board that is frozen.
package struct FrozenLook: Sendable, Equatable {
    /// In milliseconds since 1970.
    let since: Int
    /// So many of the first places are not shown yet: the rows begin behind them. Nil: the board is not revealed place by place.
    let covered: Int?
    /// Where the users of all rows that are shown stand, which is all that is told of any.
    let users: [String: UserStanding]

    package init(since: Int, covered: Int? = nil, users: some Sequence<UserStanding> = []) {
        self.since = since
        self.covered = covered
        self.users = users.reduce(into: [:]) { $0[$1.user] = $1 }
    }
}

/// There is no such window any more.
package struct WindowGone: Error {
    package init() {}
}

/// Nobody has defined the board, or somebody has deleted it.
package struct BoardGone: Error {
    package init() {}
}
