package import Board
package import NIOCore

/// Where the broadcaster reads what the stream cannot tell it. Each read is one consistent look at the board.
/// An error means "not now": it is asked again, with growing pauses.
package struct StandingsSource: Sendable {
    /// The best `limit` users with the epoch and seq they stand for.
    let snapshot: @Sendable (_ limit: Int, _ eventLoop: any EventLoop) -> EventLoopFuture<Snapshot>
    /// Score and rank of these users, at most 256, in any order; who is missing from the answer is not on the board.
    let standings: @Sendable (_ users: [String], _ eventLoop: any EventLoop) -> EventLoopFuture<[UserStanding]>

    /// The closures are given the broadcaster's loop, and are called again only after they returned.
    package init(
        snapshot: @escaping @Sendable (_ limit: Int, _ eventLoop: any EventLoop) async throws -> Snapshot,
        standings: @escaping @Sendable (_ users: [String], _ eventLoop: any EventLoop) async throws -> [UserStanding]
    ) {
        self.init(
            snapshot: { limit, loop in loop.makeFutureWithTask { try await snapshot(limit, loop) } },
            standings: { users, loop in loop.makeFutureWithTask { try await standings(users, loop) } }
        )
    }

    /// For a source that answers by futures of the loop it is given.
    init(
        snapshot: @escaping @Sendable (_ limit: Int, _ eventLoop: any EventLoop) -> EventLoopFuture<Snapshot>,
        standings:
            @escaping @Sendable (_ users: [String], _ eventLoop: any EventLoop) -> EventLoopFuture<[UserStanding]>
    ) {
        self.snapshot = snapshot
        self.standings = standings
    }
}
