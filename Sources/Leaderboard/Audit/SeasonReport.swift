package import Board

/// What a verification found of one season of a window.
package struct SeasonReport: Sendable, Equatable {
    /// A user whose score there is not what the audit adds up to.
    package struct Difference: Sendable, Equatable {
        package let user: UserID
        /// The score there, shown or withheld; nil: none.
        package let held: Int?
        /// At the same moment; nil: no update of the user counted there, or none is left.
        package let told: Int?
        /// Among users of the same score, not in the order in which they came to it.
        package let isMisplaced: Bool

        /// The user has no score there, and the audit says that there is one.
        package var lacksScore: Bool { held == nil && told != nil }
    }

    package let season: WindowSeason
    /// The audit reaches back to its beginning. Else nothing of it was checked but ``strays``.
    package let isReached: Bool
    package internal(set) var users = 0
    /// Users of whom it cannot be said which bounds held their updates then.
    package internal(set) var uncertain = 0
    /// By user.
    package internal(set) var differences: [Difference] = []
    /// Members that stand for nobody, with their scores.
    package internal(set) var strays: [String: Int] = [:]

    /// `weekly 2026-W48`
    package var name: String { season.name }

    init(_ season: WindowSeason, isReached: Bool) {
        self.season = season
        self.isReached = isReached
    }
}

extension AuditReport {
    package var seasonDifferences: Int { seasons.reduce(0) { $0 + $1.differences.count } }
    package var seasonStrays: Int { seasons.reduce(0) { $0 + $1.strays.count } }
    package var hasSoundSeasons: Bool { seasonDifferences == 0 && seasonStrays == 0 }

    /// Scores in seasons alone are wrong, as another service may have written them.
    var onlySeasonScoresDiffer: Bool {
        !seasons.contains { $0.differences.contains { $0.lacksScore || $0.isMisplaced } }
    }
}
