package import Board
package import NIOCore
import RedisClient

/// What a suspension, or its end, changed.
package struct SuspensionChange: Sendable, Equatable {
    /// False: it was so before.
    package internal(set) var hasChanged = false
    /// The final seasons that the user left, or came back to, as `weekly/2026-W48`.
    package internal(set) var finalSeasons: [String] = []
}

extension ScoreStore {
    /// From now on the user's updates are refused, by every instance, and the user is off the board and its seasons, those that are over
    /// and kept among them; the scores are kept. Fifty final seasons are one atomic step, the first with the board's; who was interrupted asks again.
    package func suspend(
        _ user: UserID,
        by act: OperatorAct,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> SuspensionChange {
        let seasons = try await keptSeasons(of: user, on: eventLoop).filter(\.isShown)
        return try await change("suspend", user, in: seasons.map(\.season), by: act, on: eventLoop)
    }

    /// The user's updates count again, and the score that was kept is back on the board, and in its seasons, however long they are over.
    package func reinstate(
        _ user: UserID,
        by act: OperatorAct,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> SuspensionChange {
        let seasons = try await keptSeasons(of: user, on: eventLoop).filter(\.isWithheld)
        return try await change("reinstate", user, in: seasons.map(\.season), by: act, on: eventLoop)
    }

    private func change(
        _ name: String,
        _ user: UserID,
        in seasons: [WindowSeason],
        by act: OperatorAct,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> SuspensionChange {
        var (change, rest) = (SuspensionChange(), seasons[...])
        repeat {
            let some = Array(rest.prefix(Self.pastAtOnce))
            rest = rest.dropFirst(some.count)
            let reply = try await operateInSeasons(name, user, by: act, past: some, on: eventLoop)
            guard reply[0].text == "done" else { continue }
            change.hasChanged = true
            if reply.count == 2 { change.finalSeasons += FinalSeasons.names(reply[1].text ?? "") }
        } while !rest.isEmpty
        return change
    }

    /// Sends an operation; every reply of one is a list that is not empty.
    func operate(_ command: RedisCommand, on eventLoop: any EventLoop) async throws(ScoreStoreError) -> [RESPValue] {
        do { return try await functions.change(command, on: eventLoop) } catch {
            if case .unsoundBoard = error { functions.reports.metUnsound(board.id) }
            throw error
        }
    }
}
