import Board
package import NIOCore
import RedisClient
package import Seasons

/// What became of a season that was to be ended by hand.
package enum SeasonResetOutcome: Sendable, Equatable {
    /// - Parameter next: the name of the one that has begun.
    case ended(Season, next: String)
    /// Another one runs than was to be ended, and goes on.
    case otherRuns(String)
    /// The window ends by itself.
    case notManual
    /// The board is another one than it was found to be.
    case boardChanged
}

extension ScoreStore {
    /// Ends the season of a window `manual` that runs now, by Redis' clock, and begins the next one: with the roll-over of a season that
    /// ends by itself. However many ask for one season, it ends once.
    /// - Parameter season: that is to end; nil: the one that runs when it is looked for.
    package func reset(
        _ window: WindowName,
        season: String?,
        by act: OperatorAct,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> SeasonResetOutcome {
        guard let book = board.seasons, let rule = board.definition.windows.seasonal.first(where: { $0.name == window })
        else { throw .unknownWindow }
        guard rule.reset == .manual else { return .notManual }
        var wanted = season
        _ = try await seasonsNow(book, on: eventLoop)
        for _ in 0..<Self.maximumTries {
            guard let running = book.running, let ending = running.season(of: window) else { break }
            guard wanted ?? ending.id == ending.id else { return .otherRuns(ending.id) }
            // Who asks at the same time ends the same one.
            wanted = ending.id
            let reply = try await functions.change(
                calls.reset(WindowSeason(window: window, season: ending), of: running, board, by: act),
                on: eventLoop
            )
            if let answer = SeasonsAnswer(.array(reply)) {
                book.learn(answer)
                continue
            }
            switch (reply.first?.text, reply.count) {
            case ("done", 4):
                guard let from = reply[2].integer, let until = reply[3].integer, let number = Int(ending.id) else {
                    throw .outcomeUnknown("unexpected reply")
                }
                return .ended(Season(id: ending.id, from: from, until: until), next: String(number + 1))
            case ("no_board", 1), ("board_changed", 2): return .boardChanged
            case ("bad_definition", 1): throw .unsoundBoard("the board's definition cannot be read")
            default: throw .outcomeUnknown("unexpected reply")
            }
        }
        throw .unavailable("the seasons of the board are others each time")
    }
}

extension StoreCalls {
    fileprivate func reset(
        _ ending: WindowSeason,
        of seasons: RunningSeasons,
        _ board: StoredBoard,
        by act: OperatorAct
    ) -> RedisCommand {
        let own = keys.season(window: ending.window, id: ending.season.id)
        let names = [
            keys.audit, keys.board, keys.seasons, keys.seq, keys.epoch, keys.chain, keys.ended, own.scores, own.at,
            own.withheld, keys.scores, keys.at, keys.withheld,
        ]
        let words = [
            auditMaxEntries, keys.channel, board.given, board.definition.version, seasons.text, "\(seasons.from)",
            "\(seasons.until)", ending.window.rawValue, ending.season.id, act.actor.rawValue, act.reason.text,
            act.origin.ip, act.origin.requestID,
        ]
        var call = RedisCommand("FCALL", "leaderboard_reset", String(names.count))
        for word in names + words { call.append(word) }
        return call
    }
}
