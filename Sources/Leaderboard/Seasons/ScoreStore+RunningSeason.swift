package import Board
package import NIOCore
import RedisClient
package import Seasons

/// The first rows of a window, the season that they are of, and when.
package struct SeasonRows: Sendable {
    package let snapshot: Snapshot
    package let season: Season
    /// In the list of scores that changes have; nil: changes do not count in it now.
    package let place: Int?
    /// Scores of that list.
    package let listed: Int
    /// Redis' clock, in microseconds since 1970, not long before `readAt`.
    package let now: Int
    package let readAt: NIODeadline
}

/// The first rows of a season that is over.
package struct EndedRows: Sendable {
    package let snapshot: Snapshot
    /// Nothing can change in it any more, but by an operator.
    package let isFinal: Bool
}

// For who follows a window through its ends: what Redis holds to be its season, whose clock judges.
extension ScoreStore {
    /// Of the season that runs; of a window that has but one, of that at any time. Nil: the board is not as it was found.
    package func seasonRows(
        of window: WindowName,
        limit: Int,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> SeasonRows? {
        guard board.definition.windows.seasonal.contains(where: { $0.name == window }), let book = board.seasons
        else { throw .unknownWindow }
        for _ in 0..<Self.maximumTries {
            let now = try await time(on: eventLoop)
            let readAt = NIODeadline.now()
            let stored = try await read(RedisCommand("GET", keys.seasons), on: eventLoop).text ?? ""
            book.catchUp(now: now, stored: stored)
            guard let season = book.shown(window) else { break }
            let listed = book.running?.seasons ?? []
            let reply = try await read(
                page(limit, of: season, window, isAnyTime: book.tournament?.window == window),
                on: eventLoop
            )
            if let answer = SeasonsAnswer(reply) {
                book.learn(answer)
                continue
            }
            let page = try Self.read(reply) { RankedPage($0, $1, order: BoardOrder(board.definition)) }
            return page.map { page in
                SeasonRows(
                    snapshot: page.snapshot,
                    season: season,
                    place: listed.firstIndex { $0.window == window },
                    listed: listed.count,
                    now: now,
                    readAt: readAt
                )
            }
        }
        throw .unavailable("the seasons of the board are others each time")
    }

    /// Of a season that is over. Where nobody was in it, or it was kept long enough, nobody is in it. Nil: the board is not as it was
    /// found.
    /// - Parameter now: Redis' clock, in microseconds since 1970.
    package func rows(
        ofEnded season: Season,
        of window: WindowName,
        limit: Int,
        now: Int,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> EndedRows? {
        try await placeSeasons(on: eventLoop)
        let reply = try await read(page(limit, of: season, window, isAnyTime: true), on: eventLoop)
        let grace = board.definition.windows.graceSeconds * 1_000_000
        // Who knew one without an end, which an operator has ended, knows one that has no grace.
        return try Self.read(reply) { RankedPage($0, $1, order: BoardOrder(board.definition)) }.map {
            EndedRows(snapshot: $0.snapshot, isFinal: season.isOpen || now - grace >= season.until)
        }
    }
}

extension ScoreStore {
    /// - Parameter isAnyTime: whether the season runs or not.
    private func page(_ limit: Int, of season: Season, _ window: WindowName, isAnyTime: Bool) -> RedisCommand {
        let words = ["0", String(limit)]
        guard isAnyTime else { return call("page", words, of: season, window) }
        let own = keys.season(window: window, id: season.id)
        return call("page", words, scores: own.scores, at: own.at)
    }
}

extension BoardSeasons {
    /// What Redis holds now, where that is something else than was known.
    fileprivate func catchUp(now: Int, stored text: String) {
        let holds = RunningSeasons.stored(text).filter { now < $0.season.until }
        if let running, now < running.until,
            holds.allSatisfy({ held in running.season(of: held.window).map { $0 == held.season } ?? true })
        {
            return
        }
        learn(SeasonsAnswer(now: now, stored: text))
    }
}
