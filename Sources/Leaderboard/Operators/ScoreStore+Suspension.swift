package import Board
package import NIOCore
import RedisClient

extension ScoreStore {
    /// From now on the user's updates are refused, by every instance, and the user is off the board and its seasons that take
    /// updates; the score is kept.
    /// - Returns: false if it was so before.
    package func suspend(
        _ user: UserID,
        by act: OperatorAct,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Bool {
        try await operateInSeasons("suspend", user, by: act, on: eventLoop).first?.text == "done"
    }

    /// The user's updates count again, and the score that was kept is back on the board, and in the seasons that take updates still.
    /// - Returns: false if the user was not suspended.
    package func reinstate(
        _ user: UserID,
        by act: OperatorAct,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Bool {
        try await operateInSeasons("reinstate", user, by: act, on: eventLoop).first?.text == "done"
    }

    /// Sends an operation; every reply of one is a list that is not empty.
    func operate(_ command: RedisCommand, on eventLoop: any EventLoop) async throws(ScoreStoreError) -> [RESPValue] {
        do { return try await functions.change(command, on: eventLoop) } catch {
            if case .unsoundBoard = error { functions.reports.metUnsound(board.id) }
            throw error
        }
    }
}
