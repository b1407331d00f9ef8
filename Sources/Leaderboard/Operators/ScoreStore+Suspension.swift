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

    /// From now on the user is off the board and its seasons, as one who is suspended, and goes on scoring: their updates count in the
    /// scores that are kept, and they see themselves where they would stand. Who is suspended is hidden from then on, and the other way
    /// round; ``reinstate(_:by:on:)`` ends either.
    package func hide(
        _ user: UserID,
        by act: OperatorAct,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> SuspensionChange {
        let seasons = try await keptSeasons(of: user, on: eventLoop).filter(\.isShown)
        return try await change("suspend", user, in: seasons.map(\.season), ["hidden"], by: act, on: eventLoop)
    }

    /// As ``reinstate(_:by:on:)``, of who is hidden alone: who is suspended stays so.
    package func unhide(
        _ user: UserID,
        by act: OperatorAct,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> SuspensionChange {
        let seasons = try await keptSeasons(of: user, on: eventLoop).filter(\.isWithheld)
        return try await change("reinstate", user, in: seasons.map(\.season), ["hidden"], by: act, on: eventLoop)
    }

    /// What the set of suspended users holds beside the name of one who is hidden (`Functions/aside.lua`).
    static func hiddenMember(_ user: String) -> String { "hidden \(user)" }

    /// Whether the user is hidden.
    package func isHidden(_ user: UserID, on eventLoop: any EventLoop) async throws(ScoreStoreError) -> Bool {
        let asked = RedisCommand("SISMEMBER", keys.suspended, Self.hiddenMember(user.rawValue))
        return try await read(asked, on: eventLoop).integer == 1
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
        _ kind: [String] = [],
        by act: OperatorAct,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> SuspensionChange {
        var (change, rest) = (SuspensionChange(), seasons[...])
        repeat {
            let some = Array(rest.prefix(Self.pastAtOnce))
            rest = rest.dropFirst(some.count)
            let reply = try await operateInSeasons(
                name,
                user,
                by: act,
                past: some,
                behind: kind,
                on: eventLoop
            )
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
