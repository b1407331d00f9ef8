import Board

/// What scores and increases add up to, exactly, however many there are: an audit may hold entries that were forged, and so
/// add up to anything. One entry has less than 2^53 points, so 2^74 of them fit.
package struct PointsSum: Sendable, Hashable, CustomStringConvertible {
    private var exact: Int128

    package init(_ points: Int = 0) {
        exact = Int128(points)
    }

    /// The sum as a score; nil where no score can be so large.
    package var score: Int? { Int(exactly: exact).flatMap(ScoreRange.checked) }

    package var description: String { "\(exact)" }

    package static func += (sum: inout PointsSum, points: Int) {
        sum.exact += Int128(points)
    }

    /// One more entry of what is added up.
    mutating func follow(_ entry: AuditEntry) {
        if let score = entry.saidScore { self = PointsSum(score) } else { self += entry.increase }
    }

    package static func + (left: PointsSum, right: PointsSum) -> PointsSum {
        var sum = left
        sum.exact += right.exact
        return sum
    }
}

extension PointsSum: ExpressibleByIntegerLiteral {
    package init(integerLiteral points: Int) { self.init(points) }
}
