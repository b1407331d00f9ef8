package import Board
package import NIOCore

/// Where the broadcaster reads what the stream cannot tell it. Each read is one consistent look at the board.
/// An error means "not now": it is asked again, with growing pauses. ``BoardGone`` means that there is no such board.
package struct StandingsSource: Sendable {
    /// What a look at the board finds.
    package struct Look: Sendable {
        /// The best users.
        package let snapshot: Snapshot
        /// It is shown to those only who have a token.
        package let isPrivate: Bool

        package init(_ snapshot: Snapshot, isPrivate: Bool = false) {
            self.snapshot = snapshot
            self.isPrivate = isPrivate
        }
    }

    /// The best `limit` users with the epoch and seq they stand for.
    let look: @Sendable (_ limit: Int, _ eventLoop: any EventLoop) -> EventLoopFuture<Look>
    /// Score and rank of these users, at most 256, in any order; who is missing from the answer is not on the board.
    let standings: @Sendable (_ users: [String], _ eventLoop: any EventLoop) -> EventLoopFuture<[UserStanding]>

    /// The closures are given the broadcaster's loop, and are called again only after they returned.
    package init(
        look: @escaping @Sendable (_ limit: Int, _ eventLoop: any EventLoop) async throws -> Look,
        standings: @escaping @Sendable (_ users: [String], _ eventLoop: any EventLoop) async throws -> [UserStanding]
    ) {
        self.init(
            look: { limit, loop in loop.makeFutureWithTask { try await look(limit, loop) } },
            standings: { users, loop in loop.makeFutureWithTask { try await standings(users, loop) } }
        )
    }

    /// For a source that answers by futures of the loop it is given.
    init(
        look: @escaping @Sendable (_ limit: Int, _ eventLoop: any EventLoop) -> EventLoopFuture<Look>,
        standings:
            @escaping @Sendable (_ users: [String], _ eventLoop: any EventLoop) -> EventLoopFuture<[UserStanding]>
    ) {
        self.look = look
        self.standings = standings
    }
}

/// Nobody has defined the board, or somebody has deleted it.
package struct BoardGone: Error {
    package init() {}
}
