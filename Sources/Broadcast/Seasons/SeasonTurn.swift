package import Board
import Seasons

/// A season that is over, as it ended.
package struct LastStandings: Sendable, Equatable {
    /// The best users.
    let top: [Standing]
    /// How many users were in it.
    let total: Int
    /// Nothing can change in it any more.
    let isFinal: Bool

    package init(top: [Standing], total: Int, isFinal: Bool) {
        self.top = top
        self.total = total
        self.isFinal = isFinal
    }
}

/// The step of a window from one season into another.
struct SeasonTurn: Sendable, Equatable {
    /// The last place that was shown of the season that is over.
    let cursor: Cursor
    let season: Season
    let ended: LastStandings
    /// Nil: none follows.
    let next: Season?
    let clock: RedisClock

    /// Nil: the one did not follow the other, as where a definition says otherwise than before.
    init?(from before: Published?, _ ended: LastStandings?, to after: ShownSeason?) {
        guard let before, let shown = before.season, let ended, let after, shown.season.id != after.season.id,
            shown.season.from < after.season.from
        else { return nil }
        cursor = before.cursor
        // One that had no end was ended by the one that follows.
        season = Season(
            id: shown.season.id,
            from: shown.season.from,
            until: min(shown.season.until, after.season.from)
        )
        self.ended = ended
        next = after.season
        clock = after.clock
    }

    /// The end of a window that has but one season.
    init(last season: Season, from cursor: Cursor, _ ended: LastStandings, _ clock: RedisClock) {
        self.cursor = cursor
        self.season = season
        self.ended = ended
        next = nil
        self.clock = clock
    }
}

/// The season that viewers of a window are shown.
struct ShownSeason: Sendable, Equatable {
    var season: Season
    var clock: RedisClock
}

extension Published {
    /// Nil: of the window that never ends.
    var seasonID: String? { season?.season.id }
}
