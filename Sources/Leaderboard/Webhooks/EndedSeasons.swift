import Board
package import NIOCore
import RedisClient
import Seasons

/// An entry of the stream of a board's ended seasons.
package struct EndedSeasonEntry: Sendable, Equatable {
    /// Of the entry: later ones are greater.
    package let id: AuditID
    /// Nil: another writer's entry.
    package let season: WindowSeason?
}

// Ends of seasons, for who tells others of each of them once.
extension ScoreStore {
    /// Has each season told that is over by Redis' clock and in which somebody was, though nobody has written since: the stream has its
    /// entry then. One in which nobody was is told with the next change, so that an idle board's audit does not grow with each end.
    /// - Parameter now: microseconds since 1970.
    /// - Returns: the next end that is known, in microseconds since 1970.
    package func tellEnds(at now: Int, on eventLoop: any EventLoop) async throws(ScoreStoreError) -> Int? {
        let text = try await read(RedisCommand("GET", keys.seasons), on: eventLoop).text
        let stored = RunningSeasons.stored(text ?? "")
        var isPlayed = false
        for season in stored where season.season.until <= now && !isPlayed {
            let scores = keys.season(window: season.window, id: season.season.id).scores
            isPlayed = (try await read(RedisCommand("ZCARD", scores), on: eventLoop).count ?? 0) > 0
        }
        if isPlayed, try await roll(on: eventLoop) { return board.seasons?.running?.until }
        return stored.map(\.season.until).filter { $0 > now }.min()
    }

    /// The stream's entries behind one, the oldest first.
    package func endedSeasons(
        after id: AuditID,
        limit: Int,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> [EndedSeasonEntry] {
        let command = RedisCommand("XRANGE", keys.ended, "(\(id)", "+", "COUNT", String(limit))
        guard let entries = try await read(command, on: eventLoop).array else { throw .unavailable("unexpected reply") }
        return entries.compactMap { entry in
            guard let id = entry.array?.first?.text.flatMap({ AuditID($0) }) else { return nil }
            return EndedSeasonEntry(id: id, season: WindowSeason(entry: entry))
        }
    }

    /// The best of a season that has ended, whether or not the board still has its window. Nil: there is no such board any more.
    package func finalRows(
        of ended: WindowSeason,
        limit: Int,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> RankedPage? {
        let keys = keys.season(window: ended.window, id: ended.season.id)
        let call = call("page", ["0", String(limit)], scores: keys.scores, at: keys.at)
        guard let fields = try await read(call, on: eventLoop).array else { throw .unavailable("unexpected reply") }
        if fields.count == 1, fields[0].text == "no_board" { return nil }
        guard let head = ReplyHead(fields),
            let page = RankedPage(head, Array(fields.dropFirst(3)), order: BoardOrder(board.definition))
        else { throw .unavailable("unexpected reply") }
        return page
    }
}
