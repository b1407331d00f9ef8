/// Scores are whole numbers from -`limit` to `limit`, 2^53 - 1: what a double holds exactly, and so what Redis' sorted
/// sets and every JSON reader do.
package enum ScoreRange {
    package static let limit = 9_007_199_254_740_991

    package static func contains(_ score: Int) -> Bool {
        (-limit...limit).contains(score)
    }

    /// The number itself; nil if it is none of the range.
    static func checked(_ number: Int) -> Int? {
        contains(number) ? number : nil
    }

    /// The nearest score there is.
    static func held(_ points: Int) -> Int {
        min(max(points, -limit), limit)
    }
}

/// By how much one update raises a score: 0 (enters the user on the board) to a configured maximum.
package struct ScoreIncrease: Hashable, Sendable {
    package let rawValue: Int

    package init(_ value: Int, maximum: Int) throws(InvalidScoreIncrease) {
        guard value >= 0, value <= maximum, value <= ScoreRange.limit else {
            throw InvalidScoreIncrease(maximum: maximum)
        }
        rawValue = value
    }
}

package struct InvalidScoreIncrease: Error, Sendable, Equatable, CustomStringConvertible {
    package let maximum: Int
    package var description: String { "score_increase must be an integer from 0 to \(maximum)." }
}
