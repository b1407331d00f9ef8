/// Where a score stands among all: how many are worse, and how many are the same.
package struct ScorePlace: Sendable, Hashable {
    package let total: Int
    package let worse: Int
    package let equal: Int

    package init(total: Int, worse: Int, equal: Int) {
        self.total = total
        self.worse = worse
        self.equal = equal
    }

    /// In hundredths, rounded: 100 × (worse + equal / 2) / total. Nil of an empty board.
    package var percentileHundredths: Int? {
        guard total > 0, worse <= total, equal <= total - worse else { return nil }
        // Below 2^53 each.
        let (twice, all) = (Int128(2 * worse + equal), Int128(total))
        return Int((twice * 10_000 + all) / (2 * all))
    }
}
