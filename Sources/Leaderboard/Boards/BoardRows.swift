package import Board
package import NIOCore
import RedisClient

/// Rows of any board, best first by its definition, all of one moment.
package struct BoardRows: Sendable, Equatable {
    package struct Row: Sendable, Equatable {
        package let user: String
        package let score: Int
        /// By the board's ties; 1 is best.
        package let rank: Int
    }

    package let position: BoardPosition
    /// Users on the whole board.
    package let total: Int
    package let rows: [Row]
}

extension ScoreStore {
    /// The rows from `offset` (0 is the best user), at most `limit` of them, which are at most 1000. Nil: there is no such board any more.
    package func rows(
        offset: Int,
        limit: Int,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> BoardRows? {
        let reply = try await read(
            reading("leaderboard_page") + RedisCommand(String(offset), String(limit)),
            on: eventLoop
        )
        if reply.isNoBoard { return nil }
        guard let rows = BoardRows(reply: reply) else { throw .unavailable("unexpected reply") }
        return rows
    }

    /// Where these users stand, at most 100; who is missing is not on the board. Nil: there is no such board any more.
    package func places(
        of users: [UserID],
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> [BoardRows.Row]? {
        var call = reading("leaderboard_users")
        for user in users { call.append(user.rawValue) }
        let reply = try await read(call, on: eventLoop)
        if reply.isNoBoard { return nil }
        guard let rows = BoardRows.places(of: users, reply: reply) else { throw .unavailable("unexpected reply") }
        return rows
    }

    private func reading(_ function: String) -> RedisCommand {
        var call = RedisCommand("FCALL_RO", function, "5", keys.board, keys.seq, keys.epoch, keys.scores, keys.at)
        // What holds where the board's key is not there.
        if board.source == .board {
            call.append("")
        } else {
            call.append(Array(board.definition.stored.readableBytesView))
        }
        return call
    }
}

extension RESPValue {
    fileprivate var isNoBoard: Bool { array?.count == 1 && array?.first?.text == "no_board" }
}
