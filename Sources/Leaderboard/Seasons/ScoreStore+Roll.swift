package import NIOCore
import RedisClient
import Seasons

// Seasons that begin before anybody plays in them (`Functions/roll.lua`).
extension ScoreStore {
    /// Begins the seasons that run by Redis' clock, unless they have begun: so the ends of those before are told. However many ask, one
    /// season begins once.
    /// - Returns: false: no window of the board ends, or its definition is another by now.
    @discardableResult
    package func roll(on eventLoop: any EventLoop) async throws(ScoreStoreError) -> Bool {
        guard let book = board.seasons else { return false }
        for _ in 0..<Self.maximumTries {
            guard let running = book.running else { break }
            let reply = try await writeRepeatably(calls.roll(running, board), on: eventLoop)
            if let answer = SeasonsAnswer(reply) {
                book.learn(answer)
                continue
            }
            switch reply.array?.first?.text {
            case "done", "unchanged": return true
            case "no_board", "board_changed": return false
            case "bad_definition": throw .unsoundBoard("the board's definition cannot be read")
            default: throw .unavailable("unexpected reply")
            }
        }
        throw .unavailable("the seasons of the board are others each time")
    }
}

extension ScoreStore {
    /// Of a window that has but one season no update behind its end tells that it has ended: who reads it does, once.
    func tellEnd(of only: Season, _ book: BoardSeasons, on eventLoop: any EventLoop) async {
        guard BoardSeasons.systemClock() >= only.until, book.takesEnd() else { return }
        do throws(ScoreStoreError) {
            // This machine's clock may be ahead.
            if try await time(on: eventLoop) >= only.until, try await roll(on: eventLoop) { return }
        } catch {}
        book.giveEndBack()
    }
}

extension StoreCalls {
    fileprivate func roll(_ seasons: RunningSeasons, _ board: StoredBoard) -> RedisCommand {
        let names =
            [keys.audit, keys.board, keys.seasons, keys.seq, keys.epoch, keys.chain, keys.ended]
            + [keys.scores, keys.at, keys.withheld]
        var call = RedisCommand("FCALL", "leaderboard_roll", String(names.count))
        for key in names { call.append(key) }
        for word in [auditMaxEntries, keys.channel, board.given, board.definition.version, seasons.text] {
            call.append(word)
        }
        call.append(seasons.from)
        call.append(seasons.until)
        return call
    }
}
