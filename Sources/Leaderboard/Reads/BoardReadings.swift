package import Board

/// Some rows of a board, each with its rank.
package struct RankedPage: Sendable, Equatable {
    package let snapshot: Snapshot
    /// Of each of the rows, by the board's ties; 1 is best.
    package let ranks: [Int]

    /// Members that stand among the rows and are no users.
    package let passedOver: Int

    /// As many ranks as rows.
    package init(_ snapshot: Snapshot, ranks: [Int], passedOver: Int = 0) {
        self.snapshot = snapshot
        self.ranks = ranks
        self.passedOver = passedOver
    }
}

/// Where users stand, in the order in which they were asked for.
package struct UserStandings: Sendable, Equatable {
    package let total: Int
    package let standings: [UserStanding]
}

/// A user on the board, with all that is told of where they stand.
package struct UserPlace: Sendable, Equatable {
    package let standing: UserStanding
    package let among: ScorePlace

    package init(standing: UserStanding, among: ScorePlace) {
        self.standing = standing
        self.among = among
    }
}

/// The score at a percentile: between two neighbours of the board, linear.
package struct PercentileScore: Sendable, Equatable {
    /// In hundredths, rounded towards the better one where it is in the middle.
    package let hundredths: Int128

    /// - Parameters:
    ///   - millionths: the percentile, of 1,000,000.
    ///   - better, worse: the neighbours of that place.
    package init(total: Int, millionths: Int, better: Int, worse: Int) {
        let distance = Int128(max(0, total - 1)) * Int128(1_000_000 - millionths)
        let fraction = distance % 1_000_000
        let span = (Int128(worse) - Int128(better)) * 100 * fraction
        let half: Int128 = span < 0 ? -500_000 : 500_000
        hundredths = Int128(better) * 100 + (span + (span.isMultiple(of: 1_000_000) ? 0 : half)) / 1_000_000
    }
}

/// Which rows of a board are meant.
package enum RowSelection: Sendable, Equatable {
    case page(offset: Int)
    /// With the user in the middle, as far as the board's ends allow; none if the user is not on the board.
    case around(UserID)
    /// With the place in the middle where a user of this score would be the best of its equals.
    case aroundScore(Int)

    package var isAroundUser: Bool { if case .around = self { true } else { false } }
}
