package import Board

/// The standings of a board as they were at a moment, by the board's order and ties of today.
package struct PastStandings: Sendable, Equatable {
    package struct Row: Sendable, Equatable {
        /// Who was erased since is here under the pseudonym that the audit has.
        package let standing: Standing
        package let rank: Int
    }

    /// Milliseconds since 1970.
    package let moment: Int
    /// Of the last change up to then; 0: there was none; nil: the audit does not tell it.
    package let seq: Int?
    /// How many were on the board, without ``unknownUsers``.
    package let total: Int
    package let rows: [Row]
    /// Users who had 0 or were not on the board, which nobody can tell any more: they are left out.
    package let unknownUsers: Int
    /// Users whose place among equals nobody can tell any more: any of theirs.
    package let unknownPlaces: Int

    package var isExact: Bool { unknownUsers == 0 && unknownPlaces == 0 }
}

/// Why the standings of a moment cannot be told.
package enum PastError: Error, Sendable, Equatable {
    /// It has not come, by Redis' clock.
    case future
    /// - Parameter earliest: the first moment that can be shown, in milliseconds since 1970; nil: none.
    case unreachable(Reason, earliest: UInt64?)
    /// It costs more than the caller allows.
    case tooMuch
    case store(ScoreStoreError)

    package enum Reason: Sendable, Equatable {
        /// Entries of since then were trimmed away, or the audit was begun anew.
        case trimmed
        /// Entries of since then are missing, or another writer's are among them.
        case gap
        /// A backup took the board's place, and what happened between the two is not there.
        case restored
        /// The order among equals was another one, and was not kept.
        case ties
    }
}

/// What one question about the past may cost.
package struct PastBounds: Sendable {
    /// Of the audit, that are read.
    package let entries: Int
    package let users: Int
    package let time: Duration

    package init(entries: Int, users: Int, time: Duration) {
        self.entries = entries
        self.users = users
        self.time = time
    }

    package static let none = PastBounds(entries: .max, users: .max, time: .seconds(86_400))
}
