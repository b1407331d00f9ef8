import Board
import NIOCore
import RedisClient
package import Seasons

/// What a season that is kept holds of one user; it may have ended.
package struct SeasonHolding: Sendable, Equatable {
    package let window: WindowName
    package let season: String
    package let score: Int?
    /// 1 is best.
    package let rank: Int?
    /// The score that is kept while the user is suspended, or that was when the season ended.
    package let withheld: Int?
}

extension ScoreStore {
    /// Of the seasons that hold a score of the user, by window and season. Looks through all keys of Redis, a page at a time; not those of a
    /// board without windows.
    func seasonHoldings(
        of user: UserID,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> [SeasonHolding] {
        let marks = try await read(RedisCommand("EXISTS", keys.seasons, keys.ended), on: eventLoop)
        guard marks.count.map({ $0 > 0 }) ?? true else { return [] }
        var kept: Set<SeasonKeys> = []
        try await forEachKey(
            beginningWith: keys.name("s:"),
            longestRest: SeasonKeys.longestRest,
            on: eventLoop
        ) { (names) throws(ScoreStoreError) in
            kept.formUnion(names.compactMap { keys.season(ofKey: $0) })
        }
        var holdings: [SeasonHolding] = []
        for season in kept.sorted(by: { ($0.window.rawValue, $0.id) < ($1.window.rawValue, $1.id) }) {
            let reply = try await read(calls.holding(of: user, in: season), on: eventLoop)
            guard let holding = Holding(reply: reply) else { throw .unavailable("unexpected reply") }
            guard holding.score != nil || holding.withheld != nil else { continue }
            holdings.append(
                SeasonHolding(
                    window: season.window,
                    season: season.id,
                    score: holding.score,
                    rank: holding.rank,
                    withheld: holding.withheld
                )
            )
        }
        return holdings
    }
}
