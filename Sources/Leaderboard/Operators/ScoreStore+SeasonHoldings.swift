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
    /// Of the kept seasons that hold a score of the user, by window and season.
    func seasonHoldings(
        of user: UserID,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> [SeasonHolding] {
        let kept = try await keptSeasons(on: eventLoop)
        var holdings: [SeasonHolding] = []
        for season in kept.sorted(by: { ($0.window.rawValue, $0.id) < ($1.window.rawValue, $1.id) }) {
            let holding = try await holding(of: user, in: season, on: eventLoop)
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
