/// Scores are whole numbers from -`limit` to `limit`, 2^53 - 1: what a double holds exactly, and so what Redis' sorted
/// sets and every JSON reader do.
package enum ScoreRange {
    @inlinable package static var limit: Int { 9_007_199_254_740_991 }

    @inlinable package static func contains(_ score: Int) -> Bool {
        (-limit...limit).contains(score)
    }

    /// The number itself; nil if it is none of the range.
    @inlinable package static func checked(_ number: Int) -> Int? {
        contains(number) ? number : nil
    }

    /// The nearest score there is.
    @inlinable package static func held(_ points: Int) -> Int {
        min(max(points, -limit), limit)
    }
}
