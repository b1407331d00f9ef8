import Board

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
